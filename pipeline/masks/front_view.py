"""What the eye sees of meshes from straight ahead, so far off that there is no perspective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.records import Float, Int

CELL = 0.001  # m


@dataclass(frozen=True)
class FrontView:
    """Heights z of the foremost surface over a grid of cells; the axes are those of the head frame."""

    x: Float  # (W,) m, middles of the cells, rising
    y: Float  # (H,) m, rising
    z: Float  # (H, W) m; -inf where nothing is seen


def front_grid(vertices: Float) -> tuple[Float, Float]:
    """Middles (W,) and (H,) m of the cells that ``vertices`` (V, 3) m lie over."""
    low, high = vertices[:, :2].min(axis=0), vertices[:, :2].max(axis=0)
    return (
        np.arange(np.floor(low[0] / CELL), np.ceil(high[0] / CELL)) * CELL + CELL / 2,
        np.arange(np.floor(low[1] / CELL), np.ceil(high[1] / CELL)) * CELL + CELL / 2,
    )


def from_front(vertices: Float, faces: Int, x: Float, y: Float) -> FrontView:
    """The foremost z of the triangles ``faces`` (F, 3) of ``vertices`` (V, 3) m, seen against the z axis.

    Both sides of a triangle can be seen. ``x`` (W,) and ``y`` (H,) m are as `front_grid` makes them.
    """
    corners = vertices[faces]
    places = (corners[..., :2] - [x[0], y[0]]) / CELL
    one, two = places[:, 1] - places[:, 0], places[:, 2] - places[:, 0]
    area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    kept = np.abs(area) > 1e-9
    corners, places, one, two, area = corners[kept], places[kept], one[kept], two[kept], area[kept]

    limit = np.array([x.size, y.size])
    low = np.clip(np.ceil(places.min(axis=1)), 0, limit).astype(np.int64)
    high = np.clip(np.floor(places.max(axis=1)) + 1, 0, limit).astype(np.int64)
    span = np.maximum(high - low, 0)
    count = span.prod(axis=1)
    owner = np.repeat(np.arange(len(area)), count)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    column = low[owner, 0] + step % np.maximum(span[owner, 0], 1)
    row = low[owner, 1] + step // np.maximum(span[owner, 0], 1)
    away = np.stack([column, row], axis=-1) - places[owner, 0]
    second = (away[:, 0] * two[owner, 1] - away[:, 1] * two[owner, 0]) / area[owner]
    third = (one[owner, 0] * away[:, 1] - one[owner, 1] * away[:, 0]) / area[owner]
    inside = (second >= 0) & (third >= 0) & (second + third <= 1)
    owner, second, third = owner[inside], second[inside], third[inside]
    height = corners[owner, :, 2]
    z = np.full((y.size, x.size), -np.inf)
    seen = height[:, 0] + second * (height[:, 1] - height[:, 0]) + third * (height[:, 2] - height[:, 0])
    np.maximum.at(z, (row[inside], column[inside]), seen)
    return FrontView(x, y, z)
