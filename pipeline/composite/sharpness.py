"""How sharp the photo is around the face, so that the mask is no sharper.

The width of the camera's point spread is read from edges blurred once more by a known amount: S. Zhuo,
T. Sim, "Defocus map estimation from a single image", Pattern Recognition 44 (2011).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipeline.records import Float

_PRESMOOTH = 0.8  # px; below this, pixel noise makes edges look sharp
_REBLUR = 1.2  # px
_FLOOR = 0.5  # px; about what a pixel's own area does to an edge
_CEILING = 6.0  # px
_SHARPEST = 40.0  # per cent; most edges of a face are soft by nature, only the sharpest show the camera


def edge_blur(luma: Float, noise: float) -> float:
    """Standard deviation in px of the Gaussian that best explains the sharpest edges of ``luma``.

    ``luma`` (h, w) is the encoded luminance in [0, 1] and ``noise`` its grain's standard deviation;
    edges too weak to stand out from it are ignored. Without edges the answer is the smallest blur.
    """
    dx = ndimage.gaussian_filter(luma, _PRESMOOTH, order=(0, 1))
    dy = ndimage.gaussian_filter(luma, _PRESMOOTH, order=(1, 0))
    gradient = np.hypot(dx, dy)
    wide = float(np.hypot(_PRESMOOTH, _REBLUR))
    again = np.hypot(
        ndimage.gaussian_filter(luma, wide, order=(0, 1)), ndimage.gaussian_filter(luma, wide, order=(1, 0))
    )
    crest = _is_crest(gradient, dx, dy)
    crest &= gradient > max(0.02, 2.0 * noise)
    crest &= gradient > 0.15 * np.quantile(gradient, 0.995)
    if np.count_nonzero(crest) < 20:
        return _FLOOR
    ratio = np.maximum(gradient[crest] / np.maximum(again[crest], 1e-9), 1.001)
    variance = _REBLUR**2 / (ratio**2 - 1.0) - _PRESMOOTH**2
    return float(np.clip(np.sqrt(max(np.percentile(variance, _SHARPEST), 0.0)), _FLOOR, _CEILING))


def _is_crest(gradient: Float, dx: Float, dy: Float) -> NDArray[np.bool_]:
    """Pixels whose gradient is not exceeded by either neighbour across the edge."""
    rows, columns = np.indices(gradient.shape, dtype=float)
    length = np.maximum(gradient, 1e-12)
    step = np.stack([dy / length, dx / length])
    here = np.stack([rows, columns])
    ahead = ndimage.map_coordinates(gradient, here + step, order=1, mode="nearest")
    behind = ndimage.map_coordinates(gradient, here - step, order=1, mode="nearest")
    crest: NDArray[np.bool_] = (gradient >= ahead) & (gradient >= behind)
    crest[[0, -1], :] = False
    crest[:, [0, -1]] = False
    return crest
