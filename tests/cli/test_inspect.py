"""The pictures of ``maskdrape inspect``: what they show lies where it is, and every photo has one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.cli import panels
from pipeline.cli.app import invoke
from pipeline.cli.face_row import visible
from pipeline.cli.page import WIDTH, page
from pipeline.cli.spheres import sphere_panel
from pipeline.cli.survey import Names
from pipeline.faces.camera import euler, from_euler, project
from pipeline.head.ibug68 import points_68
from pipeline.head.model import load_head
from pipeline.records import Camera, Face, Light, Occluder, Photo, Verdict


def face_and_photo(yaw: float = 0.0, verdict: Verdict = "ok", reason: str = "") -> tuple[Photo, Face]:
    """The mean head in front of a grey wall, with its true landmarks."""
    camera = Camera(900.0, 500, 600)
    rotation, translation = from_euler(np.radians(yaw), 0, 0), np.array([0.02, 0.01, 0.9])
    vertices = load_head().mean @ rotation.T + translation
    landmarks = project(points_68(vertices), camera)
    face = Face(
        index=0,
        box=np.concatenate([landmarks.min(axis=0), landmarks.max(axis=0)]),
        backend="file",
        landmarks=landmarks,
        confidence=np.ones(68),
        identity_coefficients=np.zeros(80),
        expression_coefficients=np.zeros(43),
        camera=camera,
        rotation=rotation,
        translation=translation,
        yaw_pitch_roll=euler(rotation),
        vertices=vertices,
        residual_mm=1.0,
        residual_px=1.0,
        light=Light(np.full(3, 0.1), np.array([[-0.8, 0.0, -0.6]]), np.full((1, 3), 0.8), np.full(3, 0.3)),
        occluder=Occluder((0, 0, 200, 600), np.full((600, 200), 255, np.uint8)),
        verdict=verdict,
        reason=reason,
        residuals_mm=np.where(np.arange(68) == 30, 9.0, 0.0),
    )
    return Photo("0" * 64, "p.png", "p", np.full((600, 500, 3), 90, np.uint8), None), face


def test_landmarks_are_drawn_where_they_lie_in_their_colour() -> None:
    photo, face = face_and_photo()
    view = panels.view_of(photo, face)
    shown = np.asarray(panels.landmark_panel(view, face)).astype(int)
    for number, colour in ((30, panels.residual_colour(9.0)), (8, panels.residual_colour(0.0))):
        x, y = view.at(face.landmarks[number]).astype(int)
        assert np.abs(shown[y, x] - colour).max() < 12, number


def test_normals_and_light_lie_on_the_head() -> None:
    photo, face = face_and_photo()
    view = panels.view_of(photo, face)
    normals, relit = np.asarray(panels.normal_panel(view)), np.asarray(panels.relit_panel(view, face))
    cheeks = [view.at(project(face.vertices[load_head().points[f"zygion_{s}"]], face.camera))
              for s in ("right", "left")]  # fmt: skip
    (right, left) = ([int(p[1]), int(p[0])] for p in (cheeks[0] + [8, 0], cheeks[1] - [8, 0]))
    assert normals[tuple(left)][0] > 200 > 60 > normals[tuple(right)][0]  # red: to the picture's right
    # The lamp stands on the picture's left.
    assert relit[tuple(right)].mean() > 1.5 * relit[tuple(left)].mean()


def test_the_ball_is_bright_where_the_lamp_is() -> None:
    _, face = face_and_photo()
    ball = np.asarray(sphere_panel(face.light, 200, (0, 0, 0))).mean(axis=2)
    row = ball[84]
    assert row[60] > 1.5 * row[138] > 30


def test_what_is_hidden_is_not_visible() -> None:
    _, face = face_and_photo(yaw=60)  # to their left: their right cheek is shown
    seen = visible(points_68(face.vertices), face)
    image = project(points_68(face.vertices), face.camera)
    behind_cover = image[:, 0] < 200
    assert not seen[behind_cover].any() and behind_cover.any()
    assert seen[36:40].all()  # the right eye
    assert not seen[14:17].any()  # the left end of the jaw line
    assert not visible(points_68(face.vertices) * [1, 1, -1], face).any()  # behind the camera


@pytest.mark.parametrize("verdict", ["ok", "flagged", "rejected"])
def test_a_page_has_all_faces_and_fits_its_words(verdict: Verdict) -> None:
    photo, face = face_and_photo(30, verdict, "" if verdict == "ok" else "a reason in words")
    single = page(photo, "p.png", [face], "")
    double = page(photo, "Zoë/" + "long name " * 30, [face, face], "")
    assert single.width == double.width == WIDTH
    assert double.height > 1.7 * single.height


def test_every_photo_that_opens_has_a_picture(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (200, 300), (120, 140, 90)).save(tmp_path / "wall.png")
    (tmp_path / "words.png").write_text("no picture")
    assert invoke(["inspect", str(tmp_path), "--output", str(tmp_path / "out")]) == 3
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["wall.png"]
    shown = capfd.readouterr().out
    assert "words.png: not an image" in shown and "wall.png: no face found" in shown


def test_two_photos_of_one_name_have_two_pictures() -> None:
    names = Names()
    assert [names.new(n) for n in ("a/x.png", "b/x.jpg", "x-2.png", "y.png")] == ["x", "x-2", "x-2-2", "y"]
