"""The masked photo as a JPEG that holds the photo's own coefficients wherever nothing was changed."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from pipeline.dataset.metadata import NOTE, XMP, exif_without_thumbnail
from pipeline.jpeg import as_in_file, compressed
from pipeline.records import Photo

Pixels = NDArray[np.uint8]


def spliced_jpeg(photo: Photo, pixels: Pixels, touched: NDArray[np.bool_]) -> bytes:
    """``pixels`` (H, W, 3 sRGB) as a JPEG like the photo's; b"" where that has none to be like.

    Blocks of 8 x 8 samples in which nothing is ``touched`` (H, W) keep the photo's DCT coefficients. Tables,
    sampling, orientation, EXIF and colour profile are the photo's; its thumbnail, which shows the bare face,
    is left out. A note says what the picture is. Raises ImportError without the package jpeglib.
    """
    history = photo.jpeg
    if history is None:
        return b""
    import jpeglib

    with Image.open(io.BytesIO(photo.file)) as original:
        profile = original.info.get("icc_profile")
        exif = exif_without_thumbnail(original)
    coloured = pixels if profile is None or len(history.tables) == 1 else _in_profile(pixels, profile)
    stored = as_in_file(coloured, history.orientation)
    whole = compressed(
        stored, history, exif=exif, icc_profile=profile, comment=NOTE.encode(), xmp=XMP.encode()
    )
    with TemporaryDirectory() as folder:
        before, after, result = (Path(folder) / name for name in ("before.jpg", "after.jpg", "result.jpg"))
        before.write_bytes(photo.file)
        after.write_bytes(whole)
        old, new = jpeglib.read_dct(str(before)), jpeglib.read_dct(str(after))
        where = as_in_file(touched, history.orientation)
        for name in ("Y", "Cb", "Cr"):
            own, other = getattr(old, name), getattr(new, name)
            if own is not None:
                keep = ~_blocks(where, (own.shape[0], own.shape[1]), *_step(old, name))
                other[keep] = own[keep]
        new.write_dct(str(result))
        return result.read_bytes()


def _step(file: object, component: str) -> tuple[int, int]:
    """Rows and columns of pixels that a block of a component stands for."""
    factors = np.atleast_2d(np.asarray(file.samp_factor))  # type: ignore[attr-defined]
    own = factors[0 if component == "Y" else 1]
    down, across = (int(most) // int(factor) for most, factor in zip(factors.max(axis=0), own, strict=True))
    return 8 * down, 8 * across


def _blocks(touched: NDArray[np.bool_], shape: tuple[int, int], down: int, across: int) -> NDArray[np.bool_]:
    """Which of ``shape`` blocks, each of ``down`` x ``across`` pixels, hold anything touched."""
    rows, columns = shape[0] * down, shape[1] * across
    height, width = touched.shape
    # a file may end in the middle of a block, or hold more blocks than it shows
    padded = np.zeros((max(rows, height), max(columns, width)), bool)
    padded[:height, :width] = touched
    return np.asarray(padded[:rows, :columns].reshape(shape[0], down, shape[1], across).any(axis=(1, 3)))


def _in_profile(pixels: Pixels, profile: bytes) -> Pixels:
    """sRGB pixels in the colours of an embedded profile; as they are where it is sRGB or cannot be used."""
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(embedded):
            return pixels
        image = ImageCms.profileToProfile(
            Image.fromarray(pixels), ImageCms.createProfile("sRGB"), embedded, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return pixels
    return pixels if image is None else np.asarray(image)
