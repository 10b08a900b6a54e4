"""Small pictures that are part of the page: WebP files as data URIs, none larger than its share."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

SIDES = (336, 256, 192, 144, 112, 80)
"""Pixels across, the first that fits is taken."""
QUALITIES = (82, 70, 55)


def data_uri(picture: Image.Image, most: int) -> str:
    """An sRGB or grey picture as WebP of at most ``most`` characters, or as the smallest one there is.

    It is never made larger than it is.
    """
    file = b""
    for side in SIDES:
        small = picture
        if max(picture.size) > side:
            small = picture.copy()
            small.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in QUALITIES:
            data = io.BytesIO()
            small.save(data, format="WEBP", quality=quality, method=2)
            file = data.getvalue()
            if 4 * -(-len(file) // 3) + 23 <= most:
                return _uri(file)
    return _uri(file)


def _uri(file: bytes) -> str:
    return "data:image/webp;base64," + base64.b64encode(file).decode()
