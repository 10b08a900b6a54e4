"""Masks cut from their designs: flat sheets and shells, before there is a head."""
