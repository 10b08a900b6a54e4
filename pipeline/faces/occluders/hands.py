"""Hands near a face: MediaPipe's hand landmarks (Zhang et al. 2020) where its detector sees a palm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.faces.detect.crop import Pixels, Square, cut
from pipeline.faces.detect.runtime import run_file
from pipeline.faces.occluders.palms import Palm, palms_in
from pipeline.records import Float

INPUT_PX = 224
POINTS = 21
_FILE = Path(__file__).parent / "networks" / "hand_landmark_lite.tflite"
_PALM = 0.4  # score of a palm that is looked at closely
_LOOKS = 3  # the first as the detector lays it, the next as the landmarks do
_HOPELESS = 0.1  # score after the first look of what will not become a hand
_HAND = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)  # points without the finger ends, which lay the next square
_WRIST, _INDEX, _MIDDLE, _RING = 0, 5, 9, 13
PHALANGES = np.array([(2, 3), (3, 4), *((k + i, k + i + 1) for k in (5, 9, 13, 17) for i in range(3))])
"""(14, 2) landmarks at both ends of each bone of the fingers."""
# m, of adults: Buryanov & Kotiuk 2010, "Proportions of hand segments".
_THUMB, _FOREFINGER = (0.0316, 0.0217), (0.0398, 0.0224, 0.0158)
_LONGEST, _RINGED, _LITTLE = (0.0446, 0.0263, 0.0174), (0.0414, 0.0257, 0.0173), (0.0327, 0.0181, 0.0160)
LENGTHS = np.array([*_THUMB, *_FOREFINGER, *_LONGEST, *_RINGED, *_LITTLE])
_UNSHORTENED = 0.75  # quantile of the bones' scales: the network makes too little of depth


@dataclass(frozen=True)
class Hand:
    """A hand: the wrist, then four points of each finger from the palm to its tip, thumb first."""

    points: Float  # (21, 2) px
    px_per_m: float  # at the hand's distance
    score: float  # how surely there is one, in [0, 1]
    moved: float  # how far its points still moved at the last look, m


def find_hands(pixels: Pixels, square: Square) -> list[Hand]:
    """Hands whose palm lies in a square of a photo (H, W, 3) sRGB, whatever their score."""
    return [_hand(pixels, palm) for palm in palms_in(pixels, square, _PALM)]


def _hand(pixels: Pixels, palm: Palm) -> Hand:
    points, score = _look(pixels, _square_of_palm(palm))
    before = points
    for _ in range(_LOOKS - 1):
        if score < _HOPELESS:
            break
        before = points
        points, score = _look(pixels, _square_of_points(points[:, :2]))
    bones = np.linalg.norm(points[PHALANGES[:, 0]] - points[PHALANGES[:, 1]], axis=1)
    scale = float(np.quantile(bones / LENGTHS, _UNSHORTENED))
    moved = float(np.linalg.norm((points - before)[:, :2], axis=1).mean()) / max(scale, 1e-6)
    return Hand(points[:, :2], scale, score, moved)


def _look(pixels: Pixels, square: Square) -> tuple[Float, float]:
    """Points (21, 3) px, the third their depth from the wrist's, and the score."""
    points, score, *_ = run_file(_FILE, cut(pixels, square, INPUT_PX).astype(np.float32) / 255)
    places = points.reshape(POINTS, 3).astype(np.float64) / INPUT_PX
    depth = places[:, 2:] * square.side
    return np.concatenate([square.to_photo(places[:, :2]), depth], axis=1), float(score.item())


def _square_of_palm(palm: Palm) -> Square:
    angle = _turned(palm.keypoints[2] - palm.keypoints[0])
    up = -Square(np.zeros(2), 1.0, angle).axes()[1]
    return Square(palm.centre + 0.5 * palm.side * up, 2.6 * palm.side, angle)


def _square_of_points(points: Float) -> Square:
    knuckles = (points[_INDEX] + points[_RING]) / 2
    angle = _turned((knuckles + points[_MIDDLE]) / 2 - points[_WRIST])
    upright = Square(np.zeros(2), 1.0, angle).axes()
    turned = points[list(_HAND)] @ upright.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    centre = (low + high) / 2 - [0, 0.1 * (high - low)[1]]
    return Square(centre @ upright, 2 * float((high - low).max()), angle)


def _turned(fingers: Float) -> float:
    """The angle (rad) of a square whose upper side the ``fingers`` (2,) point to."""
    return math.atan2(fingers[1], fingers[0]) + math.pi / 2
