"""The photo's own camera, as far as it can be read from the face, applied to the mask's layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipeline.composite.grain import NO_GRAIN, Grain, measure_grain
from pipeline.composite.sharpness import edge_blur
from pipeline.records import Float

RENDER_BLUR = 0.5
"""Standard deviation in px of the renderer's own pixel filter, as `edge_blur` sees it."""

_LUMA: Float = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Sensor:
    blur: float  # px, standard deviation of the point spread
    grain: Grain


def measure_sensor(
    pixels: NDArray[np.uint8], box: tuple[int, int, int, int], covered: NDArray[np.bool_]
) -> Sensor:
    """Blur and grain of the photo ``pixels`` (H, W, 3 sRGB) around a mask.

    ``covered`` (h, w) is where the mask will be inside ``box``: the photo still shows the face's skin
    there, which is where grain is read. Blur is read there and up to the eyes.
    """
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    if not len(rows):
        return Sensor(RENDER_BLUR, NO_GRAIN)
    x0, y0, x1, y1 = box
    under = (slice(y0, y1), slice(x0, x1))
    grain = measure_grain(pixels[under] / 255.0, covered)
    top, bottom = y0 + int(rows[0]), y0 + int(rows[-1]) + 1
    eyes = max(0, top - int(0.7 * (bottom - top)))
    face = pixels[eyes:bottom, x0 + int(columns[0]) : x0 + int(columns[-1]) + 1] / 255.0
    return Sensor(edge_blur(face @ _LUMA, grain.luma), grain)


def soften(layer: NDArray[np.float32], blur: float) -> Float:
    """``layer`` (h, w, c) blurred from the renderer's sharpness to a point spread of ``blur`` px."""
    added = float(np.sqrt(max(blur**2 - RENDER_BLUR**2, 0.0)))
    if added < 0.1:
        return layer.astype(np.float64)
    blurred: Float = ndimage.gaussian_filter(layer.astype(np.float64), (added, added, 0), mode="nearest")
    return blurred
