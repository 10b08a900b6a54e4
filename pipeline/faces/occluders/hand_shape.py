"""The outline of a hand from its landmarks: a palm, and fingers that grow thinner to their ends."""

from __future__ import annotations

import numpy as np

from pipeline.records import Float

# Radii, m, at each landmark of an adult's hand, rounded and then held against the hands of photos; knuckles
# lie within the palm.
_THUMB = (0.016, 0.014, 0.0115, 0.0095)
_FINGER = (0.0115, 0.0100, 0.0088, 0.0075)
_LITTLE = (0.0100, 0.0085, 0.0075, 0.0065)
RADII = np.array([0.020, *_THUMB, *_FINGER, *_FINGER, *_FINGER, *_LITTLE])
BONES = np.array(
    [(0, 1), (0, 5), (0, 9), (0, 13), (0, 17), (1, 5), (5, 9), (9, 13), (13, 17)]
    + [(start + i, start + i + 1) for start in (1, 5, 9, 13, 17) for i in range(3)]
)
_PALM = ((0, 1, 5), (0, 5, 9), (0, 9, 13), (0, 13, 17))


def hand_outline(points: Float, per_m: float, cells: int) -> Float:
    """How much (n, n) of each cell a hand covers.

    points (21, 2) of `hands.Hand` in cells from the upper left corner; per_m: cells to a metre there.
    """
    row, column = np.indices((cells, cells)) + 0.5
    places = np.stack([column, row], axis=-1)
    outside = np.full((cells, cells), np.inf)  # distance from the hand, in cells; negative within
    for start, end in BONES:
        along = points[end] - points[start]
        part = np.clip((places - points[start]) @ along / max(float(along @ along), 1e-9), 0, 1)
        away = np.linalg.norm(places - points[start] - part[..., None] * along, axis=-1)
        radius = per_m * (RADII[start] + part * (RADII[end] - RADII[start]))
        outside = np.minimum(outside, away - radius)
    for corners in _PALM:
        outside = np.where(_in_triangle(places, points[list(corners)]), np.minimum(outside, -1.0), outside)
    return np.asarray(np.clip(0.5 - outside, 0, 1))


def _in_triangle(places: Float, corners: Float) -> Float:
    sides = np.roll(corners, -1, axis=0) - corners
    away = places[..., None, :] - corners
    crossed = sides[:, 0] * away[..., 1] - sides[:, 1] * away[..., 0]
    return np.asarray((crossed >= 0).all(axis=-1) | (crossed <= 0).all(axis=-1))
