"""sRGB as stored, and linear light: exact both ways for 8-bit values (IEC 61966-2-1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Float

LUMINANCE: Float = np.array([0.2126, 0.7152, 0.0722])
"""Weights of linear sRGB primaries in luminance."""

LUMA: Float = np.array([0.299, 0.587, 0.114])
"""Weights of encoded R, G, B in the luma of JPEG files (ITU-R BT.601)."""


def decode(encoded: Float) -> Float:
    """sRGB values in [0, 1], any shape, to linear light."""
    encoded = np.asarray(encoded, np.float64)
    return np.where(encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4)


def encode(linear: Float) -> Float:
    """Linear light, any shape, to sRGB values in [0, 1]; what is brighter than 1 clips as a photo does."""
    return encode_beyond(np.minimum(linear, 1.0))


def encode_beyond(linear: Float) -> Float:
    """`encode` whose curve goes on above 1 instead of clipping."""
    linear = np.maximum(np.asarray(linear, np.float64), 0.0)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


_LEVELS: Float = decode(np.arange(256) / 255.0)


def to_linear(pixels: NDArray[np.uint8]) -> Float:
    """8-bit sRGB of any shape to linear light, by table."""
    levels: Float = _LEVELS[pixels]
    return levels


def to_pixels(linear: Float) -> NDArray[np.uint8]:
    """Linear light to 8-bit sRGB; ``to_pixels(to_linear(p)) == p`` for every p."""
    return (encode(linear) * 255.0 + 0.5).astype(np.uint8)


def is_grey(pixels: NDArray[np.uint8]) -> bool:
    """Whether a photo (H, W, 3) has no colour at all, and so was taken or stored in black and white."""
    return bool((pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all())


def to_grey(colours: Float) -> Float:
    """Colours (..., 3) replaced by their luminance in all three channels."""
    luminance = colours @ LUMINANCE
    return np.repeat(luminance[..., None], 3, axis=-1)
