"""What blur and grain to give the mask, so that compression leaves those which the photo shows.

The photo's are measured in its file, where compression has smeared its edges and wiped out part of its grain.
The mask will be compressed as well: to give it the measured ones first would smear and wipe it twice.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import ndtr

from pipeline.composite.grain import Grain, draw_grain, measure_grain
from pipeline.composite.jpeg import through_file
from pipeline.composite.sharpness import step_widths
from pipeline.records import Float, JpegHistory

_WIDTHS: Float = np.array([0.36, 0.5, 0.7, 1.0, 1.5])
_SIDE = 96  # px of the flat patch that grain is tried on
_TRIALS = 5
_STRONGEST = 3.0  # times: what is left of it even then is all that such a file can hold
_SEED = 0x6A70


def blur_before(blur: float, history: JpegHistory) -> float:
    """How wide edges were before that became ``blur`` px (standard deviation) wide in such a file."""
    return float(np.interp(blur, *_blur_after(history)))


def grain_before(grain: Grain, colour: Float, history: JpegHistory) -> Grain:
    """Grain that looks like ``grain`` once stored in such a file, on a flat encoded ``colour`` (3,).

    Strengthened by no more than three times; luminance and colour each by one factor.
    """
    low, high = np.ones(2), np.full(2, _STRONGEST)
    for _ in range(_TRIALS):
        factor = np.sqrt(low * high)
        left = _strength(_after(_scaled(grain, factor), colour, history))
        enough = left >= _strength(grain)
        low, high = np.where(enough, low, factor), np.where(enough, factor, high)
    return _scaled(grain, np.where(low > 1.0, high, 1.0))


@cache
def _blur_after(history: JpegHistory) -> tuple[Float, Float]:
    """Widths of edges in all directions after and before compression, in px, rising."""
    rows, columns = np.indices((64, 64)) % 32 - 15.5
    inwards = 10.3 - np.hypot(rows + np.pi / 10, columns + np.pi / 30)
    after = []
    for width in _WIDTHS:
        pixels = ((0.35 + 0.3 * ndtr(inwards / width)) * 255.0 + 0.5).astype(np.uint8)
        stored = through_file(np.repeat(pixels[..., None], 3, axis=-1), history)[..., 1]
        # read both ways: what the reading itself gets wrong falls out
        before, later = (step_widths(luma / 255.0, least=0.15) for luma in (pixels, stored))
        added = np.median(later) ** 2 - np.median(before) ** 2 if len(later) and len(before) else 0.0
        after.append(np.sqrt(width**2 + max(added, 0.0)))
    return np.maximum.accumulate(after), _WIDTHS


def _after(grain: Grain, colour: Float, history: JpegHistory) -> Grain:
    noise = draw_grain(grain, np.full((_SIDE, _SIDE), grain.at), np.random.default_rng(_SEED))
    pixels = (np.clip(np.clip(colour, 0.1, 0.9) + noise, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return measure_grain(through_file(pixels, history) / 255.0, np.ones((_SIDE, _SIDE), bool))


def _strength(grain: Grain) -> Float:
    """Standard deviations (2,) of luminance and of colour."""
    total = np.sqrt((grain.deviation**2).sum(axis=0))
    return np.array([total[0], np.hypot(total[1], total[2])])


def _scaled(grain: Grain, factor: Float) -> Grain:
    return Grain(grain.deviation * factor[[0, 1, 1]], grain.at)
