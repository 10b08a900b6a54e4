"""The landmarks that a data set names: 5, 68 and 478 of them, and which can be seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.camera import project
from pipeline.faces.visible import visible
from pipeline.head.ibug68 import points_68
from pipeline.head.landmarks import load_landmarks
from pipeline.head.model import load_head
from pipeline.records import Face, FacePoints, Float

IRIS = 11.7e-3 / 2
"""m, radius. That irises are 11.7 mm wide, give or take 0.5: A. Ablavatski et al., "Real-time pupil tracking
from monocular video for digital puppetry", 2020."""

_RINGS: Float = np.array([[0, 0], [1, 0], [0, -1], [-1, 0], [0, 1]], float)
"""Order of MediaPipe's five of an iris: the middle, then towards the picture's right, up, left and down."""
_LIDS = ((33, 133), (263, 362))
"""MediaPipe's corners of the subject's right and left eye."""


def face_points(face: Face) -> FacePoints:
    """Points in the photo of a fitted face.

    The five of ArcFace's template come from the 68 of the fitted head, as is usual (means of each eye's six,
    30, 48 and 54): the same whichever detector was used, and there where the detector cannot see. MediaPipe's
    networks give 468 points; the ten of the irises are the fitted head's. Raises ValueError for landmarks of
    which nothing says where they lie on the head.
    """
    head = load_head()
    on_head = points_68(face.vertices)
    ibug = project(on_head, face.camera)
    five = np.stack([ibug[36:42].mean(axis=0), ibug[42:48].mean(axis=0), ibug[30], ibug[48], ibug[54]])
    pupils = face.vertices[[head.points["pupil_right"], head.points["pupil_left"]]]
    corners = face.vertices[[head.points["cheilion_right"], head.points["cheilion_left"]]]
    below = float(((corners.mean(axis=0) - pupils.mean(axis=0)) @ face.rotation)[1])

    dense, confidence = face.landmarks, face.confidence
    places = _places(face)
    seen = visible(np.concatenate([on_head, places]), face)
    dense_seen = seen[68:]
    if len(dense) == 468:
        rings = pupils[:, None] + np.pad(_RINGS, ((0, 0), (0, 1))) * IRIS
        dense = np.concatenate([dense, project(rings.reshape(10, 3), face.camera)])
        lids = np.array([dense_seen[list(pair)].any() for pair in _LIDS])
        dense_seen = np.concatenate([dense_seen, np.repeat(lids, 5)])
        confidence = np.concatenate([confidence, np.repeat([confidence[list(p)].min() for p in _LIDS], 5)])
    return FacePoints(
        five=five,
        ibug=ibug,
        ibug_seen=seen[:68],
        dense=dense,
        dense_confidence=confidence,
        dense_seen=_as_bool(dense_seen),
        mouth=-below / float(np.linalg.norm(pupils[0] - pupils[1])),
    )


def _places(face: Face) -> Float:
    """(N, 3) m: where the detector's landmarks lie on the fitted head, camera frame."""
    table = load_landmarks("mediapipe" if len(face.landmarks) >= 468 else "ibug68")
    places = table.positions(face.vertices)
    if len(places) == len(face.landmarks):
        return places
    raise ValueError(f"no table for {len(face.landmarks)} landmarks of a face")


def _as_bool(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    return np.asarray(values, bool)
