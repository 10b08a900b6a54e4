"""Small pictures that are part of the page: WebP files as data URIs, none larger than its share."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Frame = tuple[int, int, int, int]

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


def around_face(box: Sequence[float], width: int, height: int) -> Frame:
    """A square x0 y0 x1 y1 px around a face's box with room for ears and chin, inside the photo as far as it
    fits."""
    x0, y0, x1, y1 = box
    face = max(x1 - x0, y1 - y0)
    side = min(2.1 * face, max(1.2 * face, min(width, height)))

    def place(middle: float, length: int) -> float:
        if side >= length:
            return (length - side) / 2
        return min(max(middle - side / 2, 0.0), length - side)

    left, top = place((x0 + x1) / 2, width), place((y0 + y1) / 2, height)
    return round(left), round(top), round(left + side), round(top + side)
