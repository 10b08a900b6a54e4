"""A face turned upright: cells, photo and head lie where they say they do."""

import numpy as np
import pytest

from pipeline.faces.camera import from_euler, project
from pipeline.faces.occluders.features import POSITION_UNIT, features
from pipeline.faces.occluders.matte import soft_matte, without_specks
from pipeline.faces.occluders.view import CELLS, face_view, into_photo
from pipeline.head.model import load_head
from pipeline.records import Camera

CAMERA = Camera(700.0, 320, 360)
POSE = from_euler(np.radians(20), np.radians(-8), np.radians(25))
AT = np.array([0.02, 0.01, 0.7])


@pytest.fixture(scope="module")
def ramp():
    """A photo whose red says x and green y, and the head's view of it."""
    row, column = np.indices((CAMERA.height, CAMERA.width)) + 0.5
    pixels = np.stack([column / CAMERA.width, row / CAMERA.height, 0 * row], axis=-1) * 255
    vertices = load_head().mean @ POSE.T + AT
    return vertices, face_view((pixels + 0.5).astype(np.uint8), vertices, load_head().faces, POSE, AT, CAMERA)


def test_cells_show_the_photo_where_they_lie_in_it(ramp):
    _, view = ramp
    row, column = np.indices((CELLS, CELLS)) + 0.5
    x, y = np.einsum("ij,jrc->irc", view.frame.to_photo, np.stack([column, row, np.ones_like(row)]))
    assert view.inside.mean() > 0.9
    shown = view.pixels[view.inside] / 255.0 * [CAMERA.width, CAMERA.height, 1]
    off = np.hypot(shown[:, 0] - x[view.inside], shown[:, 1] - y[view.inside])
    assert np.quantile(off, 0.99) < 2.0


def test_cells_see_the_head_where_the_camera_does(ramp):
    vertices, view = ramp
    head = load_head()
    tip = head.points["pronasale"]
    to_photo = view.frame.to_photo
    column, row = np.linalg.solve(to_photo[:, :2], project(vertices[[tip]], CAMERA)[0] - to_photo[:, 2])
    told = features(view, vertices)
    assert told[int(row), int(column), 4:7] * POSITION_UNIT == pytest.approx(head.mean[tip], abs=0.003)
    # Upright: the chin straight below the brow, whatever the roll.
    ends = project(vertices[[head.points["glabella"], head.points["menton"]]], CAMERA)
    down = np.linalg.solve(to_photo[:, :2], ends[1] - ends[0])
    assert down[1] > 40 and abs(down[0]) < 0.35 * down[1]


def test_a_picture_laid_over_the_photo_comes_back(ramp):
    _, view = ramp
    row = np.indices((CELLS, CELLS))[0] / CELLS
    laid, (x0, y0, x1, y1) = into_photo(row, view.frame, (CAMERA.height, CAMERA.width))
    assert laid.shape == (y1 - y0, x1 - x0)
    middle = view.frame.to_photo @ [64, 96, 1]
    assert laid[int(middle[1]) - y0, int(middle[0]) - x0] == pytest.approx(0.75, abs=0.02)


def test_the_matte_follows_an_edge_that_cells_have_a_little_wrong(ramp):
    _, view = ramp
    dark = np.full((CAMERA.height, CAMERA.width, 3), 190, np.uint8)
    dark[:, 170:] = 30
    row, column = np.indices((CELLS, CELLS)) + 0.5
    x, y = np.einsum("ij,jrc->irc", view.frame.to_photo, np.stack([column, row, np.ones_like(row)]))
    wrong = ((x > 173) & (x < 220) & (y > 100) & (y < 260)).astype(float)  # 3 px off
    found = soft_matte(wrong, view.frame, dark)
    x0, y0, _, _ = found.box
    across = found.matte[180 - y0]
    assert across[171 - x0] > 128 > 10 > across[168 - x0]
    assert soft_matte(np.zeros((CELLS, CELLS)), view.frame, dark).matte.size == 0


def test_specks_go_with_what_is_around_them_and_larger_pieces_stay():
    matte = np.zeros((60, 60))
    matte[:, 30:] = 1.0
    matte[:, 29] = 0.5
    wanted = matte.copy()
    wanted[40:48, 5:13] = matte[40:48, 5:13] = 1.0  # 64 pixels
    wanted[40:48, 45:53] = matte[40:48, 45:53] = 0.4
    matte[10:14, 10:14] = 0.7  # 16 pixels
    matte[10:14, 45:49] = 0.6
    np.testing.assert_array_equal(without_specks(matte, 30.0), wanted)
    np.testing.assert_array_equal(without_specks(matte, 1.0), matte)


def test_noise_of_a_large_photo_neither_roughens_an_edge_nor_shows_inside(ramp):
    scale = 4
    camera = Camera(CAMERA.focal_px * scale, CAMERA.width * scale, CAMERA.height * scale)
    row, column = np.indices((camera.height, camera.width))
    clean = np.where(column[..., None] < 170 * scale, 45.0, 30.0) * np.ones(3)  # face and hair in dim light
    noisy = np.clip(clean + np.random.default_rng(0).normal(0, 6, clean.shape), 0, 255).astype(np.uint8)
    large = face_view(noisy, ramp[0], load_head().faces, POSE, AT, camera)
    row, column = np.indices((CELLS, CELLS)) + 0.5
    x, y = np.einsum("ij,jrc->irc", large.frame.to_photo, np.stack([column, row, np.ones_like(row)])) / scale
    found = soft_matte(((x > 170) & (x < 220) & (y > 100) & (y < 260)).astype(float), large.frame, noisy)
    x0, y0, _, _ = found.box
    rows = found.matte[140 * scale - y0 : 220 * scale - y0].astype(float)
    edge = (rows > 127).argmax(axis=1) + x0 - 170 * scale
    assert abs(edge.mean()) < 0.5 and edge.std() < 0.5
    inside = rows[:, 176 * scale - x0 : 210 * scale - x0]
    assert np.abs(np.diff(inside)).max() < 25
