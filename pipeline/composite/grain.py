"""Noise of the photo around the face, measured in three octaves of size, and more of the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import nnls

from pipeline.colour import LUMA
from pipeline.records import Float

_OCTAVES = (0.5, 1.0, 2.0)  # px; standard deviations of the blurs between which the bands lie
_SPOT = 5  # px
_CALMEST = 10.0  # per cent
_CALM_TO_MEAN = 1.25  # what pure noise shows in a spot that calm, to what it shows on average

_BY_LUMA: tuple[Float, Float] = (
    np.array([0.0, 0.15, 0.35, 0.45, 0.65, 0.85, 0.96, 1.0]),
    np.array([0.4, 0.65, 1.0, 1.0, 0.8, 0.6, 0.45, 0.0]),
)
"""Noise at each encoded luminance over that at mid grey: photos show it in their calmest spots.

A camera's curve is flatter in the shadows and towards white, where nothing is left of noise once it clips.
"""

# Opponent axes on encoded colours: cameras and JPEG treat luminance and colour differently.
_TO_OPPONENT: Float = np.array([LUMA, [0.5, -0.419, -0.081], [-0.169, -0.331, 0.5]])
_FROM_OPPONENT: Float = np.linalg.inv(_TO_OPPONENT)


@dataclass(frozen=True)
class Grain:
    """Noise in encoded values (1 = white), the sum of independent noises, one an octave."""

    deviation: Float  # (3 octaves, 3 opponent axes)
    at: float = 0.5  # encoded luminance that it has this strength at

    @property
    def luma(self) -> float:
        """Total standard deviation of the luminance."""
        return float(np.sqrt((self.deviation[:, 0] ** 2).sum()))


NO_GRAIN = Grain(np.zeros((len(_OCTAVES), 3)))


def measure_grain(encoded: Float, usable: NDArray[np.bool_]) -> Grain:
    """Grain of ``encoded`` (h, w, 3) in [0, 1], from the calmest spots of where ``usable`` (h, w).

    Everywhere else the face's own relief adds to the noise, the more so the smaller the face.
    """
    good = usable & (encoded.min(axis=-1) > 0.02) & (encoded.max(axis=-1) < 0.98)
    good = ndimage.binary_erosion(good, iterations=_SPOT // 2)
    if np.count_nonzero(good) < 200:
        return NO_GRAIN
    # single precision is finer than 8 bits by far, and twice as fast
    opponent = (encoded @ _TO_OPPONENT.T).astype(np.float32)
    spots = [ndimage.uniform_filter(band**2, (_SPOT, _SPOT, 0))[good] for band in _bands(opponent)]
    variance = np.array([np.percentile(spot, _CALMEST, axis=0) for spot in spots])
    deviation = _CALM_TO_MEAN * np.sqrt(np.maximum(variance, 0.0))
    # Even blurred noise fades at this size; what does not is the relief of the skin.
    deviation[2] = np.minimum(deviation[2], 0.6 * deviation[1])
    return Grain(_disentangle(deviation), float(np.median(opponent[..., 0][good])))


def least_grain(first: Grain, second: Grain) -> Grain:
    """The weaker of two measurements of one sensor, octave by octave: relief can only add to noise."""
    return Grain(np.minimum(first.deviation, second.deviation), first.at)


def draw_grain(grain: Grain, luma: Float, rng: np.random.Generator) -> Float:
    """Noise (h, w, 3) on encoded colours of an image with encoded luminance ``luma`` (h, w).

    ``grain`` was measured where its ``luma`` says; the image's own brightness makes it weaker or stronger.
    """
    opponent = np.zeros((*luma.shape, 3))
    for octave, deviation in enumerate(grain.deviation):
        band = _band(rng.standard_normal(opponent.shape), octave)
        opponent += band / max(float(band.std()), 1e-9) * deviation
    weight = np.interp(luma, *_BY_LUMA) / np.interp(grain.at, *_BY_LUMA)
    noise: Float = (opponent * weight[..., None]) @ _FROM_OPPONENT.T
    return noise


@cache
def _overlap() -> Float:
    """[i, j]: variance that unit noise of octave j shows in band i; the bands are not orthogonal."""
    impulse = np.zeros((32, 32, 1))
    impulse[16, 16] = 1.0
    power = [np.abs(np.fft.fft2(band[..., 0])) ** 2 for band in _bands(impulse)]
    return np.array([[(p * q).mean() / q.mean() for q in power] for p in power])


def _disentangle(deviation: Float) -> Float:
    """Deviations (octaves, axes) measured in the bands to those of the noises that show them."""
    variance = np.stack([nnls(_overlap(), deviation[:, axis] ** 2)[0] for axis in range(3)], axis=1)
    result: Float = np.sqrt(variance)
    return result


def _band(image: Float, octave: int) -> Float:
    fine = ndimage.gaussian_filter(image, (_OCTAVES[octave - 1],) * 2 + (0,)) if octave else image
    coarse: Float = ndimage.gaussian_filter(image, (_OCTAVES[octave],) * 2 + (0,))
    return fine - coarse


def _bands(image: NDArray[Any]) -> list[Float]:
    blurred = [image] + [ndimage.gaussian_filter(image, (s, s, 0), mode="reflect") for s in _OCTAVES]
    return [fine - coarse for fine, coarse in pairwise(blurred)]
