"""The photo's own camera, as far as it can be read from the face, applied to the mask's layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipeline.colour import LUMA
from pipeline.composite.grain import NO_GRAIN, Grain, least_grain, measure_grain
from pipeline.composite.halo import measure_edges
from pipeline.composite.sharpness import edge_blur
from pipeline.composite.smear import NO_SMEAR, Smear, measure_smear
from pipeline.records import Float

RENDER_BLUR = 0.36
"""Standard deviation in px of the renderer's own pixel filter."""

_ALIKE = 0.15  # of encoded luminance, on which noise depends
_ENOUGH = 4000  # px
_AROUND = 128  # px
_DOUBTED = 0.5  # px: a smaller blur around the eyes may be glints and noise, if clean edges show more


@dataclass(frozen=True)
class Sensor:
    blur: float  # px, standard deviation of the point spread
    grain: Grain
    overshoot: float = 0.0  # of an edge's height
    smear: Smear = NO_SMEAR


def measure_sensor(
    pixels: NDArray[np.uint8], box: tuple[int, int, int, int], covered: NDArray[np.bool_]
) -> Sensor:
    """Blur, sharpening and grain of the photo ``pixels`` (H, W, 3 sRGB) around a mask.

    ``covered`` (h, w) is where the mask will be inside ``box``: the photo still shows the face's skin
    there. Grain is read on it, and around the head, where it is no less: what skin shows beyond that is
    its own relief, which on a small face is as fine as grain. Blur is read around the eyes, where a face
    has its sharpest lines, sharpening and motion on all clean edges of the head, hair and collar.
    """
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    if not len(rows):
        return Sensor(RENDER_BLUR, NO_GRAIN)
    x0, y0, x1, y1 = box
    under = (slice(y0, y1), slice(x0, x1))
    skin = pixels[under] / 255.0
    grain = measure_grain(skin, covered)
    around = _grain_around(pixels, box, float(np.median(skin[covered] @ LUMA)))
    if around is not None:
        grain = least_grain(grain, around)
    top, bottom = y0 + int(rows[0]), y0 + int(rows[-1]) + 1
    high = bottom - top
    eyes = slice(max(0, top - int(0.7 * high)), top + int(0.3 * high))
    face = pixels[eyes, x0 + int(columns[0]) : x0 + int(columns[-1]) + 1] / 255.0
    wide, high = (x1 - x0) // 4, (y1 - y0) // 4
    head = pixels[max(0, y0 - high) : y1 + high, max(0, x0 - wide) : x1 + wide] / 255.0
    blur = edge_blur(face @ LUMA, grain.luma)
    smear = measure_smear(head @ LUMA, grain.luma)
    edges = measure_edges(head @ LUMA, grain.luma)
    if edges is None:
        return Sensor(blur, grain, smear=smear)
    return Sensor(max(blur, min(edges.width, _DOUBTED)), grain, edges.overshoot, smear)


def _grain_around(pixels: NDArray[np.uint8], box: tuple[int, int, int, int], luma: float) -> Grain | None:
    """Grain near the mask's ``box``, where the photo is about as bright as ``luma``; None if nowhere.

    A part half as large as the box is searched to each of its sides, `_AROUND` px at most.
    """
    x0, y0, x1, y1 = box
    wide, high = min((x1 - x0) // 2, _AROUND), min((y1 - y0) // 2, _AROUND)
    part = pixels[max(0, y0 - high) : y1 + high, max(0, x0 - wide) : x1 + wide] / 255.0
    alike = np.abs(part @ LUMA - luma) < _ALIKE
    return measure_grain(part, alike) if np.count_nonzero(alike) > _ENOUGH else None


def soften(layer: NDArray[np.float32], blur: float) -> Float:
    """``layer`` (h, w, c) blurred from the renderer's sharpness to a point spread of ``blur`` px."""
    added = float(np.sqrt(max(blur**2 - RENDER_BLUR**2, 0.0)))
    if added < 0.1:
        return layer.astype(np.float64)
    blurred: Float = ndimage.gaussian_filter(layer.astype(np.float64), (added, added, 0), mode="nearest")
    return blurred
