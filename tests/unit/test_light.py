"""Light read back from spheres lit by known lamps."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.faces.light.lamps import estimate_light, irradiance, light_from_samples
from pipeline.faces.raster import rasterise
from pipeline.records import Camera, Float, Int, Light

CAMERA = Camera(1000.0, 240, 240)
SKIN = np.array([0.45, 0.28, 0.21])


def ball(radius: float = 0.08, rings: int = 40) -> tuple[Float, Int]:
    """A sphere one metre in front of the camera, wound outward."""
    polar, turn = np.meshgrid(
        np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, 2 * rings, endpoint=False), indexing="ij"
    )
    unit = np.stack([np.sin(polar) * np.cos(turn), np.cos(polar), np.sin(polar) * np.sin(turn)], axis=-1)
    index = np.arange(polar.size).reshape(polar.shape)
    a, b = index[:-1], np.roll(index, -1, axis=1)[:-1]
    c, d = index[1:], np.roll(index, -1, axis=1)[1:]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    return unit.reshape(-1, 3) * radius + [0, 0, 1], faces.astype(np.int32)


def lit(direction: tuple[float, float, float], lamp: Float, ambient: Float) -> Light:
    towards = np.array([direction]) / np.linalg.norm(direction)
    return Light(ambient, towards, lamp[None], SKIN)


def test_raster_covers_the_disc_at_the_right_depth() -> None:
    vertices, faces = ball()
    raster = rasterise(vertices, faces, CAMERA, (0, 0, 240, 240), (120, 120))
    radius_px = 1000 * 0.08 / np.sqrt(1 - 0.08**2)
    assert (raster.triangle >= 0).sum() * 4 == pytest.approx(np.pi * radius_px**2, rel=0.02)
    assert raster.depth.min() == pytest.approx(0.92, abs=2e-4)
    assert np.allclose(raster.barycentric[raster.triangle >= 0].sum(axis=1), 1)


@pytest.mark.parametrize("direction", [(0.6, -0.5, -0.6), (-0.9, -0.1, -0.3), (0.1, -0.9, -0.5), (0, 0, -1)])
def test_finds_the_lamp(direction: tuple[float, float, float]) -> None:
    rng = np.random.default_rng(1)
    light = lit(direction, np.array([0.8, 0.72, 0.6]), np.array([0.15, 0.16, 0.2]))
    vertices, faces = ball()
    normals = (vertices - [0, 0, 1]) / 0.08
    raster = rasterise(vertices, faces, CAMERA, (0, 0, 240, 240), (240, 240))
    hit = raster.triangle >= 0
    seen = np.einsum("pcd,pc->pd", normals[faces[raster.triangle[hit]]], raster.barycentric[hit])
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    shown = np.zeros((240, 240, 3))
    shown[hit] = SKIN * irradiance(light, seen) * rng.normal(1, 0.05, (hit.sum(), 1))
    shown[:40] = 0.01  # a black fringe over the brow: hair
    srgb = np.where(shown <= 0.0031308, shown * 12.92, 1.055 * np.maximum(shown, 1e-9) ** (1 / 2.4) - 0.055)
    pixels = np.clip(srgb * 255, 0, 255).round().astype(np.uint8)

    found = estimate_light(pixels, vertices, normals, faces, np.ones(len(faces), bool), CAMERA)
    mean = (found.irradiance.sum(axis=1)[:, None] * found.directions).sum(axis=0)
    angle = np.degrees(np.arccos(mean @ light.directions[0] / np.linalg.norm(mean)))
    assert angle < 15
    # What albedo and light give together is known far better than either.
    ours = found.skin_albedo * irradiance(found, seen)
    truth = SKIN * irradiance(light, seen)
    assert np.median(np.abs(ours - truth) / truth.max()) < 0.04


def test_warm_light_is_shared_between_skin_and_lamp() -> None:
    rng = np.random.default_rng(2)
    normals = rng.normal(size=(3000, 3))
    normals[:, 2] = -np.abs(normals[:, 2])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    warm = np.array([1.0, 0.8, 0.5])
    truth = lit((0.3, -0.4, -0.8), 0.7 * warm, 0.2 * warm)
    found = light_from_samples(SKIN * irradiance(truth, normals), normals)
    assert (
        found.irradiance.sum(axis=0)[2]
        < found.irradiance.sum(axis=0)[0]
        < 2 * found.irradiance.sum(axis=0)[2]
    )
    np.testing.assert_array_less(0, found.skin_albedo)
    np.testing.assert_array_less(found.skin_albedo, 1)


def test_brown_and_light_skin_in_the_same_light_get_different_albedo() -> None:
    rng = np.random.default_rng(3)
    normals = rng.normal(size=(3000, 3))
    normals[:, 2] = -np.abs(normals[:, 2])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    truth = lit((0.3, -0.4, -0.8), np.full(3, 0.7), np.full(3, 0.2))
    shown = irradiance(truth, normals)
    dark = light_from_samples(SKIN * 0.35 * shown, normals)
    bright = light_from_samples(SKIN * 1.4 * shown, normals)
    assert bright.skin_albedo.mean() > 2 * dark.skin_albedo.mean()
    assert 0.5 < (dark.irradiance.sum() / bright.irradiance.sum()) < 1.0
