"""Clean edges for a denoised fabric.

A denoiser sees colour but not coverage: at the rim of the mask its colours no longer belong to the
noisy coverage they were rendered with, which shows as fringes. So colour is taken only from inside and
spread to the rim, and coverage from a render of its own.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from pipeline.records import Float

_SPREAD = 1.0  # px
_THIN = 1.5  # px


def clean_edges(colour: Float, coverage: Float, matte: Float, albedo: Float) -> Float:
    """Premultiplied linear RGB (h, w, 3) that belongs to ``matte``.

    ``colour`` (h, w, 3) is the denoised premultiplied render and ``coverage`` (h, w) the alpha it was
    rendered with; ``matte`` (h, w) is the clean alpha and ``albedo`` (h, w, 3) the clean premultiplied
    albedo.
    """
    solid = (coverage > 0.999) & (matte > 0.999)
    inside = ndimage.binary_erosion(solid, np.ones((3, 3), bool), border_value=1)
    near = _smooth(inside.astype(float)[..., None], _SPREAD)
    # the mean light on a print is not the mean of the lights on its light and dark inks
    lit = _smooth(colour * inside[..., None], _SPREAD)
    spread = lit / np.maximum(_smooth(albedo_floor(albedo, matte) * inside[..., None], _SPREAD), 1e-9)
    # Loops may be too thin to have an inside: there the average over the loop has to do.
    thin = _smooth(colour, _THIN) / np.maximum(_smooth(albedo, _THIN), 1e-4)
    weight = np.clip(near / 0.02, 0.0, 1.0)
    rim = weight * spread + (1.0 - weight) * thin
    result: Float = np.where(inside[..., None], colour, rim * albedo)
    return result


def albedo_floor(albedo: Float, matte: Float) -> Float:
    """Albedo that can be divided by: unpremultiplied, never quite black."""
    return np.maximum(albedo / np.maximum(matte, 1e-3)[..., None], 1e-3)


def _smooth(image: Float, sigma: float) -> Float:
    blurred: Float = ndimage.gaussian_filter(image, (sigma, sigma, 0), mode="nearest")
    return blurred
