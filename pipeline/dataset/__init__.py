"""The data set on disk: writer, labels, manifest, contact sheet."""
