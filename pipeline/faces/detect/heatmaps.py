"""From heatmaps to points: what networks of the FAN kind answer with (Bulat & Tzimiropoulos 2017)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Float

FLOOR = 1e-4  # of a heatmap's peak: what a logarithm may be taken of


def peaks(heatmaps: NDArray[np.float32] | Float) -> tuple[Float, Float]:
    """Where heatmaps (N, h, w) peak: points (N, 2) in cells, heights (N,) of the highest cell.

    The first cell's centre is (0.5, 0.5). Within the cell the peak is that of the Gaussian through it and
    its four neighbours (Zhang et al. 2020), at most half a cell away; at the edge it is the cell's centre.
    A heatmap without a finite value above 0 has no peak: NaN, height 0.
    """
    maps = np.nan_to_num(np.asarray(heatmaps, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    count, height, width = maps.shape
    cell = maps.reshape(count, -1).argmax(axis=1)
    rows, columns = cell // width, cell % width
    every = np.arange(count)
    tops = maps[every, rows, columns]
    points = np.stack([columns, rows], axis=1) + 0.5
    logs = np.log(np.maximum(maps, FLOOR * np.maximum(tops, 1e-30)[:, None, None]))
    for axis, (place, size) in enumerate(((columns, width), (rows, height))):
        step = np.array([0, 1]) if axis == 0 else np.array([1, 0])
        inner = (place > 0) & (place < size - 1) & (tops > 0)
        n, r, c = every[inner], rows[inner], columns[inner]
        before = logs[n, r - step[0], c - step[1]]
        after = logs[n, r + step[0], c + step[1]]
        bend = before - 2 * logs[n, r, c] + after
        shift = np.where(bend < -1e-9, (before - after) / np.minimum(2 * bend, -1e-9), 0)
        points[inner, axis] += np.clip(shift, -0.5, 0.5)
    points[tops <= 0] = np.nan
    return points, np.maximum(tops, 0)
