"""Grain and folds: how much luminance varies inside the mask, and at which sizes."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

from benchmarks.realism.areas import mask_inside, skin_around
from benchmarks.realism.picture import Bool, Picture
from pipeline.records import Float

FINEST = 0.7  # px: sigma of the narrower Gaussian of the first octave
GRAIN = 1.0  # px: sigma of the Gaussian that is taken off to leave the grain
WINDOW = 7  # px
FEWEST = 200  # pixels


def noise(picture: Picture) -> float:
    """log2 of the mask's grain over that of the skin around it; NaN where either shows too little.

    Grain is the 25th percentile of local standard deviations: of those windows of `WINDOW` px that lie
    whole in the area, the smoother ones, so that folds, prints, seams and wrinkles stay out. Of linear
    luminance, as a sensor counts it; in stops a white mask has less grain than skin in any photo.
    """
    values = 2.0**picture.stops
    return float(np.log2(grain(values, mask_inside(picture)) / grain(values, skin_around(picture))))


def grain(values: Float, area: Bool) -> float:
    """25th percentile over ``area`` of the local standard deviation of high-passed (H, W) values."""
    high = values - gaussian_filter(values, GRAIN)
    mean, square = uniform_filter(high, WINDOW), uniform_filter(high**2, WINDOW)
    whole = area & (uniform_filter(area.astype(float), WINDOW) > 1 - 0.5 / WINDOW**2)
    if whole.sum() < FEWEST:
        return float("nan")
    return float(np.quantile(np.sqrt(np.maximum(square - mean**2, 1e-12))[whole], 0.25))


def octave(picture: Picture, number: int) -> float:
    """Standard deviation, stops, of log2 luminance in an octave inside the mask; NaN where it is too small.

    The difference of two Gaussians, of sigma 0.7 x 2^(number - 1) and twice that: octave 1 is 0.7-1.4 px
    and 4 is 5.6-11.2 px. (As wavelengths, 0.7-1.4 px would be finer than the pixels.) The Gaussians are
    normalised over the mask alone, so that nothing from outside it leaks in.
    """
    area = mask_inside(picture)
    if area.sum() < FEWEST:
        return float("nan")
    sheet = mask_inside(picture, margin=2)
    sigma = FINEST * 2 ** (number - 1)
    band = _blurred(picture.stops, sheet, sigma) - _blurred(picture.stops, sheet, 2 * sigma)
    return float(band[area].std())


def tex4(picture: Picture) -> float:
    """The fourth octave: folds, pleats and creases."""
    return octave(picture, 4)


def spec(picture: Picture) -> float:
    """log2 of the fourth octave over the first: folds against weave and grain."""
    return float(np.log2(octave(picture, 4) / octave(picture, 1)))


def _blurred(values: Float, area: Bool, sigma: float) -> Float:
    weight = gaussian_filter(area.astype(float), sigma)
    return np.asarray(gaussian_filter(np.where(area, values, 0.0), sigma) / np.maximum(weight, 1e-6))
