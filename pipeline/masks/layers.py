"""Puts the layers of knife pleats back in order after draping: each below the one it is folded under."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pipeline.masks.pattern.grid import grid_faces, grid_ids
from pipeline.masks.proximity import Surface, closest, prepare
from pipeline.records import Float, Int

NEAR = 0.0012  # m: layers farther apart do not touch, or lie otherwise than they were folded
STEEP = 0.25  # gap to distance from the fold, as far as two layers that are joined there may part
OUTSIDE = 0.5  # m of sideways distance a m of distance, beyond which a point lies beside a layer
ROUNDS = 4


def order_layers(grid: Float, creases: Int, gap: float) -> Float:
    """``grid`` (R, C, 3) m of a knife-pleated sheet, folded at the rows ``creases``, the first layer outside.

    Every layer is moved until it lies ``gap`` m below the one before it where the two cover one another,
    less near the fold that joins them. Layers share the way. Returns (R, C, 3) m.
    """
    blocks = [slice(first, last + 1) for first, last in pairwise(creases.tolist())]
    for _ in range(ROUNDS):
        push = np.zeros_like(grid)
        for number, (above, below) in enumerate(pairwise(blocks)):
            push[below] -= _way(grid, below, above, number, gap, -1) / 2
            push[above] += _way(grid, above, below, number + 1, gap, 1) / 2
        if not push.any():
            break
        grid = grid + _spread(push)
    return grid


def _way(grid: Float, layer: slice, other: slice, number: int, gap: float, side: int) -> Float:
    """(r, C, 3) m by which the rows ``layer`` miss their distance from the rows ``other``, the ``number``th
    layer, along its outward normal; they are to lie outside it where ``side`` is 1, and inside where -1."""
    points = grid[layer]
    near = closest(_surface(grid[other], number), points.reshape(-1, 3), NEAR)
    away = points.reshape(-1, 3) - near.point
    beside = away - np.einsum("nk,nk->n", away, near.normal)[:, None] * near.normal
    covered = (near.face >= 0) & (
        np.linalg.norm(beside, axis=1) < OUTSIDE * np.linalg.norm(away, axis=1) + 1e-5
    )
    fold = layer.start if side < 0 else layer.stop - 1
    joined = np.linalg.norm(points - grid[fold], axis=-1)
    lack = np.minimum(gap, STEEP * joined) - side * near.distance.reshape(joined.shape)
    lack = np.where(covered.reshape(joined.shape), np.maximum(lack, 0), 0)
    return np.asarray(lack[..., None] * near.normal.reshape(points.shape))


def _surface(layer: Float, number: int) -> Surface:
    faces = grid_faces(grid_ids(*layer.shape[:2]))
    return prepare(layer.reshape(-1, 3), faces[:, ::-1] if number % 2 else faces)


def _spread(push: Float) -> Float:
    """The pushes (R, C, 3), evened out along the rows, where that makes none shorter."""
    padded = np.pad(push, ((0, 0), (1, 1), (0, 0)), mode="edge")
    even = (padded[:, :-2] + 2 * push + padded[:, 2:]) / 4
    longer = np.linalg.norm(push, axis=-1) > np.linalg.norm(even, axis=-1)
    return np.where(longer[..., None], push, even)
