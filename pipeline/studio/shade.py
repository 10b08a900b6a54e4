"""From two renders of the bare skin, with and without the mask's shadow, to a factor on the photo's skin.

Both renders use the same random numbers, so where no path met the mask the two agree bit by bit and
the factor is exactly 1.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from pipeline.ramp import ramp
from pipeline.records import Float

_FINE, _COARSE = 1.0, 5.0  # px of the photo ...
_LEAST_FINE, _LEAST_COARSE = 0.6, 2.0  # ... but no less than this in pixels of the render
_TINT = 0.25  # most that a colour's loss differs from the mean loss, as a part of it
_NOTHING = 0.008  # factors nearer to 1 than this count as 1 ...
_SOMETHING = 0.03  # ... and from here on they count in full


def shadow_factor(shaded: Float, bare: Float, kept: Float, free: Float, step: int) -> Float:
    """Factor on skin (h, w, 3) in [0, 1].

    ``shaded`` and ``bare`` (h, w, 3) are linear, with black where the mask hides the skin or no skin is.
    ``kept`` (h, w) is the share of the pixel that shows skin, times the weight that shadow has there,
    and ``free`` (h, w) the share that the mask leaves free. A pixel covers ``step`` x ``step`` of the photo.
    """
    fine = _blurred_ratio(shaded, bare, max(_FINE / step, _LEAST_FINE))
    coarse = _blurred_ratio(shaded, bare, max(_COARSE / step, _LEAST_COARSE))
    # Deep shade has sharp outlines and little noise; faint shade is all noise and smooth in truth.
    depth = np.clip((1.0 - coarse.min(axis=-1, keepdims=True)) / 0.12, 0.0, 1.0)
    factor = depth * fine + (1.0 - depth) * coarse
    loss = np.clip(1.0 - factor, 0.0, 1.0) * _share(kept, free)[..., None]
    # The colours of single lamps are the least certain part of an estimated light, and a stain of a wrong
    # hue on white cloth is worse than a shadow a little too grey.
    middle = loss.mean(axis=-1, keepdims=True)
    loss = np.clip(loss, (1.0 - _TINT) * middle, (1.0 + _TINT) * middle)
    loss *= ramp(loss.max(axis=-1, keepdims=True), _NOTHING, _SOMETHING)
    result: Float = 1.0 - loss
    return result


def _blurred_ratio(shaded: Float, bare: Float, sigma: float) -> Float:
    top = ndimage.gaussian_filter(shaded, (sigma, sigma, 0), mode="nearest")
    bottom = ndimage.gaussian_filter(bare, (sigma, sigma, 0), mode="nearest")
    wide = 2.5 * sigma
    # Under the mask there is nothing to divide: what is next to it reaches in.
    top_wide = ndimage.gaussian_filter(shaded, (wide, wide, 0), mode="nearest")
    bottom_wide = ndimage.gaussian_filter(bare, (wide, wide, 0), mode="nearest")
    floor = 1e-4 * max(float(bare.max()), 1e-6)
    ratio = np.where(
        bottom > 30 * floor, top / np.maximum(bottom, floor), top_wide / np.maximum(bottom_wide, floor)
    )
    return np.where(bottom_wide > floor, ratio, 1.0)


def _share(kept: Float, free: Float) -> Float:
    """Share of skin in what the mask leaves free, carried on under the mask's rim."""
    around = ndimage.gaussian_filter(kept, 1.5, mode="nearest") / np.maximum(
        ndimage.gaussian_filter(free, 1.5, mode="nearest"), 1e-3
    )
    share: Float = np.clip(np.where(free > 0.5, kept / np.maximum(free, 0.5), around), 0.0, 1.0)
    return share
