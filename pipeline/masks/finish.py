"""Turns a draped grid into the smooth sheet that is rendered, and keeps it off the skin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pipeline.masks.pattern import COLUMNS, LAYER_GAP, Sheet, fold
from pipeline.masks.proximity import Surface, closest
from pipeline.records import PARTS, Float, Int, RestMask

REACH = 0.004  # m: no draped point is farther inside the head
CREASE = 0.9  # rows whose quads' mean normal is shorter than this in the rest shape are folds


def sheet_shape(rest: RestMask) -> tuple[int, int]:
    """Rows and columns of the sheet; its vertices are the first ``rows * columns`` of the mask."""
    inner = rest.faces[rest.parts != PARTS.index("loop")]
    return (int(inner.max()) + 1) // COLUMNS, COLUMNS


def crease_rows(rest: RestMask) -> Int:
    """Rows along which the pleats are folded, upper and lower edge included."""
    rows, columns = sheet_shape(rest)
    middle = rest.rest_vertices[: rows * columns].reshape(rows, columns, 3)[:, columns // 2, 1:]
    steps = np.diff(middle, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    bent = np.flatnonzero((steps[1:] * steps[:-1]).sum(1) < CREASE) + 1
    return np.array([0, *bent, rows - 1], np.int32)


def refine(grid: Float, creases: Int) -> Float:
    """Halves every step of a grid (R, C, K) by four-point interpolation, keeping fold rows sharp.

    Passes through the given points; after Dyn, Levin and Gregory, "A 4-point interpolatory subdivision
    scheme for curve design", 1987. Returns (2R - 1, 2C - 1, K).
    """
    blocks = [_halve(grid[a : b + 1]) for a, b in pairwise(creases.tolist())]
    tall = np.concatenate([blocks[0], *[block[1:] for block in blocks[1:]]])
    return np.swapaxes(_halve(np.swapaxes(tall, 0, 1)), 0, 1)


def _halve(points: Float) -> Float:
    if len(points) < 3:
        middle = (points[:-1] + points[1:]) / 2
    else:
        first = 3 * points[0] - 3 * points[1] + points[2] if len(points) > 3 else 2 * points[0] - points[1]
        last = (
            3 * points[-1] - 3 * points[-2] + points[-3] if len(points) > 3 else 2 * points[-1] - points[-2]
        )
        wide = np.concatenate([first[None], points, last[None]])
        middle = (9 * (wide[1:-2] + wide[2:-1]) - wide[:-3] - wide[3:]) / 16
    out = np.empty((2 * len(points) - 1, *points.shape[1:]))
    out[::2], out[1::2] = points, middle
    return out


def part_layers(grid: Float, skin: Surface, sheet: Sheet, side: float) -> Float:
    """Sets the layers of the shut pleats apart where the side strips of width ``side`` m, which the solver
    sews together to nothing, hold them. ``grid`` (R, C, 3) m as draped; the order is that of the pattern."""
    _, out = fold(sheet, np.zeros(sheet.columns.size))
    inner = sheet.columns[-1] - np.abs(sheet.columns)
    weight = np.clip(2 - inner / side, 0, 1)
    columns = np.flatnonzero(weight)
    normal = closest(skin, grid[:, columns].reshape(-1, 3)).normal.reshape(-1, columns.size, 3)
    shift = weight[columns] * (out[:, columns] - LAYER_GAP / 2)
    grid = grid.copy()
    grid[:, columns] += shift[..., None] * normal
    return grid


def lift(grid: Float, skin: Surface, clearance: float, rounds: int = 3) -> Float:
    """Moves points of a grid (R, C, 3) that are nearer than ``clearance`` m to the skin, or inside it,
    outwards; the neighbours go along so that no lump is left."""
    for _ in range(rounds):
        near = closest(skin, grid.reshape(-1, 3), REACH)
        lack = np.maximum(clearance - near.distance, 0)
        if not lack.any():
            break
        push = (lack[:, None] * near.normal).reshape(grid.shape)
        spread = push
        for _ in range(2):
            wide = np.pad(spread, ((1, 1), (1, 1), (0, 0)), mode="edge")
            spread = (wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:] + 2 * spread) / 6
        longer = np.linalg.norm(push, axis=2, keepdims=True) > np.linalg.norm(spread, axis=2, keepdims=True)
        grid = grid + np.where(longer, push, spread)
    return grid


def refined_parts(rest: RestMask) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Part id of each triangle of the refined sheet."""
    rows, columns = sheet_shape(rest)
    quads = rest.parts[: 2 * (rows - 1) * (columns - 1) : 2].reshape(rows - 1, columns - 1)
    return np.repeat(np.repeat(np.repeat(quads, 2, 0), 2, 1).ravel(), 2)
