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
_FILE = Path(__file__).parent / "networks" / "hand_landmark_full.tflite"
_PALM = 0.4  # score of a palm that is looked at closely
_LOOKS = 3  # the first as the detector lays it, the next as the landmarks do
_HOPELESS = 0.1  # score after the first look of what will not become a hand
_HAND = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)  # points without the finger ends, which lay the next square
_WRIST, _INDEX, _MIDDLE, _RING = 0, 5, 9, 13


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
    points, metres, score = _look(pixels, _square_of_palm(palm))
    before = points
    for _ in range(_LOOKS - 1):
        if score < _HOPELESS:
            break
        before = points
        points, metres, score = _look(pixels, _square_of_points(points))
    spread = math.sqrt(float(metres.var(axis=0).sum()))
    scale = math.sqrt(float(points.var(axis=0).sum())) / max(spread, 1e-6)
    moved = float(np.linalg.norm(points - before, axis=1).mean()) / max(scale, 1e-6)
    return Hand(points, scale, score, moved)


def _look(pixels: Pixels, square: Square) -> tuple[Float, Float, float]:
    """Points (21, 2) px, the same in metres across the square (21, 2), and the score."""
    points, score, _, metres = run_file(_FILE, cut(pixels, square, INPUT_PX).astype(np.float32) / 255)
    places = points.reshape(POINTS, 3)[:, :2].astype(np.float64) / INPUT_PX
    return square.to_photo(places), metres.reshape(POINTS, 3)[:, :2].astype(np.float64), float(score.item())


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
