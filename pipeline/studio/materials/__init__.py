"""Cloth, cords, hard parts and skin of a worn mask as plain shader nodes.

Patterns are laid out in the metres of the flat pattern's uv, and fade where they are too fine for the
photo's pixels, so that nothing shimmers at low resolution.
"""
