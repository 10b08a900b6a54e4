"""Photo files on disk to `Photo` records."""
