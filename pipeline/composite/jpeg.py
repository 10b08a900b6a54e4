"""What JPEG compression did to the photo, done to the mask: its blocks go on where the photo's end."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.special import ndtr

from pipeline.composite.sharpness import step_widths
from pipeline.jpeg import as_in_file, compressed
from pipeline.records import Float, JpegHistory

UNIT = 16  # px: no block is larger, and a file's first pixel is the corner of one

_WIDTHS: Float = np.array([0.36, 0.5, 0.7, 1.0, 1.5])

Pixels = NDArray[np.uint8]


def recompressed(pixels: Pixels, touched: NDArray[np.bool_], history: JpegHistory) -> Pixels:
    """``pixels`` (H, W, 3 sRGB) with those ``touched`` (H, W) as a file of that history gives them back.

    Blocks are counted from the file's own first pixel, whichever way the photo was turned. What else lies
    in a block takes part in its compression, as it did in the photo's, but stays as it is.
    """
    result = pixels.copy()
    stored = as_in_file(result, history.orientation)
    where = as_in_file(touched, history.orientation)
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    if not len(rows):
        return result
    # one unit more to each side: chroma is interpolated across the borders of blocks
    top, left = (max(0, (int(first) // UNIT - 1) * UNIT) for first in (rows[0], columns[0]))
    bottom, right = ((int(last) // UNIT + 2) * UNIT for last in (rows[-1], columns[-1]))
    part = (slice(top, bottom), slice(left, right))
    stored[part][where[part]] = through_file(stored[part], history)[where[part]]
    return result


def blur_before(blur: float, history: JpegHistory) -> float:
    """How wide edges were before that became ``blur`` px (standard deviation) wide in such a file."""
    return float(np.interp(blur, *_blur_after(history)))


@cache
def _blur_after(history: JpegHistory) -> tuple[Float, Float]:
    """Widths of edges in all directions after and before compression, in px, rising."""
    rows, columns = np.indices((64, 64)) % 32 - 15.5
    inwards = 10.3 - np.hypot(rows + np.pi / 10, columns + np.pi / 30)
    after = []
    for width in _WIDTHS:
        pixels = ((0.35 + 0.3 * ndtr(inwards / width)) * 255.0 + 0.5).astype(np.uint8)
        stored = through_file(np.repeat(pixels[..., None], 3, axis=-1), history)[..., 1]
        # read both ways: what the reading itself gets wrong falls out
        before, later = (step_widths(luma / 255.0, least=0.15) for luma in (pixels, stored))
        added = np.median(later) ** 2 - np.median(before) ** 2 if len(later) and len(before) else 0.0
        after.append(np.sqrt(width**2 + max(added, 0.0)))
    return np.maximum.accumulate(after), _WIDTHS


def through_file(stored: Pixels, history: JpegHistory) -> Pixels:
    """(h, w, 3) as a file that holds it, from the corner of a block on, gives it back."""
    return np.asarray(Image.open(io.BytesIO(compressed(stored, history))).convert("RGB"))
