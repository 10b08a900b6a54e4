"""A rendered mask that is nothing but a picture: no shadow, no shape, over the whole photo."""

from __future__ import annotations

import numpy as np

from pipeline.records import Layers


def flat_mask(grey: float, alpha: np.ndarray) -> Layers:
    """Of one linear ``grey`` where ``alpha`` (H, W) is 1, premultiplied."""
    height, width = alpha.shape
    zeros = np.zeros((height, width, 3), np.float32)
    return Layers(
        box=(0, 0, width, height),
        rgba=np.stack([grey * alpha] * 3 + [alpha], axis=-1).astype(np.float32),
        shadow=zeros + 1,
        depth=zeros[..., 0],
        normals=zeros,
        parts=(alpha > 0.5).astype(np.uint8),
        uv=zeros[..., :2],
        albedo=zeros,
        material={"seed": 1},
    )
