"""MediaPipe's face detectors: Bazarevsky et al. 2019, "BlazeFace".

Each answers with a fixed set of boxes around anchors, on a grid; what overlaps is blended by score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.faces.detect.anchor_grid import Grids, anchors, best
from pipeline.faces.detect.crop import Pixels
from pipeline.faces.detect.runtime import run
from pipeline.records import Float

Range = Literal["short", "full"]

INPUT_PX: dict[Range, int] = {"short": 128, "full": 192}
"""Width and height of what each detector is shown."""

_NAMES: dict[Range, str] = {
    "short": "face_detection_short_range",
    "full": "face_detection_full_range_sparse",
}
_GRIDS: dict[Range, Grids] = {"short": ((16, 2), (8, 6)), "full": ((48, 1),)}
_SAME = 0.3  # intersection over union above which boxes are one face


@dataclass(frozen=True)
class Sighting:
    """A face as a detector sees it."""

    box: Float  # (4,) x0 y0 x1 y1 px
    keypoints: Float  # (6, 2) px: the subject's right eye, left eye, nose tip, mouth, right and left tragion
    score: float  # in [0, 1]


def look(tile: Pixels, reach: Range, least: float) -> list[Sighting]:
    """Faces in a picture of `INPUT_PX[reach]` a side scored `least` or more, best first; px of the tile."""
    size = INPUT_PX[reach]
    raw, logits = run(_NAMES[reach], tile.astype(np.float32) / 127.5 - 1)
    likely, scores = best(logits[0, :, 0], least)
    values = raw[0, likely].astype(np.float64).reshape(len(likely), 8, 2)
    places = anchors(_GRIDS[reach])[likely] * size
    middle, half = values[:, 0] + places, values[:, 1] / 2
    boxes = np.concatenate([middle - half, middle + half], axis=1)
    return _blend(boxes, values[:, 2:] + places[:, None], scores)


def _blend(boxes: Float, keypoints: Float, scores: Float) -> list[Sighting]:
    """Non-maximum suppression in which the boxes (A, 4) that a better one hides pull at it by their score."""
    left = np.arange(len(scores))
    found = []
    while len(left):
        same = _overlap(boxes[left[0]], boxes[left]) > _SAME
        same[0] = True
        group, left = left[same], left[~same]
        weight = scores[group] / scores[group].sum()
        found.append(
            Sighting(
                weight @ boxes[group], np.einsum("a,akd->kd", weight, keypoints[group]), scores[group[0]]
            )
        )
    return found


def _overlap(one: Float, others: Float) -> Float:
    """Intersection over union (A,) of a box (4,) with boxes (A, 4)."""
    extent = np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])
    shared = np.clip(extent, 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    return np.asarray(shared / ((one[2:] - one[:2]).prod() + areas - shared))
