"""How far a camera's sharpening overshoots at edges, and the same at those of the mask.

Sharpening draws a bright and a dark line along each edge: G. Cao, Y. Zhao, R. Ni, A. Kot, "Unsharp masking
sharpening detection via overshoot artifacts analysis", IEEE Signal Processing Letters 18 (10), 2011. As
there, it is read where both sides of an edge are flat, for anything else has lines of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import ndimage
from scipy.special import ndtr

from pipeline.composite.sharpness import MOST, READING, edge_points, profiles_across, strongest
from pipeline.records import Float

_STEP = 0.25  # px
_NEAR, _FAR = 3.5, 6.0  # px from an edge: its two levels are read between them
_T: Float = np.arange(-_FAR, _FAR + _STEP / 2, _STEP)
_LEAST_RISE = 0.12  # of encoded white
_LEAST_OVER_NOISE = 16.0
_FLAT = 0.12  # of its height: an edge's sides vary by less
_ENDS = (0.015, 0.985)  # of encoded white: what clips shows no overshoot
_STEEPEST = 0.25  # of the edges; the others are soft by nature
_FEWEST = 12
_LEAST = 0.01  # of an edge's height: as much is there without any sharpening
_LARGEST = 0.1  # more is seen where noise or drawn lines stand beside edges

_RADIUS = 1.0  # px: wider sharpening by less looks the same at edges as soft as a photo's
_AMOUNTS: Float = np.linspace(0.0, 4.0, 21)
_WIDTHS: Float = np.geomspace(0.3, 5.0, 57)  # px


@dataclass(frozen=True)
class Sharpening:
    """``amount`` times what a Gaussian takes away, added to a luminance with edges ``blur`` px wide."""

    blur: float  # px, standard deviation before sharpening
    amount: float


@dataclass(frozen=True)
class Edges:
    """What the clean, steep edges of a photo have in common."""

    width: float  # px, standard deviation of the blur
    overshoot: float  # of their height


def measure_edges(luma: Float, noise: float) -> Edges | None:
    """The clean edges of ``luma`` (h, w) in [0, 1]; None with too few of them.

    ``noise`` is its grain's standard deviation. An overshoot that one side of the edges shows and the other
    does not is no sharpening.
    """
    points, normals, gradient = edge_points(luma)
    some = strongest(gradient, MOST)
    edges = profiles_across(luma, points[some], normals[some], _T)
    low, high = edges[:, _T <= -_NEAR], edges[:, _T >= _NEAR]
    bottom, rise = low.mean(axis=1), high.mean(axis=1) - low.mean(axis=1)
    clean = rise > max(_LEAST_RISE, _LEAST_OVER_NOISE * noise)
    clean &= (np.ptp(low, axis=1) < _FLAT * rise) & (np.ptp(high, axis=1) < _FLAT * rise)
    clean &= (low.min(axis=1) > _ENDS[0]) & (high.max(axis=1) < _ENDS[1])
    if np.count_nonzero(clean) < _FEWEST:
        return None
    steps = (edges[clean] - bottom[clean, None]) / rise[clean, None]
    steep = np.gradient(steps, _STEP, axis=1).max(axis=1)
    shape = np.median(steps[steep >= np.quantile(steep, 1.0 - _STEEPEST)], axis=0)
    width = np.ptp(shape) / np.gradient(shape, _STEP).max() / np.sqrt(2.0 * np.pi)
    overshoot = float(min(shape[_T > 0].max() - 1.0, -shape[_T < 0].min()))
    return Edges(
        width=float(np.sqrt(max(width**2 - READING**2, 0.0))),
        overshoot=min(overshoot, _LARGEST) if overshoot > _LEAST else 0.0,
    )


def sharpening(blur: float, overshoot: float) -> Sharpening:
    """What makes edges ``blur`` px wide and lets them overshoot by so much of their height.

    Wide as `pipeline.composite.sharpness.step_widths` finds: height, with the overshoot, over slope.
    """
    if overshoot <= 0.0:
        return Sharpening(blur, 0.0)
    found, overshoots = _after()
    before = np.array([np.interp(blur, row, _WIDTHS) for row in found])
    there = [np.interp(width, _WIDTHS, row) for width, row in zip(before, overshoots, strict=True)]
    amount = float(np.interp(overshoot, np.maximum.accumulate(there), _AMOUNTS))
    return Sharpening(float(np.interp(amount, _AMOUNTS, before)), amount)


def sharpened_by(luma: Float, amount: float) -> Float:
    """What sharpening by ``amount`` adds to encoded luminance (h, w)."""
    return np.asarray(amount * (luma - ndimage.gaussian_filter(luma, _RADIUS, mode="nearest")))


@cache
def _after() -> tuple[Float, Float]:
    """Widths, px, and overshoots after sharpening by each amount of steps of each width; (A, W)."""
    t = np.arange(0.0, 20.0, 0.05)
    width, amount = _WIDTHS[None, :, None], _AMOUNTS[:, None, None]
    wide = np.hypot(width, _RADIUS)
    steps = ndtr(t / width) + amount * (ndtr(t / width) - ndtr(t / wide))
    overshoots = steps.max(axis=-1) - 1.0
    slopes = (1.0 + amount) / width - amount / wide  # times the root of 2 pi
    return (1.0 + 2.0 * overshoots) / slopes[..., 0], overshoots
