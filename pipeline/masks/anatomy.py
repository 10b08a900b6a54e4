"""The few points of a head that a mask is placed by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Float, Int

Ids = NDArray[np.intp]


@dataclass(frozen=True)
class FacePoints:
    """Vertex ids in the order of the head model, found once on its mean head."""

    eyes: tuple[Ids, Ids]  # left, right eyeball
    nose_tip: int
    menton: int  # front of the chin's underside
    ear_roots: tuple[Ids, Ids]  # left, right: where the ear meets the head, from in front of its top over the
    # top and down behind it to below the lobe


def find_points(mean: Float, faces: Int, regions: Mapping[str, NDArray[np.bool_]]) -> FacePoints:
    """Finds the points on the mean head (V, 3) m, head frame, with its triangles and vertex regions."""
    ids = np.arange(len(mean))
    skin = ids[regions["skin"] & ~regions["mouth_cavity"]]
    middle = skin[np.abs(mean[skin, 0]) < 0.002]
    nose = middle[(mean[middle, 1] > -0.065) & (mean[middle, 1] < -0.012)]
    low = middle[(mean[middle, 1] > -0.16) & (mean[middle, 1] < -0.075)]
    roots = tuple(_ear_root(mean, faces, regions[f"ear_{side}"]) for side in ("left", "right"))
    return FacePoints(
        eyes=(ids[regions["eye_left"]], ids[regions["eye_right"]]),
        nose_tip=int(nose[mean[nose, 2].argmax()]),
        menton=int(low[(mean[low] @ np.array([0.0, -0.8, 0.6])).argmax()]),
        ear_roots=(roots[0], roots[1]),
    )


def _ear_root(mean: Float, faces: Int, ear: NDArray[np.bool_]) -> Ids:
    mixed = faces[ear[faces].any(1) & ~ear[faces].all(1)]
    border = np.unique(mixed[~ear[mixed]])
    centre = mean[border].mean(0)
    # measured in the side view from straight down, through the back, to the top and on to the front
    angle = np.arctan2(-(mean[border, 2] - centre[2]), -(mean[border, 1] - centre[1])) % (2 * np.pi)
    order = np.argsort(-angle)
    border, angle = border[order], np.degrees(angle[order])
    return np.asarray(border[(angle < 215) & (angle > -1)])


def eye_centres(points: FacePoints, vertices: Float) -> Float:
    """(2, 3) m: left and right eyeball of one head."""
    return np.stack([vertices[ids].mean(0) for ids in points.eyes])


Model = Any
