"""The few points of one head that a mask is placed by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.head.model import load_head
from pipeline.records import Float, Int


@dataclass(frozen=True)
class FacePoints:
    """Metres, head frame."""

    pupils: Float  # (2, 3) left, right
    nose_tip: Float  # (3,)
    nose_base: Float  # (3,) where it meets the lip
    menton: Float  # (3,) lowest point of the chin
    tragions: Float  # (2, 3) left, right
    ear_creases: tuple[Float, Float]  # left, right: (K, 3) behind the ear, from above it to below the lobe


def face_points(vertices: Float) -> FacePoints:
    """Points of head vertices (V, 3) m, head frame, in the order of the head model."""
    head = load_head()
    ids = head.points
    return FacePoints(
        pupils=vertices[[ids["pupil_left"], ids["pupil_right"]]],
        nose_tip=vertices[ids["pronasale"]],
        nose_base=vertices[ids["subnasale"]],
        menton=vertices[ids["menton"]],
        tragions=vertices[[ids["tragion_left"], ids["tragion_right"]]],
        ear_creases=(vertices[head.ear_sulcus_left], vertices[head.ear_sulcus_right]),
    )


def faces_without_ears() -> Int:
    """(F, 3) triangles of the head model's collider with both ears left out."""
    head = load_head()
    ears = head.regions["ear_left"] | head.regions["ear_right"]
    return np.asarray(head.collider_faces[~ears[head.collider_faces].any(1)])
