"""Whether the 8 x 8 blocks of the photo's JPEG go on across the mask; on the picture as it is, not scaled."""

from __future__ import annotations

import numpy as np

from benchmarks.realism.areas import mask_inside, skin_around
from benchmarks.realism.picture import Bool, Picture
from pipeline.colour import LUMA
from pipeline.records import Float

BLOCK = 8  # px
LARGEST = 12.0  # 8-bit steps between neighbours: more is drawn, not left by compression
FEWEST = 600  # pairs of neighbours


def blocks(picture: Picture) -> float:
    """Blockiness of the mask less that of the skin around it, octaves; NaN where either shows too little.

    The grid's phase is the one that shows best outside the mask.
    """
    luma = picture.pixels @ LUMA
    outside = ~((picture.matte > 0) | picture.fastening)
    phase = phase_of(luma, outside)
    return blockiness(luma, mask_inside(picture), phase) - blockiness(luma, skin_around(picture), phase)


def blockiness(luma: Float, area: Bool, phase: tuple[int, int]) -> float:
    """log2 of the mean step across borders of blocks over that between other neighbours, within ``area``.

    After Z. Wang, A. Bovik, B. Evans, "Blind measurement of blocking artifacts in images", ICIP 2000. Zero
    without blocks. ``luma`` (H, W) in 8-bit steps.
    """
    at, elsewhere = np.zeros(2), np.zeros(2)  # sum and number of steps
    for axis in (0, 1):
        steps, inside = _steps(luma, area, axis)
        border = np.arange(len(steps)) % BLOCK == phase[axis]
        at += (steps[border][inside[border]].sum(), inside[border].sum())
        elsewhere += (steps[~border][inside[~border]].sum(), inside[~border].sum())
    if at[1] < FEWEST / BLOCK or elsewhere[1] < FEWEST:
        return float("nan")
    return float(np.log2(max(at[0], 1e-6) / at[1]) - np.log2(max(elsewhere[0], 1e-6) / elsewhere[1]))


def phase_of(luma: Float, area: Bool) -> tuple[int, int]:
    """Row and column, modulo `BLOCK`, of the pixels before the borders of blocks."""
    found = []
    for axis in (0, 1):
        steps, inside = _steps(luma, area, axis)
        means = [
            np.where(inside[k::BLOCK], steps[k::BLOCK], 0).sum() / max(inside[k::BLOCK].sum(), 1)
            for k in range(BLOCK)
        ]
        found.append(int(np.argmax(means)))
    return found[0], found[1]


def _steps(luma: Float, area: Bool, axis: int) -> tuple[Float, Bool]:
    """Steps from each row (or column) to the next, and where both lie in the area; (N - 1, ...)."""
    values, inside = np.moveaxis(luma, axis, 0), np.moveaxis(area, axis, 0)
    return np.minimum(np.abs(np.diff(values, axis=0)), LARGEST), inside[1:] & inside[:-1]
