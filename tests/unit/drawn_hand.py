"""A hand drawn from its landmarks: rods along its bones, lit from the upper left."""

from __future__ import annotations

import numpy as np

from pipeline.faces.occluders.hand_shape import BONES, RADII, hand_outline
from pipeline.faces.occluders.hands import LENGTHS, PHALANGES

# Of each finger: the landmarks within the palm, m, x right and y down from the wrist, and where it points to.
_FINGERS = (
    (((-0.026, -0.018), (-0.047, -0.045)), (-0.53, -0.85)),
    (((-0.024, -0.085),), (-0.13, -0.99)),
    (((-0.002, -0.088),), (0.0, -1.0)),
    (((0.018, -0.082),), (0.11, -0.99)),
    (((0.036, -0.072),), (0.30, -0.95)),
)


def _open_hand() -> np.ndarray:
    points = [np.zeros(2)]
    lengths = dict(zip(PHALANGES[:, 1].tolist(), LENGTHS, strict=True))
    for inner, direction in _FINGERS:
        points += [np.array(place) for place in inner]
        for _ in range(4 - len(inner)):
            points.append(points[-1] + lengths[len(points)] * np.array(direction))
    return np.array(points)


OPEN_HAND = _open_hand()
"""(21, 2) m from the wrist, x right and y down: a palm, its fingers up."""


def posed(wrist: tuple[float, float], per_m: float, angle: float = 0.0) -> np.ndarray:
    """Landmarks (21, 2) px of the open hand, turned clockwise by ``angle`` (rad)."""
    c, s = np.cos(angle), np.sin(angle)
    return OPEN_HAND @ np.array([[c, s], [-s, c]]) * per_m + wrist


def cover(points: np.ndarray, per_m: float, shape: tuple[int, int]) -> np.ndarray:
    """Which pixels (H, W) of a photo the hand covers."""
    return hand_outline(points, per_m, max(shape))[: shape[0], : shape[1]] > 0.5


def with_hand(
    pixels: np.ndarray, points: np.ndarray, per_m: float, skin: tuple[int, int, int] = (232, 180, 150)
) -> np.ndarray:
    """The photo (H, W, 3) sRGB with the hand in front of it."""
    height, width = pixels.shape[:2]
    row, column = np.indices((height, width)) + 0.5
    places = np.stack([column, row], axis=-1)
    above = np.full((height, width), 0.01 * per_m)
    for start, end in BONES:
        along = points[end] - points[start]
        part = np.clip((places - points[start]) @ along / (along @ along), 0, 1)
        away = np.linalg.norm(places - points[start] - part[..., None] * along, axis=-1)
        radius = per_m * (RADII[start] + part * (RADII[end] - RADII[start]))
        above = np.maximum(above, np.sqrt(np.maximum(radius**2 - away**2, 0)))
    inside = cover(points, per_m, (height, width))
    down, across = np.gradient(np.where(inside, above, 0))
    lit = (1 - 0.25 * np.clip(0.3 * (across + down), -1, 1)) / np.sqrt(1 + 0.3 * (across**2 + down**2))
    painted = np.clip(np.array(skin) * lit[..., None], 0, 255)
    return np.where(inside[..., None], painted, pixels).astype(np.uint8)
