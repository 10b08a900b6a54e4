"""What JPEG compression did to the photo, done to the mask: its blocks go on where the photo's end."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.jpeg import as_in_file, compressed
from pipeline.records import JpegHistory

UNIT = 16  # px: no block is larger, and a file's first pixel is the corner of one

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


def through_file(stored: Pixels, history: JpegHistory) -> Pixels:
    """(h, w, 3) as a file that holds it, from the corner of a block on, gives it back."""
    return np.asarray(Image.open(io.BytesIO(compressed(stored, history))).convert("RGB"))
