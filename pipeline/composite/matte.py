"""The two masks that say where, and how much, the photo was changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Float


def quantise_matte(alpha: Float) -> NDArray[np.uint8]:
    """Coverage (h, w) in [0, 1] to 8 bit; 0 = no mask."""
    return (np.clip(alpha, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def quantise_shadow(shadow: Float) -> NDArray[np.uint8]:
    """Factor on skin (h, w, 3) to 8 bit by its mean over colours; 255 = unchanged."""
    factor: Float = np.clip(shadow, 0.0, 1.0).mean(axis=-1)
    return (factor * 255.0 + 0.5).astype(np.uint8)


def into_photo(
    crop: NDArray[np.uint8], box: tuple[int, int, int, int], shape: tuple[int, int], outside: int
) -> NDArray[np.uint8]:
    """A crop (h, w) at ``box`` of an image of ``shape`` (H, W), elsewhere ``outside``."""
    x0, y0, x1, y1 = box
    full = np.full(shape, outside, np.uint8)
    full[y0:y1, x0:x1] = crop
    return full
