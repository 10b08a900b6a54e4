"""Noise of the photo around the face, measured in two octaves of size, and more of the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipeline.records import Float

_OCTAVES = (0.8, 1.6)  # px; standard deviations of the blurs between which the bands lie
_FLATNESS = 2.5  # px; blur before slopes are ranked
_FLATTEST = 20.0  # per cent; features of the face are in the rest
_STEPS = 3  # of luminance

# Opponent axes on encoded colours: cameras and JPEG treat luminance and colour differently.
_TO_OPPONENT: Float = np.array([[0.299, 0.587, 0.114], [0.5, -0.419, -0.081], [-0.169, -0.331, 0.5]])
_FROM_OPPONENT: Float = np.linalg.inv(_TO_OPPONENT)


@dataclass(frozen=True)
class Grain:
    """Standard deviation of the noise in encoded values (1 = white), by encoded luminance."""

    levels: Float  # (n,) ascending encoded luminance
    deviation: Float  # (n, 2 octaves, 3 opponent axes)

    @property
    def luma(self) -> float:
        """Total standard deviation of the luminance, averaged over its levels."""
        return float(np.sqrt((self.deviation[:, :, 0] ** 2).sum(axis=1)).mean())


def measure_grain(encoded: Float, usable: NDArray[np.bool_]) -> Grain:
    """Grain of ``encoded`` (h, w, 3) in [0, 1], from the flattest parts of where ``usable`` (h, w).

    Flatness is judged on a blurred image, which keeps the choice from favouring quiet noise.
    """
    opponent = encoded @ _TO_OPPONENT.T
    luma = opponent[..., 0]
    good = usable & (encoded.min(axis=-1) > 0.02) & (encoded.max(axis=-1) < 0.98)
    good = ndimage.binary_erosion(good, iterations=3)
    if np.count_nonzero(good) < 200:
        return Grain(np.array([0.5]), np.zeros((1, len(_OCTAVES), 3)))
    slope = ndimage.gaussian_gradient_magnitude(luma, _FLATNESS)
    good &= slope <= np.percentile(slope[good], _FLATTEST)
    bands = [band[good] for band in _bands(opponent)]
    level = luma[good]
    order = np.array_split(np.argsort(level, kind="stable"), _STEPS)
    # The median ignores the few pores and hairs that are left.
    deviation = np.array(
        [[np.median(np.abs(band[part]), axis=0) / 0.6745 for band in bands] for part in order]
    )
    # Noise gets weaker with size; what does not is not noise.
    deviation[:, 1] = np.minimum(deviation[:, 1], 0.6 * deviation[:, 0])
    return Grain(np.array([level[part].mean() for part in order]), deviation)


def draw_grain(grain: Grain, luma: Float, rng: np.random.Generator) -> Float:
    """Noise (h, w, 3) on encoded colours of an image with encoded luminance ``luma`` (h, w)."""
    white = rng.standard_normal((*luma.shape, 3))
    opponent = np.zeros_like(white)
    for octave, band in enumerate(_bands(white)):
        unit = band / max(float(band.std()), 1e-9)
        for axis in range(3):
            opponent[..., axis] += unit[..., axis] * np.interp(
                luma, grain.levels, grain.deviation[:, octave, axis]
            )
    # Nothing is left of the noise where the sensor clips.
    headroom = np.clip((1.0 - luma) / 0.04, 0.0, 1.0)
    noise: Float = (opponent * headroom[..., None]) @ _FROM_OPPONENT.T
    return noise


def _bands(image: Float) -> list[Float]:
    blurred = [image] + [ndimage.gaussian_filter(image, (s, s, 0), mode="reflect") for s in _OCTAVES]
    return [fine - coarse for fine, coarse in pairwise(blurred)]
