"""A compression before the last one, read from the pixels: pictures are seldom stored only once.

Coefficients that were quantised once lie near multiples of that step ever after: Z. Fan, R. de Queiroz,
"Identification of bitmap compression history", IEEE Transactions on Image Processing 12 (2003).
"""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

from pipeline.colour import LUMA
from pipeline.jpeg import as_in_file
from pipeline.records import Float, JpegHistory

_QUALITIES = range(30, 96)  # of the Independent JPEG Group's tables, as most programs write them
_LEAST_STEP = 4  # finer ones drown in rounding
_BLOCKS = 4000  # that are looked at
_FEWEST = 60  # coefficients of one frequency beyond the step that leaves only zero
_FEWEST_FREQUENCIES = 5
_NEAR = 0.4  # mean square distance off the multiples, over that of coefficients which lie anywhere
_COARSER = 1.3  # than the file's own tables: finer ones before it have left nothing to see


def earlier_history(pixels: NDArray[np.uint8], own: JpegHistory | None) -> JpegHistory | None:
    """How a photo (H, W, 3 sRGB, upright) was compressed before; None where its pixels show nothing of it.

    Found where it was neither scaled nor cropped since, so that blocks begin at the first pixel. ``own`` is
    what its file says. Of colour nothing is read: it is taken to have been halved both ways, as is usual.
    """
    orientation = own.orientation if own is not None else 1
    coefficients = _coefficients(as_in_file(pixels, orientation) @ LUMA - 128.0)
    least = _COARSER * sum(own.tables[0]) if own is not None else 0.0
    best, found = _NEAR, None
    for quality in _QUALITIES:
        tables = _tables(quality)
        if sum(tables[0]) >= least:
            off = _off_multiples(coefficients, np.array(tables[0], float))
            if off < best:
                best, found = off, JpegHistory(tables, "4:2:0", orientation)
    return found


def _coefficients(luma: Float) -> Float:
    """(N, 64) coefficients of blocks all over the picture."""
    height, width = (side // 8 * 8 for side in luma.shape)
    blocks = luma[:height, :width].reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    chosen = blocks[:: max(1, len(blocks) // _BLOCKS)]
    return np.asarray(dctn(chosen, axes=(1, 2), norm="ortho").reshape(-1, 64))


def _off_multiples(coefficients: Float, steps: Float) -> float:
    """Median over the frequencies that tell; infinite where too few do."""
    offs = []
    for values, step in zip(coefficients.T[1:], steps[1:], strict=True):
        if step < _LEAST_STEP:
            continue
        told = values[np.abs(values) > 0.6 * step]
        if len(told) >= _FEWEST:
            offs.append(np.mean((told / step - np.rint(told / step)) ** 2) * 12.0)
    return float(np.median(offs)) if len(offs) >= _FEWEST_FREQUENCIES else np.inf


@cache
def _tables(quality: int) -> tuple[tuple[int, ...], ...]:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=quality)
    with Image.open(file) as image:
        return tuple(tuple(image.quantization[number]) for number in (0, 1))  # type: ignore[attr-defined]
