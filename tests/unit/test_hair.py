"""Hair over the ears."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.faces.camera import project
from pipeline.faces.fit.head_fit import vertex_normals
from pipeline.faces.light.estimate import even_light
from pipeline.faces.light.lamps import irradiance
from pipeline.faces.occluders.hair import hair_over_ears
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.records import Camera

CAMERA = Camera(500.0, 240, 300)
SKIN = np.array([0.5, 0.33, 0.25])


@pytest.fixture(scope="module")
def scene():
    """A bald head before a grey wall, and what the detector of hair needs to know of it."""
    head = load_head()
    vertices = head.mean * [1, -1, -1] + [0, 0, 0.55]
    normals = vertex_normals(vertices, head.faces)
    light = replace(even_light(), skin_albedo=SKIN)
    raster = rasterise(vertices, head.faces, CAMERA, (0, 0, 240, 300), (300, 240))
    shown = irradiance(light, normals)[head.faces].mean(axis=1) * SKIN
    linear = np.where((raster.triangle >= 0)[..., None], shown[raster.triangle], 0.3)
    pixels = (np.clip(linear, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
    skin = head.regions["skin"] & ~head.regions["neck"] & ~head.regions["scalp"]
    ears = tuple(head.regions[f"ear_{side}"][head.faces].all(axis=1) for side in ("left", "right"))

    def look(pixels):
        bare = skin[head.faces].all(axis=1)
        return hair_over_ears(pixels, vertices, normals, head.faces, bare, ears, CAMERA, light)

    ear = project(vertices[head.regions["ear_left"]], CAMERA)
    return pixels, look, ear


def test_bare_ears_have_no_hair_over_them(scene):
    pixels, look, _ = scene
    assert not look(pixels).matte.any()


def test_hair_is_found_over_the_ear_it_hides_and_not_over_the_other(scene):
    pixels, look, ear = scene
    low, high = ear.min(axis=0).astype(int) - 12, ear.max(axis=0).astype(int) + 12
    pixels = pixels.copy()
    pixels[low[1] : high[1], low[0] : high[0]] = (40, 28, 20)
    found = look(pixels)
    full = np.zeros((300, 240))
    x0, y0, x1, y1 = found.box
    full[y0:y1, x0:x1] = found.matte / 255
    middle = ear.mean(axis=0).astype(int)
    assert full[middle[1], middle[0]] > 0.9
    assert full[:, :110].max() == 0
