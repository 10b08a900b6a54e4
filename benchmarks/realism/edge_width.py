"""How sharp the mask's edge is, beside the sharpness of the photo it lies in."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import erf

from benchmarks.realism.areas import eyes_and_brows
from benchmarks.realism.picture import Picture
from benchmarks.realism.profiles import across, offsets, outline, ridges
from pipeline.records import Float

REACH = 4.0  # px each way: less than an eye is high
LEAST_CONTRAST = 0.5  # stops between the two sides
LEAST_AGREEMENT = 0.95  # share of a profile's variance its fit explains
SHARPEST = 0.1  # of the edges of eyes and brows
FEWEST = 15  # edges: the median of fewer is chance
TEN_TO_NINETY = 2.5631  # sigmas of a Gaussian blur between 10 and 90 % of the step


def edge_rel(picture: Picture) -> float:
    """log2 of the mask's edge width over the width of the eyes' and brows' edges; NaN with too few edges.

    Blurred steps are fitted to profiles of log2 luminance along the mask's outline, and along the lines in
    and around eyes and brows where luminance is steepest; only steps of `LEAST_CONTRAST` or more that fit
    count. The mask's width is the median of the 10-90 % widths. The photo's own is that of its sharpest
    tenth: most lines around an eye are soft by themselves, and only the sharpest tell the camera's blur.
    """
    values = picture.stops
    mask = across(values, *outline(picture, REACH), REACH)
    own = across(values, *ridges(values, eyes_and_brows(picture), REACH), REACH)
    return float(np.log2(width_of(mask) / width_of(own, SHARPEST)))


def width_of(profiles: Float, quantile: float = 0.5) -> float:
    """10-90 % width, px, of the profiles (P, N) that hold a step; NaN with fewer than `FEWEST`."""
    widths = step_widths(profiles)
    return float(np.quantile(widths, quantile)) if len(widths) >= FEWEST else float("nan")


def step_widths(profiles: Float) -> Float:
    """10-90 % widths, px, of those profiles (P, N) that a step blurred by a Gaussian fits."""
    if not len(profiles):
        return np.zeros(0)
    sigmas, steps, rises = _steps()
    centred = profiles - profiles.mean(1, keepdims=True)
    heights = centred @ steps.T  # of unit-norm, zero-mean steps: the least-squares fit of each
    best = np.abs(heights).argmax(1)
    rows = np.arange(len(profiles))
    explained = heights[rows, best] ** 2 / np.maximum((centred**2).sum(1), 1e-12)
    contrast = np.abs(heights[rows, best]) * rises[best]
    good = (explained >= LEAST_AGREEMENT) & (contrast >= LEAST_CONTRAST)
    return np.asarray(TEN_TO_NINETY * sigmas[best[good]])


@cache
def _steps() -> tuple[Float, Float, Float]:
    """Sigmas (S,) px, steps (S, N) of zero mean and unit norm, and what each of those rises by (S,)."""
    sigmas = 0.25 * 2 ** (np.arange(0, 113) / 32)  # to 2.8 px
    places = np.arange(-2, 2.01, 0.125)
    sigma, place = (grid.reshape(-1, 1) for grid in np.meshgrid(sigmas, places, indexing="ij"))
    steps = 0.5 * erf((offsets(REACH) - place) / (np.sqrt(2) * sigma))
    steps -= steps.mean(1, keepdims=True)
    norms = np.linalg.norm(steps, axis=1)
    return sigma[:, 0], steps / norms[:, None], 1 / norms
