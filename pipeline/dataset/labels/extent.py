"""How far a mask reaches, what the photo has in front of it left aside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Layers

Grey = NDArray[np.uint8]


def whole_extent(matte: Grey, layers: Layers) -> Grey:
    """(H, W) 0..255: the matte (H, W) where nothing lies in front, else what was rendered there.

    Nowhere less than the matte.
    """
    if layers.front is None:
        return matte
    x0, y0, x1, y1 = layers.box
    rendered = (np.clip(layers.rgba[..., 3], 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    extent = matte.copy()
    extent[y0:y1, x0:x1] = np.where(
        layers.front > 0, np.maximum(rendered, matte[y0:y1, x0:x1]), matte[y0:y1, x0:x1]
    )
    return extent
