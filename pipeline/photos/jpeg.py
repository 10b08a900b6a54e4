"""How a JPEG file was compressed, from its header."""

from __future__ import annotations

from typing import Literal

from PIL import Image
from PIL.ExifTags import Base
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from pipeline.records import JpegHistory

_SAMPLINGS: dict[int, Literal["4:4:4", "4:2:2", "4:2:0"]] = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}


def jpeg_history(image: Image.Image) -> JpegHistory | None:
    """Tables and sampling of an opened, not yet turned image; None where it is no JPEG of a usual kind.

    That is grey or YCbCr with two tables at most, whose chroma is stored whole, halved in width, or halved
    both ways. A grey one counts as 4:4:4.
    """
    if not isinstance(image, JpegImageFile) or image.mode not in {"RGB", "L"}:
        return None
    if image.mode == "RGB" and image.info.get("adobe_transform", 1) != 1:
        return None  # red, green and blue as they are
    sampling = 0 if image.mode == "L" else get_sampling(image)
    used = [component[3] for component in image.layer]
    if sampling not in _SAMPLINGS or len(set(used[1:])) > 1 or any(n not in image.quantization for n in used):
        return None
    tables = tuple(tuple(image.quantization[number]) for number in dict.fromkeys(used))
    try:
        orientation = int(image.getexif().get(Base.Orientation, 1))
    except Exception:  # a broken block says nothing
        orientation = 1
    return JpegHistory(tables, _SAMPLINGS[sampling], orientation if 1 <= orientation <= 8 else 1)
