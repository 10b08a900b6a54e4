"""Grids of quads, the stuff that every sheet is made of."""

from __future__ import annotations

import numpy as np

from pipeline.records import Float, Int


def grid_faces(ids: Int) -> Int:
    """Triangles (2 * (R - 1) * (C - 1), 3) of a grid of vertices (R, C), facing away from the wearer.

    2k and 2k + 1 are the halves of quad k, row by row, cut from corner 0 to corner 2.
    """
    a, b, c, d = ids[:-1, :-1], ids[1:, :-1], ids[1:, 1:], ids[:-1, 1:]
    pairs = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], axis=2)
    return np.asarray(pairs.reshape(-1, 3), np.int32)


def grid_ids(rows: int, columns: int) -> Int:
    """(R, C) vertices in reading order."""
    return np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)


def corner_values(grid: Float) -> Float:
    """Values (R, C, K) of a grid at the corners (2 * quads, 3, K) of its triangles, as `grid_faces` orders
    them."""
    flat = grid.reshape(-1, grid.shape[2])
    return np.asarray(flat[grid_faces(grid_ids(*grid.shape[:2]))])


def quads_of(faces: Int) -> Int:
    """Quads (F / 2, 4) of triangles that come in pairs, as `grid_faces` orders them."""
    pairs = faces.reshape(-1, 2, 3)
    return np.concatenate([pairs[:, 0], pairs[:, 1, 2:]], axis=1)


def sides_of(quads: Int) -> Int:
    """Sides (S, 2) of quads (Q, 4), the smaller vertex first; one that two share comes once."""
    sides = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    return np.asarray(np.unique(np.sort(sides, axis=1), axis=0))
