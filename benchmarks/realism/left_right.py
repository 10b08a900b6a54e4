"""Whether light from one side falls on the mask as it falls on the skin beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import pearsonr, theilslopes

from benchmarks.realism.areas import left_of_midline, mask_inside, medians, skin_around
from benchmarks.realism.picture import Picture
from pipeline.records import Float

FRONTAL = 20.0  # degrees of yaw: a face turned further hides one side
CLEARLY = 0.3  # stops between the skin's sides, where the sign is worth a word
FEWEST = 5  # photos: through fewer a slope says nothing


@dataclass(frozen=True)
class Slope:
    """The Theil-Sen line through the photos, and how well they agree; NaN with fewer than `FEWEST`."""

    slope: float
    low: float  # of the 95 % interval
    high: float
    r: float  # Pearson's
    sign: (
        float  # share of photos with the mask's bright side on the skin's; NaN where no skin differs clearly
    )
    photos: int
    clear: int  # photos whose skin differs clearly


def left_minus_right(picture: Picture) -> tuple[float, float]:
    """Stops by which the left side is brighter than the right: of the skin around the mask, of the mask.

    Medians of log2 luminance either side of the line from nasion to chin. NaN in both for a face turned by
    `FRONTAL` or more, or with too little to see on one side.
    """
    if abs(picture.yaw) >= FRONTAL:
        return float("nan"), float("nan")
    left, values = left_of_midline(picture), picture.stops
    found = []
    for area in (skin_around(picture), mask_inside(picture, margin=2)):
        one, other = medians(values, area & left, area & ~left)
        found.append(one - other)
    return (found[0], found[1]) if np.isfinite(found).all() else (float("nan"), float("nan"))


def slope_over_photos(skin: Float, mask: Float) -> Slope:
    """The mask's left-minus-right (N,) regressed on the skin's (N,), in stops; NaN pairs are left out."""
    known = np.isfinite(skin) & np.isfinite(mask)
    x, y = skin[known], mask[known]
    clear = np.abs(x) > CLEARLY
    sign = float(np.mean(np.sign(x[clear]) == np.sign(y[clear]))) if clear.any() else float("nan")
    if len(x) < FEWEST:
        nan = float("nan")
        return Slope(nan, nan, nan, nan, sign, len(x), int(clear.sum()))
    line = theilslopes(y, x, alpha=0.95)
    r = float(pearsonr(x, y)[0])
    return Slope(float(line[0]), float(line[2]), float(line[3]), r, sign, len(x), int(clear.sum()))
