"""What lies in front of the mask in the photo stays in front of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.records import Face, Layers


def behind_occluder(face: Face, layers: Layers) -> Layers:
    """``layers`` with the mask, and its shadow on what is before it, hidden by the face's occluder.

    Colour and shadow give way softly, in proportion to the matte; depth, normals, parts and uv, which
    hold one thing a pixel, where more than half of a pixel is covered. `Layers.hidden` says how much of
    the mask that was.
    """
    x0, y0, x1, y1 = layers.box
    left, top, right, bottom = face.occluder.box
    low_x, low_y, high_x, high_y = max(x0, left), max(y0, top), min(x1, right), min(y1, bottom)
    if low_x >= high_x or low_y >= high_y or not face.occluder.matte.any():
        return layers
    front = np.zeros(layers.parts.shape, np.float32)
    part = face.occluder.matte[low_y - top : high_y - top, low_x - left : high_x - left]
    front[low_y - y0 : high_y - y0, low_x - x0 : high_x - x0] = part / np.float32(255)
    shown = (1.0 - front)[..., None]
    covered = front > 0.5
    alpha = layers.rgba[..., 3]
    return replace(
        layers,
        rgba=layers.rgba * shown,
        albedo=layers.albedo * shown,
        shadow=1.0 - (1.0 - layers.shadow) * shown,
        depth=np.where(covered, np.float32(0), layers.depth),
        normals=np.where(covered[..., None], np.float32(0), layers.normals),
        uv=np.where(covered[..., None], np.float32(0), layers.uv),
        parts=np.where(covered, np.uint8(0), layers.parts),
        hidden=float((alpha * front).sum() / max(float(alpha.sum()), 1e-6)),
    )
