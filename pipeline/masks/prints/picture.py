"""A user's own picture as a print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from pipeline.colour import to_linear
from pipeline.config import PictureConfig
from pipeline.records import Float

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
LEAST_SIDE = 16  # px
MOST_PIXELS = 64_000_000


class PrintError(ValueError):
    """A picture cannot serve as a print; the text names the file, what is wrong and the cure."""


@dataclass(frozen=True)
class Picture:
    """One file of those that the configuration gives."""

    file: str  # as the configuration has it, with forward slashes: no path of one machine in the labels
    sha256: str
    licence: str | None
    width: tuple[float, float]  # m, from and to


def find_pictures(wanted: Sequence[PictureConfig], folder: Path) -> tuple[Picture, ...]:
    """The pictures of ``masks.pictures``, whose paths are relative to ``folder``, by entry and name.

    All of them are read. Raises PrintError, whose text names the key and its value.
    """
    found = []
    for number, entry in enumerate(wanted):
        key = f"masks.pictures.{number}.path = {entry.path}"
        place = folder / entry.path
        files = (
            sorted(p for p in place.glob("*") if p.suffix.lower() in SUFFIXES) if place.is_dir() else [place]
        )
        if not files:
            raise PrintError(f"{key}: no pictures in that folder ({', '.join(SUFFIXES)})")
        for file in files:
            try:
                read_picture(file)
            except PrintError as error:
                raise PrintError(f"{key}: {error}") from error
            name = f"{entry.path}/{file.name}" if place.is_dir() else entry.path
            found.append(
                Picture(
                    Path(name).as_posix(),
                    sha256(file.read_bytes()).hexdigest(),
                    entry.licence,
                    (entry.width_mm[0] / 1000, entry.width_mm[1] / 1000),
                )
            )
    return tuple(found)


def read_picture(path: Path) -> Float:
    """Linear RGBA (h, w, 4), not premultiplied, upright, row 0 at the bottom; 8-bit or 16-bit files.

    Raises PrintError for a file that is missing, no picture, broken, too small or too large, or without
    anything to see.
    """
    if not path.is_file():
        raise PrintError(f"there is no file at {path}")
    try:
        with Image.open(path) as opened:
            width, height = opened.size
            if width * height > MOST_PIXELS:
                raise PrintError(
                    f"{path} has {width} x {height} pixels; {MOST_PIXELS // 10**6} million are the most"
                )
            if min(width, height) < LEAST_SIDE:
                raise PrintError(
                    f"{path} has only {width} x {height} pixels; a print needs {LEAST_SIDE} each way"
                )
            picture = ImageOps.exif_transpose(opened)
            if picture.mode.startswith(("I", "F")):  # 16-bit grey, which Pillow would clip
                deep = np.asarray(picture, float)
                picture = Image.fromarray((deep / max(deep.max(), 1.0) * 255).astype(np.uint8))
            pixels = np.asarray(picture.convert("RGBA"))[::-1]
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise PrintError(f"{path} cannot be read as a picture ({error}); use PNG or JPEG") from error
    if not pixels[..., 3].any():
        raise PrintError(f"{path} is transparent everywhere: there is nothing to print")
    return np.concatenate([to_linear(pixels[..., :3]), pixels[..., 3:] / 255.0], axis=-1)


def shrink(pixels: Float, rows: int, columns: int) -> Float:
    """Premultiplied linear RGBA (rows, columns, 4) of what `read_picture` gives, averaged by area.

    A picture is never enlarged: it comes back with as many rows and columns as it has, at most.
    """
    solid = np.concatenate([pixels[..., :3] * pixels[..., 3:], pixels[..., 3:]], axis=-1)
    for axis, wanted in ((0, rows), (1, columns)):
        have = solid.shape[axis]
        if wanted >= have:
            continue
        total = np.concatenate([np.zeros_like(solid.take([0], axis)), np.cumsum(solid, axis)], axis)
        stops = np.linspace(0, have, max(1, wanted) + 1)
        below = np.minimum(np.floor(stops).astype(int), have - 1)
        part = (stops - below).reshape([-1 if k == axis else 1 for k in range(3)])
        reached = total.take(below, axis) * (1 - part) + total.take(below + 1, axis) * part
        solid = np.diff(reached, axis=axis) / (have / max(1, wanted))
    return np.asarray(solid)
