"""MediaPipe's face mesh: Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video".

It looks at an upright square half as large again as the face. As MediaPipe does, the first square is laid
by a detector's box and eyes, the next by the mesh itself. The published network's irises are left out.
"""

from __future__ import annotations

import math

import numpy as np

from pipeline.faces.detect.attention import refined
from pipeline.faces.detect.crop import Pixels, Square
from pipeline.faces.detect.runtime import run
from pipeline.records import Float

INPUT_PX = 192
POINTS = 468
_MARGIN = 1.5
_EYES = (33, 263)  # outer corners, the subject's right and left


def square_of_box(box: Float, angle: float) -> Square:
    """Where to look for the face in a detector's box (4,) px whose head is tilted by `angle` (rad)."""
    return Square((box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).max()) * _MARGIN, angle)


def square_of_points(points: Float) -> Square:
    """Where to look again for the face with mesh points (468, 2) px."""
    along = points[_EYES[1]] - points[_EYES[0]]
    angle = math.atan2(along[1], along[0])
    upright = Square(np.zeros(2), 1.0, angle).axes()
    turned = points @ upright.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return Square((low + high) / 2 @ upright, float((high - low).max()) * _MARGIN, angle)


def mesh(seen: Pixels) -> tuple[Float, float]:
    """Points (468, 2) of the face in a square of INPUT_PX a side, in parts of that side from its upper
    left corner, and how surely there is a face, in [0, 1]."""
    points, features, flag = run("face_mesh_trunk", seen.astype(np.float32) / 255)
    places = points.reshape(POINTS, 3)[:, :2].astype(np.float64) / INPUT_PX
    return refined(places, features[0]), 1 / (1 + math.exp(-float(flag.item())))
