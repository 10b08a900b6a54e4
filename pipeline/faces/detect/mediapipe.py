"""Landmarks by MediaPipe's networks (468 points; Apache-2.0, see networks/NOTICE).

The mesh network sees each face upright and at its own scale, as it is and mirrored: the mean of both is
more exact than either, and their difference tells how far each point can be trusted. What it finds lays
the square for the next look, until they stay: then it no longer matters where the detector laid the first.
"""

from __future__ import annotations

import math

import numpy as np

from pipeline.faces.camera import euler
from pipeline.faces.detect.blazeface import Sighting
from pipeline.faces.detect.crop import Pixels, Square, cut
from pipeline.faces.detect.detection import Detection
from pipeline.faces.detect.facemesh import INPUT_PX, mesh, square_of_box, square_of_points
from pipeline.faces.detect.keypoint_pose import head_turn, tilt
from pipeline.faces.detect.mediapipe_mirror import MIRROR
from pipeline.faces.detect.search import sightings
from pipeline.records import Float, Photo

LOOKS = 6  # at most
SETTLED = 0.002  # of the face's size: when the landmarks have moved less, it was the last look
HOPELESS = 0.01  # the mesh's score after two looks of what will not become a face
STEADY = 0.03  # of the face's size: a landmark that moves so far when mirrored is half believed
# Of a face that mesh and detector agree on:
MESH_SCORE = 0.9
STEADINESS = 0.55  # mean confidence of its landmarks
DISAGREEMENT = 0.22  # of the box's side, between the keypoints of both
EXTENT = (0.6, 1.6)  # the mesh's, of the box's side
# Score times steadiness of a face; above 0.8 in portraits that are seen the right way up.
GRANTED = 0.75  # so clear, no other way up is tried
CLEAR = 0.65  # the least of a face in a photo that lies on its side or head
CLEARER = 0.1  # by which a photo must be clearer on its side or head: profiles may be so a little
# A detector so sure is told of even when the mesh disagrees.
SURE = 0.7
SIDEWAYS = math.radians(55)

# The detectors' keypoints right eye, left eye, nose tip, mouth, by the mesh's points around them.
KEYPOINTS: tuple[tuple[int, ...], ...] = ((33, 133), (362, 263), (1,), (13, 14))


def detect(photo: Photo) -> list[Detection]:
    """Every face of a photo, as `detection.Backend` says.

    Only where no face is clear is the photo looked at lying on its sides and on its head too, and a face
    must be clear there to be taken. What is seen but cannot be read is told of in upright photos only.
    """
    upright = _faces(photo.pixels, 0)
    if _clearest(upright) >= GRANTED:
        return upright
    best = max((_faces(photo.pixels, quarters) for quarters in (1, 2, 3)), key=_clearest)
    return best if _clearest(best) >= max(CLEAR, _clearest(upright) + CLEARER) else upright


def _faces(pixels: Pixels, quarters: int) -> list[Detection]:
    found: list[Detection] = []
    for sighting in sightings(pixels, quarters):
        detection = _landmarks(pixels, sighting)
        if detection is not None and all(_apart(detection, other) for other in found):
            found.append(detection)
    return found


def _clearest(found: list[Detection]) -> float:
    return max((float(d.score * d.confidence.mean()) for d in found if not d.doubt), default=0.0)


def _landmarks(pixels: Pixels, sighting: Sighting) -> Detection | None:
    """Landmarks of one sighting, or None when it is taken for no face."""
    turn = head_turn(sighting.keypoints)
    square = square_of_box(sighting.box, tilt(turn))
    landmarks, apart, flag = _both_ways(pixels, square)
    extent = float(np.ptp(landmarks, axis=0).max())
    for _ in range(LOOKS - 1):
        before = landmarks
        landmarks, apart, flag = _both_ways(pixels, square_of_points(before))
        extent = float(np.ptp(landmarks, axis=0).max())
        if flag < HOPELESS or np.linalg.norm(landmarks - before, axis=1).mean() < SETTLED * extent:
            break
    confidence = 1 / (1 + (apart / extent / STEADY) ** 2)
    agree = flag >= MESH_SCORE and confidence.mean() >= STEADINESS and _same_place(landmarks, sighting)
    if not agree and sighting.score < SURE:
        return None
    doubt = "" if agree else _doubt(float(euler(turn)[0]))
    return Detection(landmarks, confidence, float(sighting.score), sighting.box, doubt=doubt)


def _both_ways(pixels: Pixels, square: Square) -> tuple[Float, Float, float]:
    """Points (468, 2) px, mean of the face as it is and mirrored, how far apart (468,) px, the lower flag."""
    seen = cut(pixels, square, INPUT_PX)
    plain, surely = mesh(seen)
    mirrored, as_surely = mesh(np.ascontiguousarray(seen[:, ::-1]))
    plain = square.to_photo(plain)
    mirrored = square.to_photo(mirrored[MIRROR] * [-1, 1] + [1, 0])
    return (plain + mirrored) / 2, np.linalg.norm(plain - mirrored, axis=1), min(surely, as_surely)


def _same_place(landmarks: Float, sighting: Sighting) -> bool:
    side = float((sighting.box[2:] - sighting.box[:2]).max())
    keypoints = np.array([landmarks[list(around)].mean(axis=0) for around in KEYPOINTS])
    away = np.linalg.norm(keypoints - sighting.keypoints[:4], axis=1).mean()
    return bool(away < DISAGREEMENT * side and EXTENT[0] < np.ptp(landmarks, axis=0).max() / side < EXTENT[1])


def _doubt(yaw: float) -> str:
    if abs(yaw) > SIDEWAYS:
        return f"turned about {abs(math.degrees(yaw)):.0f} degrees sideways, too far for its landmarks"
    return "not a face, or hidden: its landmarks cannot be found"


def _apart(one: Detection, other: Detection) -> bool:
    extent = np.ptp(one.landmarks, axis=0).max()
    return bool(np.linalg.norm(one.landmarks - other.landmarks, axis=1).mean() > 0.25 * extent)
