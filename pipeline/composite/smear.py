"""Blur in one direction: of a camera or a head that moved.

As edges are narrow along such a blur and wide across it, their widths are read by direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft, ndimage

from pipeline.composite.sharpness import edge_points, strongest, variance_of, widths_across
from pipeline.records import Float

_DIRECTIONS = 6
_MOST = 500  # edges of a direction
_FEWEST = 10  # steps of a direction
_SHARPEST = 0.1  # of them
_SMOOTH = 0.5  # px, against noise
_LEAST_RISE = 0.1  # of encoded white
_LEAST_OVER_NOISE = 6.0
_CLEAR = 1.5  # times as wide one way as the other: by less, edges of faces differ without it
_SHORTEST = 0.9  # px: of 66 photos of people who held still, none shows more than 0.77
_FITS = 0.3  # of the mean variance: what the directions may lie off an ellipse
_LONGEST = 3.0  # px


@dataclass(frozen=True)
class Smear:
    """A Gaussian along one line, beyond the blur that is the same in all directions."""

    length: float  # px, standard deviation; 0 = none
    angle: float  # rad from the x axis, growing towards y (down)


NO_SMEAR = Smear(0.0, 0.0)


def measure_smear(luma: Float, noise: float) -> Smear:
    """What the edges of ``luma`` (h, w) in [0, 1] agree upon; ``noise`` is its grain's standard deviation."""
    smooth = ndimage.gaussian_filter(luma, _SMOOTH)
    points, normals, gradient = edge_points(smooth)
    angles = np.arctan2(normals[:, 0], normals[:, 1])
    least = max(_LEAST_RISE, _LEAST_OVER_NOISE * noise)
    found = np.full(_DIRECTIONS, np.nan)
    middles = np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS
    for number, middle in enumerate(middles):
        here = np.flatnonzero(np.abs(np.sin(angles - middle)) < np.sin(np.pi / 2 / _DIRECTIONS))
        here = here[strongest(gradient[here], _MOST)]
        widths, good = widths_across(smooth, points[here], normals[here], least)
        if np.count_nonzero(good) >= _FEWEST:
            found[number] = np.quantile(widths[good], _SHARPEST) ** 2
    known = np.isfinite(found)
    if np.count_nonzero(known) < _DIRECTIONS - 1:
        return NO_SMEAR
    ellipse = np.stack([np.ones(_DIRECTIONS), np.cos(2 * middles), np.sin(2 * middles)], axis=1)[known]
    mean, cosine, sine = np.linalg.lstsq(ellipse, found[known], rcond=None)[0]
    off = np.std(found[known] - ellipse @ (mean, cosine, sine))
    more = float(np.hypot(cosine, sine))
    length = float(np.sqrt(2.0 * more))
    narrow = max(mean - more - variance_of(_SMOOTH), 0.01)
    clear = narrow + length**2 > _CLEAR**2 * narrow and length > _SHORTEST
    if not clear or off > _FITS * mean:
        return NO_SMEAR
    return Smear(min(length, _LONGEST), float(np.arctan2(sine, cosine) / 2.0))


def smeared(layer: Float, smear: Smear) -> Float:
    """``layer`` (h, w, c) with that smear put on; its border goes on for ever."""
    if smear.length <= 0.0:
        return layer
    margin = int(np.ceil(4.0 * smear.length))
    wide = np.pad(layer, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    shape = [fft.next_fast_len(size, real=True) for size in wide.shape[:2]]
    rows, columns = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    along = columns * np.cos(smear.angle) + rows * np.sin(smear.angle)
    response = np.exp(-2.0 * (np.pi * smear.length * along) ** 2)
    spectrum = fft.rfft2(wide, s=shape, axes=(0, 1)) * response[..., None]
    blurred = fft.irfft2(spectrum, s=shape, axes=(0, 1))
    return np.asarray(blurred[margin : margin + layer.shape[0], margin : margin + layer.shape[1]])
