"""The light in the photo, read off the skin."""
