"""The default detector and the whole stage on the public-domain astronaut, and on nothing at all."""

from __future__ import annotations

import numpy as np
import pytest
from photo_of import photo_of

from pipeline.config import FacesConfig
from pipeline.faces.detect.backends import load_backend
from pipeline.faces.detect.mediapipe_mirror import MIRROR
from pipeline.faces.find import find_faces
from pipeline.records import Face, Rejected


@pytest.fixture(scope="module")
def face(astronaut: np.ndarray) -> Face:
    faces = find_faces(photo_of(astronaut), FacesConfig())
    assert len(faces) == 1
    return faces[0]


def test_the_mirror_table_is_its_own_inverse() -> None:
    assert (MIRROR[MIRROR] == np.arange(468)).all()


def test_the_astronaut_is_found_and_fits(face: Face) -> None:
    yaw, pitch, roll = np.degrees(face.yaw_pitch_roll)
    assert face.verdict == "ok", face.reason
    # She turns a little to her left and tilts her head.
    assert -25 < yaw < 25
    assert abs(pitch) < 25
    assert abs(roll) < 25
    assert face.residual_mm < 2.0
    eyes = face.landmarks[[33, 133, 362, 263]].mean(axis=0)
    assert np.linalg.norm(eyes - [224, 107]) < 8
    assert (face.light.ambient >= 0).all()
    assert (face.light.irradiance >= 0).all()
    assert 0.1 < face.light.skin_albedo.mean() < 0.7


def test_the_mirrored_photo_gives_the_mirrored_face(astronaut: np.ndarray, face: Face) -> None:
    mirrored = find_faces(photo_of(astronaut[:, ::-1]), FacesConfig())[0]
    yaw, pitch, roll = np.degrees(face.yaw_pitch_roll)
    np.testing.assert_allclose(np.degrees(mirrored.yaw_pitch_roll), [-yaw, pitch, -roll], atol=1.0)


def test_size_does_not_change_the_head(astronaut: np.ndarray, face: Face) -> None:
    large = find_faces(photo_of(astronaut.repeat(3, axis=0).repeat(3, axis=1)), FacesConfig())
    assert len(large) == 1
    np.testing.assert_allclose(np.degrees(large[0].yaw_pitch_roll), np.degrees(face.yaw_pitch_roll), atol=2.0)
    np.testing.assert_allclose(large[0].landmarks / 3, face.landmarks, atol=2.5)


def test_small_faces_of_a_large_photo_are_found(astronaut: np.ndarray) -> None:
    wall = np.full((1800, 2400, 3), 128, np.uint8)
    wall[100:612, 50:562] = astronaut
    wall[1200:1712, 1800:2312] = astronaut[:, ::-1]
    found = load_backend(FacesConfig())(photo_of(wall))
    middles = sorted(tuple(np.round(d.landmarks.mean(axis=0), -1)) for d in found)
    assert len(found) == 2
    assert middles[0][0] < 562
    assert middles[1][0] > 1800


def test_a_photo_of_nothing_is_rejected() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    with pytest.raises(Rejected) as caught:
        find_faces(photo_of(noise), FacesConfig())
    assert caught.value.stage == "faces"
    assert caught.value.reason == "no face found"


def test_the_runtime_does_not_chatter(astronaut: np.ndarray, capfd: pytest.CaptureFixture[str]) -> None:
    load_backend(FacesConfig())(photo_of(astronaut))
    assert capfd.readouterr().err == ""
