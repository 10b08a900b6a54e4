"""The embedded example: heads that the project renders itself, and a portrait in the public domain."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.files import write_whole
from pipeline.photos.listing import TABLE_COLUMNS

_GENERATED = {"generated-1": 36, "generated-2": 44}
_RENDERED = ("rendered by MaskDrape from its CC0 head model", "CC0-1.0", "not a real person")
_ASTRONAUT = (
    "Eileen Collins, NASA portrait, as carried by scikit-image",
    "public domain (work of NASA)",
    "official portrait",
)


def write_demo_photos(
    folder: Path, portrait: Callable[[np.random.Generator], NDArray[np.uint8]], digest: str
) -> Path:
    """Write the pictures and a table of them, unless they are there from the same code; returns the table.

    ``portrait`` renders a random head as (H, W, 3) sRGB uint8. ``digest`` stands for its code.
    """
    table, mark = folder / "people.csv", folder / ".made_by"
    astronaut = _astronaut()
    made_by = f"{digest} {astronaut is not None}"
    if table.exists() and mark.exists() and mark.read_text() == made_by:
        return table
    rows = []
    for identity, seed in _GENERATED.items():
        _save(folder / f"{identity}.png", portrait(np.random.default_rng(seed)))
        rows.append((f"{identity}.png", identity, *_RENDERED))
    if astronaut is not None:
        _save(folder / "astronaut.png", astronaut)
        rows.append(("astronaut.png", "astronaut", *_ASTRONAUT))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([TABLE_COLUMNS, *rows])
    _replace(table, text.getvalue().encode())
    _replace(mark, made_by.encode())
    return table


def _astronaut() -> NDArray[np.uint8] | None:
    try:
        from skimage.data import astronaut
    except ImportError:
        return None
    return np.asarray(astronaut(), dtype=np.uint8)


def _save(path: Path, pixels: NDArray[np.uint8]) -> None:
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, format="PNG", compress_level=6)
    _replace(path, data.getvalue())


def _replace(path: Path, data: bytes) -> None:
    """Same bytes leave the file and its time alone, so that a resumed run knows it."""
    if path.exists() and path.read_bytes() == data:
        return
    write_whole(path, data)
