"""MediaPipe's palm detector: Zhang et al. 2020, "MediaPipe Hands: On-device Real-time Hand Tracking"."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.faces.detect.anchor_grid import anchors, best
from pipeline.faces.detect.crop import Pixels, Square, cut
from pipeline.faces.detect.runtime import run_file
from pipeline.records import Float

INPUT_PX = 192
_FILE = Path(__file__).parent / "networks" / "palm_detection_full.tflite"
_GRIDS = ((24, 2), (12, 6))
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
    found: list[Palm] = []
    for index, score in zip(*best(logits[0, :, 0], least), strict=True):
        values = raw[0, index].astype(np.float64).reshape(9, 2) / INPUT_PX
        values[[0, *range(2, 9)]] += anchors(_GRIDS)[index]
        points = square.to_photo(values[[0, *range(2, 9)]])
        palm = Palm(points[0], float(values[1].max() * square.side), points[1:], float(score))
        if all(np.abs(palm.centre - other.centre).max() > _SAME * other.side for other in found):
            found.append(palm)
    return found
