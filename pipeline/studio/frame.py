"""Which part of the photo is rendered."""

from __future__ import annotations

import numpy as np

from pipeline.ramp import ramp
from pipeline.records import Camera, Float, Rejected

Box = tuple[int, int, int, int]

_MARGIN = np.array([0.15, 0.15, 0.15, 0.40])
"""Room for the shadow to the left, above, to the right and below, in heights of the mask: most light
falls from above, so most shadow falls on the neck."""


def project(points: Float, camera: Camera) -> Float:
    """Points (N, 3) m in the camera frame to pixels (N, 2)."""
    centre = np.array([camera.width, camera.height]) / 2
    return points[:, :2] / points[:, 2:] * camera.focal_px + centre


def mask_boxes(vertices: Float, camera: Camera) -> tuple[Box, Box]:
    """Pixel boxes x0 y0 x1 y1 (half-open) of the mask alone and of mask with shadow, inside the image.

    ``vertices`` (M, 3) are the mask's in the camera frame. Raises Rejected where the mask lies outside
    the image or behind the camera.
    """
    if (vertices[:, 2] < 0.02).any():
        raise Rejected("studio", "the mask reaches behind the camera")
    pixels = project(vertices, camera)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    height = high[1] - low[1]
    image = np.array([camera.width, camera.height])
    tight = _clip(low - 4, high + 4, image)
    room = np.maximum(_MARGIN * height, 6)
    loose = _clip(low - room[:2], high + room[2:], image)
    if min(tight[2] - tight[0], tight[3] - tight[1]) < 4:
        raise Rejected("studio", "the mask lies outside the photo")
    return tight, loose


def _clip(low: Float, high: Float, image: Float) -> Box:
    x0, y0 = np.clip(np.floor(low), 0, image).astype(int)
    x1, y1 = np.clip(np.ceil(high), 0, image).astype(int)
    return int(x0), int(y0), int(x1), int(y1)


def fade_towards(box: Box, camera: Camera, width: float) -> Float:
    """(h, w) weights: 0 on the box's border, 1 from ``width`` px inside.

    Sides on which the box ends with the image do not fade.
    """
    x0, y0, x1, y1 = box
    x, y = np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5
    far = np.inf
    across = np.minimum(
        x - x0 if x0 > 0 else np.full_like(x, far), x1 - x if x1 < camera.width else np.full_like(x, far)
    )
    down = np.minimum(
        y - y0 if y0 > 0 else np.full_like(y, far), y1 - y if y1 < camera.height else np.full_like(y, far)
    )
    return ramp(across, 0.0, width)[None, :] * ramp(down, 0.0, width)[:, None]
