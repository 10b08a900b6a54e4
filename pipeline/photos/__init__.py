"""Folders and tables of portraits -> `Photo`."""
