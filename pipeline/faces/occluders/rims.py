"""The rims of glasses: lines about as thin as a cell, dark or bright, where the network suspects glasses.

Top-hat transforms find what is narrower than a disc: J. Serra, "Image Analysis and Mathematical Morphology",
1982.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipeline.records import Float

WORN, CELLS_WORN = 0.15, 20  # chance that this many cells must have before glasses are looked for
SUSPECTED = 0.1  # chance near by where a line may be a rim
NEAR = 5  # cells: side of the square that is near by; a line lies beside where its chance does
THICK = 2.3  # cells, radius of the disc that no rim holds; 3.8 mm
FAINT, PLAIN = 0.12, 0.4  # stops by which a line differs from both its sides, to be none and to be one
DARKEST = 8  # sRGB: what lies below is noise
GAP = 2  # cells: half of what a line may be lost for where the skin is as bright as the rim
WIDEST = 4  # cells: a frame is narrower; what is not is a reflection, or an eye behind the lens
LENS = 9  # cells: side of a square that a tinted lens holds, and no eye
TINTED = 1.0  # stops by which that is darker than skin


def rims(pixels: NDArray[np.uint8], glasses: Float, lenses: NDArray[np.bool_]) -> Float:
    """Chance (n, n) of a rim in each cell of a view (n, n, 3) sRGB, whose chance of ``glasses`` is (n, n).

    A rim goes on as a line, within ``lenses`` (n, n), from where glasses are suspected to where they are not.
    """
    if np.count_nonzero(glasses > WORN) < CELLS_WORN:
        return np.zeros(glasses.shape)
    stops = np.log2(np.maximum(pixels, DARKEST) / 255.0).mean(axis=-1)
    reach = int(THICK)
    disc = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]) <= THICK
    darker = ndimage.grey_closing(stops, footprint=disc) - stops
    brighter = stops - ndimage.grey_opening(stops, footprint=disc)
    line = np.clip((np.maximum(darker, brighter) - FAINT) / (PLAIN - FAINT), 0, 1)
    line *= lenses
    near = ndimage.maximum_filter(glasses, NEAR) > SUSPECTED
    joined = ndimage.binary_dilation(line > 0.5, iterations=GAP)
    run = ndimage.binary_propagation(near & joined, mask=joined)
    return without_lenses(line * (near | run))


def without_lenses(cover: Float) -> Float:
    """``cover`` (n, n) where it is no wider than a frame."""
    wide = ndimage.binary_opening(cover > 0.5, np.ones((WIDEST, WIDEST), bool))
    return np.where(wide, 0.0, cover)


def tinted(glasses: Float, darker: Float) -> NDArray[np.bool_]:
    """Cells (n, n) of lenses that hide what is behind: large, and ``darker`` (n, n) than skin, stops."""
    return np.asarray(
        ndimage.binary_opening((glasses > WORN) & (darker > TINTED), np.ones((LENS, LENS), bool))
    )
