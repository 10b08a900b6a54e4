"""The 68 landmarks on the head: order, symmetry, and a jaw line that follows the visible outline."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from pipeline.faces.camera import from_euler, project
from pipeline.faces.fit.outline import outline_table
from pipeline.faces.raster import rasterise
from pipeline.head.ibug68 import OUTLINE, points_68
from pipeline.head.landmarks import load_landmarks
from pipeline.head.model import load_head
from pipeline.records import Camera

CAMERA = Camera(1200.0, 600, 600)


def random_head(seed: int, yaw: float, pitch: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """Vertices (V, 3) m of a random head before the camera."""
    rng = np.random.default_rng(seed)
    shape = load_head().shape(rng.normal(0, 1, 80), np.zeros(43))
    return shape @ from_euler(*np.radians([yaw, pitch, roll])).T + [0.05, 0.02, 1.0]


@pytest.mark.parametrize("name", ["ibug68", "fan2d", "fan3d"])
def test_left_and_right_are_mirror_images(name: str) -> None:
    table, head = load_landmarks(name), load_head()
    assert (table.mirror[table.mirror] == np.arange(68)).all()
    places = table.positions(head.mean)
    # The mean head's own halves differ by a few micrometres.
    np.testing.assert_allclose(places[table.mirror], places * [-1, 1, 1], atol=2e-5)
    np.testing.assert_allclose(table.weights.sum(axis=1), 1, atol=1e-6)


def test_the_order_is_ibugs() -> None:
    points = project(points_68(random_head(0, 0)), CAMERA)
    x, y = points.T
    # Jaw line, from the picture's left to its right; heads are narrower at the eyes than at the ears.
    assert (np.diff(x[1:16]) > 0).all() and x[0] < x[2] and x[14] < x[16]
    assert y[8] == y[:17].max()
    assert (np.diff(x[17:27]) > 0).all()  # brows
    assert (np.diff(y[27:31]) > 0).all()  # bridge, downwards
    assert (np.diff(x[31:36]) > 0).all()  # nostrils
    assert x[36] < x[39] < x[42] < x[45]  # corners of the eyes
    assert y[37] < y[41] and y[44] < y[46]  # upper lids above lower lids
    assert x[48] < x[60] < x[64] < x[54]  # corners of the mouth, outer and inner
    assert y[51] < y[62] < y[66] < y[57]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("yaw", [-60.0, -45.0, -30.0, 30.0, 45.0, 60.0])
def test_the_jaw_line_follows_the_outline(seed: int, yaw: float) -> None:
    """On the far side of a turned face the points lie on the edge of what the camera sees of the face."""
    head, vertices = load_head(), random_head(seed, yaw, pitch=8)
    slid = outline_table(load_landmarks("ibug68"), vertices).positions(project(vertices, CAMERA))[:OUTLINE]
    far = slid[10:15] if yaw >= 0 else slid[2:7]
    x, y = np.abs(head.mean[:, 0]), head.mean[:, 1]
    out = [head.regions[name] for name in ("ear_left", "ear_right", "neck", "scalp")]
    nose = (x < 0.022) & (y > -0.055) & (y < 0.0)
    face = head.regions["skin"] & ~np.logical_or.reduce([*out, nose])
    seen = rasterise(vertices, head.faces[face[head.faces].all(axis=1)], CAMERA, (0, 0, 600, 600), (600, 600))
    filled = ndimage.binary_fill_holes(seen.triangle >= 0)
    edge = np.argwhere(filled & ~ndimage.binary_erosion(filled))[:, ::-1] + 0.5
    off = np.linalg.norm(far[:, None] - edge, axis=2).min(axis=1) / (CAMERA.focal_px / 1000)
    assert off.max() < 4.0, off.round(1)


def test_inner_landmarks_do_not_slide() -> None:
    table = load_landmarks("ibug68")
    slid = outline_table(table, random_head(2, 60))
    assert (slid.vertices[OUTLINE:] == table.vertices[OUTLINE:]).all()
    assert (slid.vertices[:OUTLINE] != table.vertices[:OUTLINE]).any()
