"""What lies in front of the mask in the photo stays in front of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from pipeline.records import PARTS, Face, Layers

_SHEET = [PARTS.index(name) for name in ("panel", "edge", "wire")]


def behind_hair(face: Face, layers: Layers) -> Layers:
    """``layers`` with loops, and the shadow beside the sheet, hidden where hair hangs over the ears.

    The sheet itself stays whole: hair that falls on it is not found yet.
    """
    x0, y0, x1, y1 = layers.box
    left, top, right, bottom = face.hair.box
    low_x, low_y, high_x, high_y = max(x0, left), max(y0, top), min(x1, right), min(y1, bottom)
    if low_x >= high_x or low_y >= high_y or not face.hair.matte.any():
        return layers
    hair = np.zeros(layers.parts.shape, np.float32)
    part = face.hair.matte[low_y - top : high_y - top, low_x - left : high_x - left]
    hair[low_y - y0 : high_y - y0, low_x - x0 : high_x - x0] = part / 255.0
    hair[ndimage.binary_dilation(np.isin(layers.parts, _SHEET), iterations=2)] = 0.0
    shown = (1.0 - hair)[..., None]
    return replace(
        layers,
        rgba=layers.rgba * shown,
        albedo=layers.albedo * shown,
        shadow=1.0 - (1.0 - layers.shadow) * shown,
        depth=np.where(hair > 0.5, np.float32(0), layers.depth),
        normals=np.where(hair[..., None] > 0.5, np.float32(0), layers.normals),
        uv=np.where(hair[..., None] > 0.5, np.float32(0), layers.uv),
        parts=np.where(hair > 0.5, np.uint8(0), layers.parts),
    )
