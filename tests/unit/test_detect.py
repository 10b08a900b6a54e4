"""Where faces are looked for, and which of them are believed."""

from __future__ import annotations

import numpy as np
import pytest
from photo_of import photo_of

from pipeline.faces.camera import euler, from_euler
from pipeline.faces.detect import mediapipe
from pipeline.faces.detect.blazeface import Sighting
from pipeline.faces.detect.crop import Square, cut
from pipeline.faces.detect.keypoint_pose import KEYPOINTS, head_turn, tilt
from pipeline.faces.detect.mediapipe_mirror import MIRROR


@pytest.fixture(scope="module")
def landmarks(astronaut: np.ndarray) -> np.ndarray:
    (found,) = mediapipe.detect(photo_of(astronaut))
    return found.landmarks


def keypoints_of(yaw: float, roll: float) -> np.ndarray:
    return (KEYPOINTS @ from_euler(np.radians(yaw), 0.1, np.radians(roll)).T)[:, :2] * 900 + [320, 240]


@pytest.mark.parametrize(("yaw", "roll"), [(0, 0), (-35, 20), (75, -10), (80, 170)])
def test_keypoints_tell_how_a_head_is_turned(yaw: float, roll: float) -> None:
    turn = head_turn(keypoints_of(yaw, roll))
    np.testing.assert_allclose(turn, from_euler(np.radians(yaw), 0.1, np.radians(roll)), atol=0.05)
    assert abs(np.degrees(euler(turn)[0]) - yaw) < 3
    upright = head_turn(keypoints_of(yaw, 0))
    # A turn in the image plane tilts the square as much; seen from the camera, the subject's left is right.
    assert abs((np.degrees(tilt(turn) - tilt(upright)) + roll + 180) % 360 - 180) < 12


@pytest.mark.parametrize(("side", "angle"), [(48.0, 0.0), (100.0, 0.6), (170.0, -2.0)])
def test_a_square_is_cut_where_it_lies(side: float, angle: float) -> None:
    y, x = np.mgrid[:300, :400] + 0.5
    ramp = np.stack([x / 2, y / 2, 0 * x], axis=-1).astype(np.uint8)
    v, u = np.mgrid[:48, :48].reshape(2, -1)
    off = []
    for turned in (angle, angle + np.pi):
        square = Square(np.array([200.0, 150.0]), side, turned)
        seen = cut(ramp, square, 48)[v, u, :2].astype(float) * 2 + 1
        off.append(seen - square.to_photo((np.column_stack([u, v]) + 0.5) / 48))
        assert abs(off[-1]).max() < 2.5  # the ramp is stored in steps of two pixels
    # Rounding is the same either way round; a shift against the square's frame is not.
    np.testing.assert_allclose(off[0].mean(axis=0), off[1].mean(axis=0), atol=0.1)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photo_on_its_side_has_the_same_face(
    astronaut: np.ndarray, landmarks: np.ndarray, quarters: int
) -> None:
    (found,) = mediapipe.detect(photo_of(np.rot90(astronaut, quarters)))
    points, size = found.landmarks, 512
    for _ in range(quarters):
        points = np.column_stack([size - points[:, 1], points[:, 0]])
    assert np.linalg.norm(points - landmarks, axis=1).mean() < 0.5


def test_the_mirrored_photo_has_the_mirrored_landmarks(astronaut: np.ndarray, landmarks: np.ndarray) -> None:
    (found,) = mediapipe.detect(photo_of(astronaut[:, ::-1]))
    mirrored = found.landmarks[MIRROR] * [-1, 1] + [512, 0]
    assert np.linalg.norm(mirrored - landmarks, axis=1).mean() < 0.3


def test_what_is_seen_surely_but_cannot_be_read_is_told_of() -> None:
    grey = np.full((480, 640, 3), 120, np.uint8)
    keypoints = keypoints_of(75, 0)
    box = np.concatenate([keypoints.min(axis=0), keypoints.max(axis=0)])
    told = mediapipe._landmarks(grey, Sighting(box, keypoints, 0.95))
    assert told is not None and "sideways" in told.doubt
    frontal = mediapipe._landmarks(grey, Sighting(box, keypoints_of(0, 0), 0.95))
    assert frontal is not None and "hidden" in frontal.doubt
    assert mediapipe._landmarks(grey, Sighting(box, keypoints, 0.5)) is None
