"""A draped sheet at twice its resolution, watertight across the seams of its patches."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.masks.pattern.grid import corner_values, grid_faces
from pipeline.records import Float, Int, Patch


@dataclass(frozen=True)
class Fine:
    """The refined sheet; the vertices of the coarse one come first, under their old numbers."""

    vertices: Float  # (N, 3) m
    faces: Int  # (F, 3)
    uv: Float  # (F, 3, 2) m
    parts: NDArray[np.uint8]  # (F,)
    edges: dict[tuple[int, int], int]  # the vertex in the middle of each edge (low, high) of the coarse sheet
    grids: tuple[Int, ...]  # (2 R - 1, 2 C - 1) vertices of each patch


def refine_sheet(
    points: Float, grids: tuple[Float, ...], patches: tuple[Patch, ...], uv: Float, parts: NDArray[np.uint8]
) -> Fine:
    """Halves the steps of all patches.

    ``points`` (M, 3) m are the coarse vertices, ``grids`` (R, C, 3) those of each patch, which may have
    been moved; ``uv`` (F, 3, 2) and ``parts`` (F,) are the coarse triangles', in the order of the patches.
    """
    vertices: list[Float] = list(points)
    edges: dict[tuple[int, int], int] = {}
    faces, maps, names, numbers = [], [], [], []
    done = 0
    for patch, grid in zip(patches, grids, strict=True):
        rows, columns = patch.ids.shape
        fine = refine(grid, patch.creases)
        ids = np.full(fine.shape[:2], -1, np.int32)
        ids[::2, ::2] = patch.ids
        for (i, j), _ in np.ndenumerate(ids):
            if ids[i, j] >= 0:
                vertices[ids[i, j]] = fine[i, j]
                continue
            if i % 2 and j % 2:
                ids[i, j] = len(vertices)
                vertices.append(fine[i, j])
                continue
            step = (1, 0) if i % 2 else (0, 1)
            a, b = int(ids[i - step[0], j - step[1]]), int(patch.ids[(i + step[0]) // 2, (j + step[1]) // 2])
            key = (min(a, b), max(a, b))
            if key not in edges:
                edges[key] = len(vertices)
                vertices.append(fine[i, j])
            ids[i, j] = edges[key]
        count = 2 * (rows - 1) * (columns - 1)
        numbers.append(ids)
        faces.append(grid_faces(ids))
        maps.append(corner_values(refine(corner_grid(uv[done : done + count], rows, columns), patch.creases)))
        quads = parts[done : done + count : 2].reshape(rows - 1, columns - 1)
        names.append(np.repeat(np.repeat(np.repeat(quads, 2, 0), 2, 1).ravel(), 2))
        done += count
    return Fine(
        np.array(vertices),
        np.concatenate(faces),
        np.concatenate(maps),
        np.concatenate(names),
        edges,
        tuple(numbers),
    )


def refine_chain(chain: Int, edges: dict[tuple[int, int], int]) -> Int:
    """A line of coarse vertices (E,) with the middles of its edges, (2 E - 1,)."""
    middles = [edges[(min(a, b), max(a, b))] for a, b in pairwise(chain.tolist())]
    out = np.empty(2 * len(chain) - 1, np.int32)
    out[::2], out[1::2] = chain, middles
    return out


def corner_grid(uv: Float, rows: int, columns: int) -> Float:
    """The grid (R, C, 2) whose values at its triangles' corners are ``uv`` (2 * quads, 3, 2)."""
    quads = uv.reshape(rows - 1, columns - 1, 2, 3, 2)
    grid = np.empty((rows, columns, 2))
    grid[:-1, :-1] = quads[:, :, 0, 0]
    grid[1:, :-1] = quads[:, :, 0, 1]
    grid[1:, 1:] = quads[:, :, 0, 2]
    grid[:-1, 1:] = quads[:, :, 1, 2]
    return grid


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
