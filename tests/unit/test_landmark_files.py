"""Landmarks that users bring: the formats, their mistakes, and the fit that comes of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.spatial import procrustes

from pipeline.config import FacesConfig
from pipeline.faces.camera import euler, from_euler, project
from pipeline.faces.detect.backends import load_backend
from pipeline.faces.detect.detection import BackendError, Detection
from pipeline.faces.detect.outside import outside_digest, placed
from pipeline.faces.find import find_faces
from pipeline.faces.fit.landmark_model import landmark_model
from pipeline.faces.fit.outline import outline_table
from pipeline.faces.fit.prediction import State, predict
from pipeline.head.ibug68 import points_68
from pipeline.head.landmarks import load_landmarks
from pipeline.head.model import load_head
from pipeline.records import Camera, Photo, Rejected

CAMERA = Camera(1100.0, 480, 600)
POINTS = np.random.default_rng(0).uniform(100, 400, (68, 2)).round(2)


def photo(name: str = "anna/01.jpg") -> Photo:
    return Photo("0" * 64, name, "anna", np.full((600, 480, 3), 128, np.uint8), None)


def read(place: Path, name: str = "anna/01.jpg") -> list[Detection]:
    return load_backend(FacesConfig(backend="file", landmarks=str(place)))(photo(name))


def as_csv(points: np.ndarray, name: str = "anna/01.jpg") -> str:
    rows = [f"{name},0,{i},{x},{y}" for i, (x, y) in enumerate(points)]
    return "\n".join(["photo,face,index,x,y", *rows])


def as_pts(points: np.ndarray) -> str:
    lines = "\n".join(f"{x + 0.5} {y + 0.5}" for x, y in points)
    return f"version: 1\nn_points:  {len(points)}\n{{\n{lines}\n}}\n"


WRITERS: dict[str, Callable[[np.ndarray], str]] = {
    "json": lambda points: json.dumps({"anna/01.jpg": [points.tolist()]}),
    "csv": as_csv,
    "pts": as_pts,
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_gives_the_same_points(tmp_path: Path, suffix: str) -> None:
    single = tmp_path / f"01.{suffix}"
    single.write_text(WRITERS[suffix](POINTS))
    (tmp_path / "folder" / "anna").mkdir(parents=True)
    (tmp_path / "folder" / "anna" / f"01.{suffix}").write_text(WRITERS[suffix](POINTS))
    for place in (single, tmp_path / "folder"):
        (found,) = read(place)
        np.testing.assert_allclose(found.landmarks, POINTS, atol=1e-9)
        assert found.points == "ibug68" and (found.confidence == 1).all()


def test_several_faces_and_confidence(tmp_path: Path) -> None:
    faces = [POINTS.tolist(), {"points": (POINTS + 5).tolist(), "confidence": [0.5] * 68}]
    (tmp_path / "all.json").write_text(json.dumps({"01.jpg": faces}))
    first, second = read(tmp_path / "all.json")  # by the last part of its name
    assert second.confidence.tolist() == [0.5] * 68
    np.testing.assert_allclose(second.landmarks - first.landmarks, 5)
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna" / "01.pts").write_text(as_pts(POINTS))
    (tmp_path / "anna" / "01.1.pts").write_text(as_pts(POINTS + 7))
    assert len(read(tmp_path)) == 2


def test_a_face_may_say_its_detector_its_doubt_and_what_of_the_head_is_known(tmp_path: Path) -> None:
    held = {"identity": [0.1] * 80, "expression": [0.5] * 43}
    (tmp_path / "a.json").write_text(a_face(detector="fan2d", doubt="a drawing", **held))
    (found,) = read(tmp_path / "a.json")
    assert (found.points, found.doubt) == ("fan2d", "a drawing")
    assert found.identity is not None and found.identity.tolist() == held["identity"]
    assert found.expression is not None and found.expression.tolist() == held["expression"]
    (face,) = find_faces(photo(), FacesConfig(backend="file", landmarks=str(tmp_path / "a.json")))
    assert face.verdict == "rejected" and face.reason == "a drawing"


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for shift in (0, 5):
        file.write_text(json.dumps({"anna/01.jpg": [(POINTS + shift).round(2).tolist()]}))
        os.utime(file, ns=(shift * 10**9, shift * 10**9))
        (found,) = read(file)
        np.testing.assert_allclose(found.landmarks, POINTS + shift, atol=1e-9)


@pytest.mark.parametrize("count", [468, 478])
def test_meshes_are_mediapipes(tmp_path: Path, count: int) -> None:
    mesh = np.random.default_rng(1).uniform(100, 400, (count, 2))
    (tmp_path / "all.json").write_text(json.dumps({"anna/01.jpg": [mesh.tolist()]}))
    (found,) = read(tmp_path / "all.json")
    assert found.points == "mediapipe"
    assert (found.landmarks == mesh[:468]).all()


def with_point(index: int, value: object) -> list[object]:
    points: list[object] = POINTS.tolist()
    points[index] = value
    return points


def a_face(**said: object) -> str:
    return json.dumps({"anna/01.jpg": [{"points": POINTS.tolist(), **said}]})


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", json.dumps({"anna/01.jpg": [POINTS[:67].tolist()]}), "67 points; needed: 68, 468 or 478"),
        ("a.json", json.dumps({"anna/01.jpg": [with_point(3, [float("nan"), 1])]}), "point 3 is not a fin"),
        ("a.json", json.dumps({"anna/01.jpg": [with_point(3, ["a", 1])]}), "points must be numbers"),
        ("a.json", json.dumps({"anna/01.jpg": [with_point(3, [1])]}), "points must be numbers"),
        ("a.json", json.dumps({"anna/01.jpg": [(POINTS + 900).tolist()]}), "68 of 68 points lie outside"),
        ("a.json", json.dumps({"anna/01.jpg": [{"point": []}]}), "allowed: points, confidence"),
        ("a.json", json.dumps({"anna/01.jpg": [{"points": POINTS.tolist(), "confidence": [2.0] * 68}]}),
         "confidence must lie from 0 to 1"),
        ("a.json", a_face(identity=[0.0] * 79), "79 coefficients of identity; needed: 80"),
        ("a.json", a_face(identity=[0.0] * 79 + [11]), "identity must lie from -10 to 10"),
        ("a.json", a_face(identity=[0.0] * 79 + [float("nan")]), "identity must lie from -10 to 10"),
        ("a.json", a_face(expression=[0.0] * 42 + [1.5]), "expression must lie from 0 to 1"),
        ("a.json", a_face(expression="wide"), "expression must be numbers"),
        ("a.json", a_face(detector="mediapipe"), "detector = 'mediapipe' with 68 points"),
        ("a.json", a_face(detector=["fan2d"]), "detector = ['fan2d'] with 68 points"),
        ("a.json", a_face(doubt=3), "doubt must be a text"),
        ("a.json", json.dumps({"bob.jpg": []}), "no landmarks for anna/01.jpg"),
        ("a.csv", as_csv(POINTS) + "\nanna/01.jpg,0,5,1,1", "line 70: point 5 a second time"),
        ("a.csv", as_csv(POINTS).replace("0,5,", "0,68,"), "none with index 5"),
        ("a.csv", as_csv(POINTS) + "\nanna/01.jpg,0,68,x,1", "line 70: x = 'x' is not a number"),
        ("anna/01.pts", as_pts(POINTS).replace("68", "67"), "n_points says 67, but there are 68"),
        ("anna/01.pts", "68 points", "not a .pts file"),
        ("anna/01.json", "[", "not JSON"),
        ("anna/02.json", "[]", "none of 01.json, .csv, .pts"),
    ],
)  # fmt: skip
def test_a_photos_mistake_is_its_reason(tmp_path: Path, name: str, text: str, words: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    with pytest.raises(Rejected) as caught:
        read(tmp_path if "/" in name else file)
    assert words in caught.value.reason and caught.value.stage == "faces"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", b"{", "not JSON"),
        ("a.json", b'{"a": 3}', "needed"),
        ("a.json", b"\xff\xfe", "not UTF-8"),
        ("a.csv", b"photo,x,y\n", "needed: photo, face, index, x, y"),
        ("a.txt", b"", "a .json, .csv or .pts file"),
        ("gone.json", None, "cannot be read"),
    ],
)
def test_a_file_that_serves_no_photo_is_an_error(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BackendError, match=words):
        read(tmp_path / name)


def test_the_configuration_asks_for_the_files() -> None:
    with pytest.raises(ValidationError, match="needs landmarks"):
        FacesConfig(backend="file")
    with pytest.raises(ValidationError, match="only for backend: file"):
        FacesConfig(landmarks="x.json")


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.pts").write_text(as_pts(POINTS))
    config = placed(FacesConfig(backend="file", landmarks="given"), tmp_path)
    assert config.landmarks == str(tmp_path / "given")
    before = outside_digest(config)
    (tmp_path / "given" / "notes.txt").write_text("nothing to do with it")
    assert outside_digest(config) == before
    (tmp_path / "given" / "a.pts").write_text(as_pts(POINTS + 1))
    assert outside_digest(config) != before
    assert outside_digest(FacesConfig()) == ""


def seen_by_mediapipe(
    identity: np.ndarray, expression: np.ndarray, rotation: np.ndarray, translation: np.ndarray
) -> np.ndarray:
    """Points (468, 2) px where the detector usually puts them: it has its habits."""
    model = landmark_model("mediapipe")
    distance = translation[2]
    state = State(
        rotation,
        translation[:2],
        np.log(CAMERA.focal_px / distance),
        np.log(distance),
        np.concatenate([identity, expression]),
    )
    centre = np.array([CAMERA.width / 2, CAMERA.height / 2])
    return predict(model, state) + centre


@pytest.mark.parametrize("yaw", [-50.0, 0.0, 25.0])
@pytest.mark.parametrize("kind", ["68", "468"])
def test_the_fit_finds_the_head_behind_the_points(tmp_path: Path, yaw: float, kind: str) -> None:
    """True landmarks of a generated head, 1 px of noise: its pose and its shape come back."""
    rng = np.random.default_rng(int(yaw) + 100)
    head = load_head()
    identity, expression = rng.normal(0, 0.8, 80), np.zeros(43)
    rotation, translation = from_euler(*np.radians([yaw, 6, -8])), np.array([0.02, 0.03, 0.9])
    vertices = head.shape(identity, expression) @ rotation.T + translation
    if kind == "68":
        places = outline_table(load_landmarks("ibug68"), vertices).positions(vertices)
        points = project(places, CAMERA)
    else:
        points = seen_by_mediapipe(identity, expression, rotation, translation)
    points = points + rng.normal(0, 1, points.shape)
    (tmp_path / "p.json").write_text(json.dumps({"p.png": [points.tolist()]}))
    plain = Photo("0" * 64, "p.png", "p", np.full((600, 480, 3), 128, np.uint8), CAMERA.focal_px)
    (face,) = find_faces(plain, FacesConfig(backend="file", landmarks=str(tmp_path / "p.json")))
    assert face.backend == "file" and face.verdict in ("ok", "flagged"), face.reason
    yaw_off, pitch_off, roll_off = np.degrees(np.abs(face.yaw_pitch_roll - euler(rotation)))
    # How far a face of unknown shape is bowed shows least, and 68 points show less than 468.
    assert yaw_off < 2.5 and roll_off < 1.5 and pitch_off < (4.0 if kind == "68" else 2.5)
    mine, true = points_68(face.vertices), points_68(vertices)
    mm = 1e3 * 0.9 / CAMERA.focal_px  # of a px at the face's distance
    away = np.linalg.norm(project(mine, face.camera) - project(true, CAMERA), axis=1) * mm
    assert np.median(away[17:]) < 1.5 and np.median(away[:17]) < 4.0
    one, other, _ = procrustes(true, mine)
    shape = np.linalg.norm(one - other, axis=1) * np.linalg.norm(true - true.mean(axis=0)) * 1e3
    assert np.median(shape) < 2.5
