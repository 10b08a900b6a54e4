"""A small picture of a mask, drawn without a window: triangles by depth, shaded by where they face."""

from __future__ import annotations

import numpy as np

SIZE = 256  # px, either way
_FINE = 2  # samples a pixel, either way
_MARGIN = 0.06  # of the picture, on every side
_TURN, _BOW = np.radians(24.0), np.radians(10.0)  # so that depth shows
_LIGHT = np.array([-0.45, 0.65, 0.62])
_AMBIENT = 0.42
_SHADE = 0.62  # of the light, beside what lies nearer
_STEP = 1.2  # samples by which it does


def draw(vertices: np.ndarray, faces: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Picture (SIZE, SIZE, 4), sRGB in [0, 1] with alpha, row 0 at the bottom.

    ``vertices`` (M, 3) with x right, y up and z towards the viewer, ``faces`` (F, 3), ``colours`` (F, 3)
    sRGB.
    """
    seen = vertices @ _view().T
    low, high = seen.min(0), seen.max(0)
    side = SIZE * _FINE
    scale = side * (1 - 2 * _MARGIN) / max(high[0] - low[0], high[1] - low[1], 1e-9)
    points = (seen - (low + high) / 2) * scale + (side / 2, side / 2, 0.0)
    light = _AMBIENT + (1 - _AMBIENT) * np.abs(_normals(points, faces) @ (_LIGHT / np.linalg.norm(_LIGHT)))
    colour = np.zeros((side * side, 4))
    place, depth, lit, owner = _samples(points[faces], light[faces])
    order = np.argsort(depth, kind="stable")  # the nearest one is written last
    index = place[order, 1] * side + place[order, 0]
    colour[index, :3] = colours[owner[order]] * lit[order, None]
    colour[index, 3] = 1.0
    near = np.full(side * side, np.nan)
    near[index] = depth[order]
    colour[_behind(near.reshape(side, side)).ravel(), :3] *= _SHADE
    pixels = colour.reshape(SIZE, _FINE, SIZE, _FINE, 4)
    alpha = pixels[..., 3].mean((1, 3))
    rgb = (pixels[..., :3] * pixels[..., 3:]).mean((1, 3)) / np.maximum(alpha, 1e-9)[..., None]
    return np.concatenate([np.clip(rgb, 0.0, 1.0), alpha[..., None]], -1)


def _behind(depth: np.ndarray) -> np.ndarray:
    """Which pixels (H, W) lie just behind a border, as the cloth below a pleat does; no depth is NaN."""
    found = np.zeros(depth.shape, bool)
    for axis in (0, 1):
        for way in (1, -1):
            step = np.roll(depth, way, axis) - depth
            slope = np.abs(depth - np.roll(depth, -2 * way, axis))  # what is steep goes on being steep
            found |= np.nan_to_num(step - slope) > _STEP
    return found


def _view() -> np.ndarray:
    """Turned a little to one side and seen a little from above."""
    cos, sin = np.cos(_TURN), np.sin(_TURN)
    turn = np.array([[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]])
    cos, sin = np.cos(_BOW), np.sin(_BOW)
    return np.array([[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]]) @ turn


def _normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Of the vertices (M, 3): the mean of their triangles', by area."""
    corners = points[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(points)
    for k in range(3):
        np.add.at(total, faces[:, k], across)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def _samples(corners: np.ndarray, light: np.ndarray) -> tuple[np.ndarray, ...]:
    """Pixels (N, 2), depths (N,), light (N,) and triangles (N,) of points dense enough to leave no hole.

    ``corners`` (F, 3, 3) in samples, ``light`` (F, 3) at them.
    """
    longest = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(1)
    steps = np.clip(np.ceil(longest * 1.5), 1, 400).astype(int)
    places, depths, lights, owners = [], [], [], []
    for count in np.unique(steps):
        chosen = np.flatnonzero(steps == count)
        u, v = np.meshgrid(np.arange(count + 1), np.arange(count + 1))
        u, v = (one[u + v <= count] / count for one in (u, v))
        weights = np.stack([1 - u - v, u, v], -1)
        points = np.einsum("kc,fcd->fkd", weights, corners[chosen]).reshape(-1, 3)
        places.append(np.floor(points[:, :2]).astype(int))
        depths.append(points[:, 2])
        lights.append((light[chosen] @ weights.T).ravel())
        owners.append(np.repeat(chosen, len(weights)))
    return tuple(np.concatenate(one) for one in (places, depths, lights, owners))
