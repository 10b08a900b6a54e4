"""What the mediapipe package makes of a picture: the networks' own authors' reading of them."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.faces.detect.blazeface import Range, Sighting
from pipeline.faces.detect.crop import Square, cut
from pipeline.faces.detect.facemesh import INPUT_PX, mesh, square_of_box

solutions = pytest.importorskip("mediapipe.python.solutions")


def theirs_detected(picture: np.ndarray, reach: Range) -> Sighting | None:
    """The best face of the package's detector, px."""
    detector = solutions.face_detection.FaceDetection(0.5, model_selection=0 if reach == "short" else 1)
    found = detector.process(picture).detections
    if not found:
        return None
    size = np.array(picture.shape[1::-1])
    place = found[0].location_data
    corner = np.array([place.relative_bounding_box.xmin, place.relative_bounding_box.ymin])
    extent = np.array([place.relative_bounding_box.width, place.relative_bounding_box.height])
    keypoints = np.array([[k.x, k.y] for k in place.relative_keypoints]) * size
    return Sighting(np.concatenate([corner * size, (corner + extent) * size]), keypoints, found[0].score[0])


def theirs_meshed(picture: np.ndarray) -> np.ndarray | None:
    """The package's 468 points, px, without its irises."""
    mesher = solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=1, refine_landmarks=True, min_detection_confidence=0.5
    )
    found = mesher.process(picture).multi_face_landmarks
    if not found:
        return None
    return np.array([[p.x, p.y] for p in found[0].landmark])[:468] * picture.shape[1::-1]


def ours_meshed_their_way(picture: np.ndarray, seen: Sighting) -> np.ndarray:
    """Our 468 points, px, of one look in the square that the package lays by its detection.

    The package takes the middle of a picture's first pixel for its corner, so that what the mesh sees
    moves with the face's size. That shift is made here, and nowhere else.
    """
    right, left = seen.keypoints[:2]
    square = square_of_box(seen.box, float(np.arctan2(left[1] - right[1], left[0] - right[0])))
    half_pixel = 0.5 - square.axes().sum(axis=0) / INPUT_PX / 2
    points, _ = mesh(cut(picture, Square(square.centre + half_pixel, square.side, square.angle), INPUT_PX))
    return square.to_photo(points)
