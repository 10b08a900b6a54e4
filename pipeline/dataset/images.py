"""PNG files with the same bytes every time; the masked photo says that it is synthetic."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.dataset.metadata import NOTE, XMP, exif_without_thumbnail


def save_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write (H, W) grey or (H, W, 3) sRGB uint8."""
    Image.fromarray(pixels).save(path, format="PNG", compress_level=6)


def save_masked_photo(path: Path, pixels: NDArray[np.uint8], original: bytes = b"") -> None:
    """`save_png` with the note in words and as IPTC's DigitalSourceType (XMP).

    EXIF is that of the ``original`` file, turned upright. Its colour profile is not: pixels are sRGB by now.
    """
    info = PngInfo()
    info.add_text("Description", NOTE)
    info.add_itxt("XML:com.adobe.xmp", XMP)
    exif = b""
    if original:
        with Image.open(io.BytesIO(original)) as photo:
            exif = exif_without_thumbnail(photo, upright=True)
    Image.fromarray(pixels).save(path, format="PNG", compress_level=6, pnginfo=info, exif=exif or None)
