"""Ears found again in a drawing of the head whose ears the fit has put elsewhere, and moved there."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.faces.camera import from_euler, project
from pipeline.faces.ears.find import Ear, find_ears
from pipeline.faces.ears.settle import settle_ears
from pipeline.faces.ears.view import Side, cut, ear_vertices, ear_view
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.records import Camera, Float

CAMERA = Camera(1800.0, 520, 440)
PLACE = np.array([0.0, 0.02, 1.2])
PX_PER_MM = CAMERA.focal_px / PLACE[2] / 1e3


def normals_of(vertices: Float) -> Float:
    corners = vertices[load_head().faces]
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def drawing(vertices: Float) -> np.ndarray:
    """The head under a lamp, before a dim wall."""
    head = load_head()
    box = (0, 0, CAMERA.width, CAMERA.height)
    raster = rasterise(vertices, head.faces, CAMERA, box, (CAMERA.height, CAMERA.width))
    hit = raster.triangle >= 0
    normals = np.zeros_like(vertices)
    np.add.at(normals, head.faces, normals_of(vertices)[:, None])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-15)
    towards = np.einsum("pcd,pc->pd", normals[head.faces[raster.triangle[hit]]], raster.barycentric[hit])
    picture = np.full((*hit.shape, 3), 60, np.uint8)
    shade = np.clip(0.25 + 0.6 * (towards @ [0.3, -0.4, -0.866]), 0, 1)
    picture[hit] = (shade[:, None] * [235, 190, 165]).astype(np.uint8)
    return picture


def moved_ears(vertices: Float, shift: Float) -> Float:
    head = load_head()
    return vertices + (head.regions["ear_left"] | head.regions["ear_right"])[:, None] * shift


@pytest.mark.parametrize(
    ("yaw", "roll", "sides"),
    [
        (0.0, 0.0, {"left", "right"}),
        (0.0, 0.3, {"left", "right"}),
        (0.6, 0.0, {"right"}),
        (-1.0, -0.2, {"left"}),
    ],
)
def test_ears_are_found_where_they_are(yaw: float, roll: float, sides: set[str]) -> None:
    rotation = from_euler(yaw, 0.05, roll)
    truth = load_head().mean @ rotation.T + PLACE
    believed = moved_ears(truth, -0.008 * rotation[:, 1])  # the fit has them 8 mm too low
    found = find_ears(drawing(truth), believed, CAMERA)
    assert {ear.side for ear in found} == sides
    for ear in found:
        off = np.linalg.norm(ear.points - project(truth[ear.vertices], CAMERA), axis=1) / PX_PER_MM
        assert np.median(off) < 3.5


def test_no_ears_on_a_blank_wall() -> None:
    noise = np.random.default_rng(0).integers(90, 110, (CAMERA.height, CAMERA.width, 3), dtype=np.uint8)
    assert find_ears(noise, load_head().mean @ from_euler(0, 0, 0).T + PLACE, CAMERA) == ()


@pytest.mark.parametrize("side", ["left", "right"])
def test_close_up_is_upright_and_the_same_for_both_ears(side: Side) -> None:
    vertices = load_head().mean @ from_euler(0, 0, 0.4).T + PLACE
    view = ear_view(vertices, CAMERA, side)
    assert view is not None
    helix, lobe = view.from_photo(project(vertices[ear_vertices(side)[[5, 13]]], CAMERA))
    assert helix[1] < -20 and lobe[1] > 20
    spots = np.array([[3.0, -7.0], [-20.0, 11.0]])
    np.testing.assert_allclose(view.from_photo(view.to_photo(spots)), spots)
    left, right = (ear_view(load_head().mean * [1, -1, -1] + PLACE, CAMERA, s) for s in ("left", "right"))
    assert left is not None and right is not None
    picture = drawing(load_head().mean * [1, -1, -1] + PLACE)
    # A mirrored photo shows the other ear in the same way, but for the resampling.
    apart = cut(picture, left).astype(float) - cut(picture[:, ::-1], right)
    assert np.abs(apart).mean() < 1.0


def test_an_ear_settles_on_its_points_and_the_face_stays() -> None:
    head = load_head()
    rotation = from_euler(0.7, 0.1, 0.1)
    fitted = head.mean @ rotation.T + PLACE
    truth = moved_ears(fitted, rotation @ [-0.001, 0.004, -0.004])
    ids = ear_vertices("right")
    ear = Ear("right", ids, project(truth[ids], CAMERA), np.full(len(ids), 1e-3), 1.0)
    settled = settle_ears(fitted, rotation, CAMERA, (ear,))
    whole = np.flatnonzero(head.regions["ear_right"])
    apart = project(settled[whole], CAMERA) - project(truth[whole], CAMERA)
    assert np.linalg.norm(apart, axis=1).mean() / PX_PER_MM < 1.0
    away = np.linalg.norm(head.mean[:, None] - head.mean[whole][None], axis=2).min(axis=1) > 0.036
    np.testing.assert_array_equal(settled[away], fitted[away])
    # Nothing folds: no triangle turns over.
    before, after = normals_of(fitted), normals_of(settled)
    cosine = (before * after).sum(axis=1) / np.maximum(
        np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1), 1e-30
    )
    assert cosine.min() > 0.5
