"""Masks laid in front of one head, ready for the cloth solver; `place.py` gives the order."""
