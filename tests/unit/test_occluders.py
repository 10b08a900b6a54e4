"""What lies before a face, on a generated bald head that has things painted over it."""

import numpy as np
import pytest
from bald_head import POSE, pixel_of, portrait, seen_before
from scipy import ndimage

from pipeline.faces.occluders.find import NOTHING, find_front
from pipeline.faces.verdict import WORN
from pipeline.records import Camera

CAMERA = Camera(600.0, 280, 320)
AT = np.array([0.0, -0.03, 0.55])


@pytest.fixture(scope="module")
def scene():
    return portrait(AT, CAMERA)


def look(pixels, vertices):
    return seen_before(pixels, vertices, AT, CAMERA)


def at(point):
    """Pixel (row, column) of a point of the mean head."""
    column, row = pixel_of(point, AT, CAMERA)
    return int(row), int(column)


def test_a_bare_face_has_nothing_before_it(scene):
    pixels, vertices, spot = scene
    front, full = look(pixels, vertices)
    assert front.hidden < 0.01 and front.masked < 0.1
    mouth_and_chin = (spot[..., 1] < -0.03) & (spot[..., 1] > -0.11) & (spot[..., 2] > -0.02)
    assert full[mouth_and_chin].max() < 0.5


def test_a_microphone_stays_in_front(scene):
    pixels, vertices, _ = scene
    row, column = at([0.012, -0.085, 0.025])
    held = pixels.copy()
    held[row:, column - 11 : column + 12] = (25, 26, 30)
    front, full = look(held, vertices)
    assert 0.03 < front.hidden < 0.25
    assert full[row + 16, column] > 0.9
    assert full[at([-0.04, -0.07, 0.01])] == 0


def test_hair_over_one_cheek_and_ear_stays_in_front(scene):
    pixels, vertices, _ = scene
    top, inner = at([0.055, 0.06, 0.0])
    bottom, outer = at([0.1, -0.17, -0.06])
    strands = np.random.default_rng(0).normal(0, 7, outer - inner)[:, None] + [38, 26, 18]
    haired = pixels.copy()
    haired[top:bottom, inner:outer] = np.clip(strands, 4, 90).astype(np.uint8)
    _, full = look(haired, vertices)
    assert full[at([0.068, -0.06, -0.03])] > 0.9
    assert full[:, : CAMERA.width // 2].max() < 0.5


def test_hair_that_only_reaches_the_outline_of_the_face_is_beside_it(scene):
    pixels, vertices, spot = scene
    beside = ~ndimage.binary_erosion(~np.isnan(spot[..., 0]), iterations=4)
    top, bottom = at([0.06, 0.06, 0.0])[0], at([0.06, -0.16, 0.0])[0]
    strands = np.random.default_rng(0).normal(0, 7, pixels.shape[1])[:, None] + [38, 26, 18]
    haired = pixels.copy()
    there = beside & (np.arange(len(pixels)) > top)[:, None] & (np.arange(len(pixels)) < bottom)[:, None]
    haired[there] = np.clip(np.broadcast_to(strands, pixels.shape)[there], 4, 90).astype(np.uint8)
    front, full = look(haired, vertices)
    cheeks = (spot[..., 2] > -0.02) & (spot[..., 1] < -0.03) & (spot[..., 1] > -0.11)
    assert front.hidden < 0.02
    assert full[cheeks].mean() < 0.01


def hair_beside(scene, colours):
    """The photo with a strand over one ear that hangs from the temple to the neck, and its middle column.

    ``colours`` (n, 3) of its columns, encoded.
    """
    pixels, _, _ = scene
    top, outer = at([0.1, 0.08, -0.05])
    bottom, inner = at([0.055, -0.19, -0.05])
    haired = pixels.copy()
    across = np.linspace(0, len(colours) - 1, outer - inner).round().astype(int)
    grain = np.random.default_rng(0).normal(0, 7, (1, outer - inner, 1))
    haired[top:bottom, inner:outer] = np.clip(colours[across] + grain, 4, 250).astype(np.uint8)
    return haired, (inner + outer) // 2


def test_hair_that_hangs_down_to_the_neck_is_in_front_without_a_gap_beside_the_jaw(scene):
    haired, middle = hair_beside(scene, np.array([[38, 26, 18]]))
    _, full = look(haired, scene[1])
    rows = slice(at([0.0, -0.05, -0.05])[0], at([0.0, -0.13, -0.05])[0])
    assert full[rows, middle].min() > 0.9


def test_a_dark_gap_in_fair_hair_is_no_hair_before_the_face(scene):
    fair, black = [150, 120, 75], [9, 8, 7]
    haired, _ = hair_beside(scene, np.array([fair, fair, black, fair, fair, fair]))
    _, full = look(haired, scene[1])
    spot = scene[2]
    cheeks = (spot[..., 2] > -0.01) & (spot[..., 1] < -0.03) & (spot[..., 1] > -0.11)
    bare = cheeks & (haired == scene[0]).all(axis=-1)
    bare &= ndimage.binary_erosion(bare, iterations=5)
    assert full[bare].max() < 0.5


@pytest.mark.parametrize("wall", [6, 30, 60])
def test_a_dark_wall_beside_the_face_is_not_in_front(scene, wall):
    pixels, vertices, spot = scene
    dark = np.where(np.isnan(spot[..., :1]), np.uint8(wall), pixels)
    front, full = look(dark, vertices)
    assert front.hidden < 0.01
    assert full[: at([0.0, -0.12, 0.0])[0]].max() < 0.1


def test_a_mask_that_is_worn_already_is_known(scene):
    pixels, vertices, spot = scene
    worn = pixels.copy()
    covered = (spot[..., 1] < -0.02) & (spot[..., 1] > -0.122) & (spot[..., 2] > -0.03)
    grey = pixels[covered].mean(axis=1, keepdims=True) / 190
    worn[covered] = np.clip(grey * [165, 200, 225], 0, 255).astype(np.uint8)
    assert look(worn, vertices)[0].masked > WORN


def test_a_head_out_of_the_photo_has_nothing_before_it(scene):
    pixels, vertices, _ = scene
    away = np.array([5.0, 0.0, 0.0])
    assert find_front(pixels, vertices + away, POSE, AT + away, CAMERA) is NOTHING
    assert find_front(pixels, vertices * np.nan, POSE, AT * np.nan, CAMERA) is NOTHING
