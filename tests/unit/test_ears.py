"""Ears found again in a drawing of the head whose ears the fit has put elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.faces.camera import from_euler, project
from pipeline.faces.ears.edges import find_ears
from pipeline.faces.fit.head_fit import HeadFit, vertex_normals
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.records import Camera, Float

CAMERA = Camera(1800.0, 520, 440)
PLACE = np.array([0.0, 0.02, 1.2])


def drawing(vertices: Float) -> np.ndarray:
    """The head under a lamp, before a dim wall."""
    head = load_head()
    box = (0, 0, CAMERA.width, CAMERA.height)
    raster = rasterise(vertices, head.faces, CAMERA, box, (CAMERA.height, CAMERA.width))
    hit = raster.triangle >= 0
    normals = vertex_normals(vertices, head.faces)[head.faces[raster.triangle[hit]]]
    towards = np.einsum("pcd,pc->pd", normals, raster.barycentric[hit])
    picture = np.full((*hit.shape, 3), 60, np.uint8)
    shade = np.clip(0.25 + 0.6 * (towards @ [0.3, -0.4, -0.866]), 0, 1)
    picture[hit] = (shade[:, None] * [235, 190, 165]).astype(np.uint8)
    return picture


@pytest.mark.parametrize(("yaw", "roll", "sides"), [(0.0, 0.0, 2), (0.0, 0.3, 2), (0.6, 0.0, 1)])
def test_ears_are_found_where_they_are(yaw: float, roll: float, sides: int) -> None:
    head = load_head()
    rotation = from_euler(yaw, 0.05, roll)
    truth = head.mean @ rotation.T + PLACE
    ears = head.regions["ear_left"] | head.regions["ear_right"]
    believed = truth - 0.008 * ears[:, None] * rotation[:, 1]  # the fit has them 8 mm too low
    fit = HeadFit(np.zeros(80), np.zeros(43), rotation, PLACE, CAMERA, np.zeros(1), np.zeros(1), 1.0, 1.0)
    found = find_ears(drawing(truth), fit, believed)
    assert len(found) == sides
    for ear in found:
        px_per_mm = CAMERA.focal_px / PLACE[2] / 1e3
        off = (ear.points - project(truth[ear.vertices], CAMERA)).mean(axis=0) / px_per_mm
        assert np.linalg.norm(off) < 2.5


def test_no_ears_on_a_blank_wall() -> None:
    head = load_head()
    rotation = from_euler(0, 0, 0)
    fit = HeadFit(np.zeros(80), np.zeros(43), rotation, PLACE, CAMERA, np.zeros(1), np.zeros(1), 1.0, 1.0)
    noise = np.random.default_rng(0).integers(90, 110, (CAMERA.height, CAMERA.width, 3), dtype=np.uint8)
    assert find_ears(noise, fit, head.mean @ rotation.T + PLACE) == ()
