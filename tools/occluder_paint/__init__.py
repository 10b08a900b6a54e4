"""Painting over views of generated portraits what generated people lack: beards, open mouths, hard shadows,
things held before the face, fringes and locks, glasses, worn masks, and the faults of cameras.

Everything is painted in linear light on square pictures (n, n, 3) with values around 0..1.
"""
