"""Focal length in pixels from what the camera wrote into the file."""

from __future__ import annotations

import math
from typing import Any

from PIL import Image

_EXIF_IFD = 0x8769
_FOCAL_MM, _FOCAL_35MM = 0x920A, 0xA405
_PLANE_X_RESOLUTION, _PLANE_UNIT = 0xA20E, 0xA210
_WIDTH, _HEIGHT = 0xA002, 0xA003
_UNIT_MM = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
_DIAGONAL_35MM = math.hypot(36.0, 24.0)


def focal_length_px(image: Image.Image) -> float | None:
    """Focal length of the opened, not yet turned image, in its pixels; None when the file cannot say.

    A photo that was cropped after it was taken keeps its EXIF block, so a changed aspect ratio means
    None, and so do focal lengths that no camera has. Turning the image upright does not change it.
    """
    try:
        exif = image.getexif().get_ifd(_EXIF_IFD)
    except Exception:  # a broken block says nothing, it is no reason to refuse the photo
        return None
    width, height = image.size
    taken = (_number(exif, _WIDTH), _number(exif, _HEIGHT))
    if taken[0] and taken[1]:
        aspect = max(taken[0], taken[1]) / min(taken[0], taken[1])
        if abs(aspect * min(width, height) / max(width, height) - 1) > 0.02:
            return None
    focal = None
    if equivalent := _number(exif, _FOCAL_35MM):
        focal = equivalent / _DIAGONAL_35MM * math.hypot(width, height)
    else:
        millimetres, resolution = _number(exif, _FOCAL_MM), _number(exif, _PLANE_X_RESOLUTION)
        unit = _UNIT_MM.get(int(_number(exif, _PLANE_UNIT) or 2))
        if millimetres and resolution and unit and taken[0]:
            focal = millimetres * resolution / unit * max(width, height) / max(taken[0], taken[1] or 0)
    if focal is None or not 0.3 <= focal / max(width, height) <= 30:
        return None
    return focal


def _number(exif: Any, tag: int) -> float | None:
    try:
        value = float(exif[tag])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return value if math.isfinite(value) and value > 0 else None
