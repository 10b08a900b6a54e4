"""``maskdrape fit`` on the astronaut, on what is no photo, and on landmarks from a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.cli.app import invoke
from pipeline.head.model import load_head


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = pytest.importorskip("skimage.data")
    folder = tmp_path_factory.mktemp("photos")
    (folder / "eileen").mkdir()
    Image.fromarray(data.astronaut()).save(folder / "eileen" / "portrait.png")
    Image.new("RGB", (200, 200), (120, 140, 90)).save(folder / "wall.png")
    (folder / "words.png").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def rows(photos: Path) -> list[dict]:
    with pytest.MonkeyPatch.context() as patch:
        shown: list[str] = []
        patch.setattr("builtins.print", lambda text, **_: shown.append(text))
        assert invoke(["fit", str(photos), "--json", "--obj", str(photos / "heads")]) == 3
    return [json.loads(line) for line in shown]


def test_every_photo_has_its_line(photos: Path, rows: list[dict]) -> None:
    names = {Path(row["photo"]).relative_to(photos).as_posix(): row for row in rows}
    assert list(names) == ["eileen/portrait.png", "wall.png", "words.png"]
    assert names["wall.png"]["reason"] == "no face found" and names["wall.png"]["face"] is None
    assert names["words.png"]["verdict"] == "rejected" and names["words.png"]["stage"] == "photos"


def test_a_face_has_pose_camera_and_landmarks(rows: list[dict]) -> None:
    row = rows[0]
    assert row["verdict"] == "ok" and row["reason"] == "" and row["face"] == 0
    assert abs(row["yaw"]) < 25 and abs(row["pitch"]) < 25 and abs(row["roll"]) < 25
    assert 0 < row["residual_mm"] < 2 and row["focal_from"] == "prior"
    points = np.array(row["landmarks_68"])
    assert points.shape == (68, 2) and len(row["landmarks_68_visible"]) == 68
    eyes = points[36:48].mean(axis=0)
    assert np.linalg.norm(eyes - [224, 107]) < 8
    assert points[36, 0] < points[45, 0]  # her right eye is on the picture's left
    assert np.array(row["landmarks_68_visible"])[27:].all()
    camera = row["translation_m"][2] * 1.0
    assert camera == pytest.approx(row["distance_m"], abs=1e-4)
    for side in ("left", "right"):
        assert np.array(row["ears"][side]["anchors"]).shape == (2, 2)
    assert row["ears"]["right"]["anchors"][0][0] < row["ears"]["left"]["anchors"][0][0]
    assert len(row["light"]["ambient"]) == 3


def test_the_object_is_the_head_that_the_line_describes(photos: Path, rows: list[dict]) -> None:
    lines = (photos / "heads" / "portrait.0.obj").read_text().splitlines()
    vertices = np.array([line.split()[1:] for line in lines if line.startswith("v ")], float)
    triangles = [line.split()[1:] for line in lines if line.startswith("f ")]
    head, row = load_head(), rows[0]
    assert vertices.shape == head.mean.shape and len(triangles) == len(head.faces)
    assert [int(c.split("/")[0]) - 1 for c in triangles[100]] == head.faces[100].tolist()
    # Upright and near the mean head, so nobody has to guess at the frame.
    assert np.linalg.norm(vertices - head.mean, axis=1).mean() < 0.02
    # Placed by the line's pose and camera, its nose tip is landmark 30.
    tip = np.array(row["rotation"]) @ vertices[head.points["pronasale"]] + row["translation_m"]
    at = row["focal_px"] * tip[:2] / tip[2] + np.array(row["photo_size"]) / 2
    assert np.linalg.norm(at - row["landmarks_68"][30]) < 0.2


def test_the_table_says_what_was_skipped_and_why(photos: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert invoke(["fit", str(photos / "wall.png"), str(photos / "gone.png")]) == 3
    shown = capfd.readouterr().out
    assert "2 photos, 0 faces: 0 ok, 0 flagged, 0 rejected" in shown
    assert "wall.png: no face found" in shown
    assert "gone.png: cannot read the file: No such file or directory" in shown


def test_landmarks_from_a_file(photos: Path, rows: list[dict], capfd: pytest.CaptureFixture[str]) -> None:
    """Her own 68 points, given back as a file, give nearly the same head."""
    given = photos / "given.json"
    given.write_text(json.dumps({"portrait.png": [rows[0]["landmarks_68"]]}))
    portrait = str(photos / "eileen" / "portrait.png")
    assert invoke(["fit", portrait, "--json", "--backend", "file", "--landmarks", str(given)]) == 0
    row = json.loads(capfd.readouterr().out)
    assert row["backend"] == "file"
    assert abs(row["yaw"] - rows[0]["yaw"]) < 3 and abs(row["pitch"] - rows[0]["pitch"]) < 5
    off = np.linalg.norm(np.array(row["landmarks_68"]) - rows[0]["landmarks_68"], axis=1)
    assert np.median(off) < 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--backend", "crystal"], "--backend: "),
        (["--backend", "file"], "needs landmarks: PATH"),
        (["--backend", "file", "--landmarks", "gone.json"], "gone.json: cannot be read"),
        (["--min-face-px", "1"], "--min-face-px: "),
        (["--frobnicate"], "--frobnicate"),
    ],
)
def test_mistakes_end_with_2(
    photos: Path, arguments: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["fit", str(photos / "wall.png"), *arguments]) == 2
    shown = capfd.readouterr()
    assert words in shown.err and shown.out == ""
