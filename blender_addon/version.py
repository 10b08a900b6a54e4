"""The version of what is stored in a .blend, which is not the add-on's own."""

VERSION = 2
