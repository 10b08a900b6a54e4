"""JPEG files like the one a photo came from."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.records import JpegHistory

Pixels = NDArray[np.uint8]


def compressed(stored: Pixels, history: JpegHistory, **metadata: Any) -> bytes:
    """A file of ``stored`` (H, W, 3: as in the file, not upright), with that history's tables and sampling.

    A grey file holds the green channel. ``metadata`` as Pillow takes them: exif, icc_profile, comment, xmp.
    """
    grey = len(history.tables) == 1
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(stored[..., 1] if grey else stored)).save(
        file,
        "JPEG",
        qtables=[list(table) for table in history.tables],
        subsampling=history.sampling,
        **{key: value for key, value in metadata.items() if value},
    )
    return file.getvalue()


def as_in_file(upright: NDArray[Any], orientation: int) -> NDArray[Any]:
    """An upright map (H, W, ...) turned as a file with that EXIF orientation holds it; a view."""
    swapped, rows, columns = _TURNS[orientation]
    turned = upright[:: -1 if rows else 1, :: -1 if columns else 1]
    return turned.swapaxes(0, 1) if swapped else turned


def as_upright(stored: NDArray[Any], orientation: int) -> NDArray[Any]:
    """The inverse of `as_in_file`."""
    swapped, rows, columns = _TURNS[orientation]
    turned = stored.swapaxes(0, 1) if swapped else stored
    return turned[:: -1 if rows else 1, :: -1 if columns else 1]


_TURNS: dict[int, tuple[bool, bool, bool]] = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}
"""By EXIF orientation (JEITA CP-3451): are rows and columns swapped, then rows reversed, then columns?"""
