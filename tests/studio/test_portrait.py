"""Generated portraits: their truth is true, and the same seed is the same photo."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("bpy")

from pipeline.head.model import load_head
from pipeline.studio.person import draw_person
from pipeline.studio.portrait import PLAIN, photograph, render_portrait

TINY = replace(PLAIN, width=144, height=160, samples=4)


def face_points(portrait, names):
    """Pixels (N, 2) at which named points of the head appear."""
    points = portrait.vertices[[load_head().points[name] for name in names]]
    centre = [portrait.camera.width / 2, portrait.camera.height / 2]
    return portrait.camera.focal_px * points[:, :2] / points[:, 2:] + centre


def test_the_same_seed_is_the_same_photo():
    first, second, other = (render_portrait(np.random.default_rng(seed), TINY) for seed in (5, 5, 6))
    assert np.array_equal(first.pixels, second.pixels)
    assert np.array_equal(first.vertices, second.vertices)
    assert not np.array_equal(first.pixels, other.pixels)


def test_one_person_in_two_photos():
    person = draw_person(np.random.default_rng(3))
    photos = [photograph(person, np.random.default_rng(seed), TINY) for seed in (0, 1)]
    assert np.array_equal(photos[0].identity_coefficients, photos[1].identity_coefficients)
    assert not np.allclose(photos[0].rotation, photos[1].rotation)


def test_the_truth_is_where_the_picture_is():
    frontal = replace(TINY, yaw=0.0, pitch=0.0, roll=0.0, expression=0.0)
    portrait = render_portrait(np.random.default_rng(11), frontal)
    head = load_head()
    posed = head.shape(portrait.identity_coefficients, portrait.expression_coefficients)
    assert np.allclose(portrait.vertices, posed @ portrait.rotation.T + portrait.translation)
    # Where the neighbourhood of the pupils is the darkest of the row between the temples.
    grey = portrait.pixels.astype(float).mean(axis=2)
    for pupil, corner, other in (
        ("left", "endocanthion", "exocanthion"),
        ("right", "exocanthion", "endocanthion"),
    ):
        u, v = face_points(portrait, [f"pupil_{pupil}"])[0]
        ends = np.sort(face_points(portrait, [f"{corner}_{pupil}", f"{other}_{pupil}"])[:, 0])
        window = grey[int(v) - 2 : int(v) + 3, int(ends[0]) : int(ends[1]) + 1].min(axis=0)
        assert abs(int(ends[0]) + window.argmin() - u) < 3.5


@pytest.mark.slow
def test_a_landmark_detector_takes_them_for_faces():
    face_mesh = pytest.importorskip("mediapipe.python.solutions.face_mesh")
    detector = face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1, min_detection_confidence=0.5)
    offsets = []
    for seed in range(6):
        sitting = replace(PLAIN, strands=2000 if seed % 2 else 0)
        portrait = render_portrait(np.random.default_rng(seed), sitting)
        found = detector.process(portrait.pixels).multi_face_landmarks
        assert found
        size = [portrait.camera.width, portrait.camera.height]
        # 1 nose tip, 33 and 263 outer corners of the eyes, 61 and 291 of the mouth.
        seen = np.array([[found[0].landmark[i].x, found[0].landmark[i].y] for i in (33, 263, 61, 291)]) * size
        names = ["exocanthion_right", "exocanthion_left", "cheilion_right", "cheilion_left"]
        true = face_points(portrait, names)
        offsets.append(np.linalg.norm(seen - true, axis=1) / np.linalg.norm(true[0] - true[1]))
    assert np.median(offsets) < 0.06


def test_lamps_shine_from_where_the_truth_says():
    """Skin facing the key lamp is brighter than skin that turns away from it."""
    from pipeline.head.normals import vertex_normals

    bright, dark = [], []
    for seed in (1, 2):
        portrait = render_portrait(np.random.default_rng(seed), replace(TINY, expression=0.0))
        head = load_head()
        normals = vertex_normals(portrait.vertices, head.faces)
        light = portrait.light
        shown = light.ambient + np.clip(normals @ light.directions.T, 0, None) @ light.irradiance
        skin = head.regions["skin"] & ~head.regions["neck"] & ~head.regions["mouth_cavity"]
        seen = skin & (np.einsum("vc,vc->v", normals, portrait.vertices) < -0.6 * portrait.vertices[:, 2])
        seen &= (np.abs(head.mean[:, 0]) > 0.03) & (head.mean[:, 1] > -0.06) & (head.mean[:, 1] < -0.01)
        points = portrait.vertices[seen]
        at = portrait.camera.focal_px * points[:, :2] / points[:, 2:]
        centre = np.array([portrait.camera.width, portrait.camera.height]) / 2
        u, v = np.floor(at + centre).astype(int).T
        values, level = portrait.pixels[v, u].mean(axis=1), shown[seen].mean(axis=1)
        bright.append(values[level > np.quantile(level, 0.75)].mean())
        dark.append(values[level < np.quantile(level, 0.25)].mean())
    assert all(b > 1.05 * d for b, d in zip(bright, dark, strict=True))
