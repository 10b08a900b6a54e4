"""MediaPipe's palm detector: Zhang et al. 2020, "MediaPipe Hands: On-device Real-time Hand Tracking"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.faces.detect.crop import Pixels, Square, cut
from pipeline.faces.detect.runtime import run_file
from pipeline.records import Float

INPUT_PX = 192
_FILE = Path(__file__).parent / "networks" / "palm_detection_full.tflite"
_GRIDS = ((24, 2), (12, 6))  # cells per side, and how many anchors lie in the middle of each
_SAME = 0.5  # of a palm's side: palms nearer to each other are one


@dataclass(frozen=True)
class Palm:
    """A palm as the detector sees it."""

    centre: Float  # (2,) px
    side: float  # px, of its upright square
    keypoints: Float  # (7, 2) px: wrist, four knuckles from index to little finger, two of the thumb
    score: float  # in [0, 1]


def palms_in(pixels: Pixels, square: Square, least: float) -> list[Palm]:
    """Palms in a square of a photo (H, W, 3) sRGB scored `least` or more, best first; px of the photo."""
    raw, logits = run_file(_FILE, cut(pixels, square, INPUT_PX).astype(np.float32) / 255)
    scores = 1 / (1 + np.exp(-np.clip(logits[0, :, 0].astype(np.float64), -100, 100)))
    likely = np.flatnonzero(scores >= least)
    found: list[Palm] = []
    for index in likely[np.argsort(-scores[likely], kind="stable")]:
        values = raw[0, index].astype(np.float64).reshape(9, 2) / INPUT_PX
        values[[0, *range(2, 9)]] += _anchors()[index]
        points = square.to_photo(values[[0, *range(2, 9)]])
        palm = Palm(points[0], float(values[1].max() * square.side), points[1:], float(scores[index]))
        if all(np.abs(palm.centre - other.centre).max() > _SAME * other.side for other in found):
            found.append(palm)
    return found


@cache
def _anchors() -> Float:
    """(A, 2) x y in parts of the picture's side."""
    found = []
    for cells, many in _GRIDS:
        y, x = np.mgrid[:cells, :cells].reshape(2, -1)
        found.append(np.repeat((np.column_stack([x, y]) + 0.5) / cells, many, axis=0))
    return np.concatenate(found)
