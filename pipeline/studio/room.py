"""Rooms and places that people who do not exist are photographed in: light from all around."""

from __future__ import annotations

import numpy as np

from pipeline.records import Float
from pipeline.sky import sky_directions, sky_irradiance
from pipeline.studio.exposure import gain, not_blown_out, tint, towards

TOWARDS_CAMERA = np.array([0.0, 0.0, -1.0])


def draw_room(rng: np.random.Generator, skin: Float) -> Float:
    """A sky (H, W, 3) of ceiling, walls, floor and some windows or lamps, exposed for ``skin`` (3,) albedo.

    Windows are 16 to 60 degrees wide, at least one before the person; no two walls are alike.
    """
    ways = sky_directions()
    up, side = -ways[..., 1], ways[..., [0, 2]]
    warmth = rng.normal(0, 0.6)
    sky = np.zeros_like(ways)
    walls = rng.uniform(0.05, 0.5, 4)
    for wall, (x, z) in zip(walls, ((1, 0), (-1, 0), (0, 1), (0, -1)), strict=True):
        facing = np.maximum(side @ np.array([x, z]), 0) ** 2
        sky += facing[..., None] * wall * _tint(rng, warmth, 0.4)
    sky += np.maximum(up, 0)[..., None] ** 2 * rng.uniform(0.2, 0.9) * _tint(rng, warmth, 0.2)
    sky += np.maximum(-up, 0)[..., None] ** 2 * rng.uniform(0.03, 0.25) * _tint(rng, warmth, 0.5)
    for number in range(int(rng.integers(1, 4))):
        farthest = 75 if number == 0 else 140
        azimuth = np.radians(rng.choice([-1, 1]) * rng.uniform(5, farthest))
        middle = towards(azimuth, np.radians(rng.uniform(0, 55)))
        half = np.radians(rng.uniform(8, 30))
        away = np.arccos(np.clip(ways @ middle, -1, 1))
        shape = np.clip((half - away) / np.radians(6) + 0.5, 0, 1)
        lit = shape[..., None] * _tint(rng, warmth, 0.5)
        strength = rng.uniform(0.35, 1.0) if number == 0 else rng.uniform(0.05, 0.5)
        sky += lit * strength / max(float(sky_irradiance(lit, middle).max()), 1e-3)
    shown = sky_irradiance(sky, TOWARDS_CAMERA)
    return sky * not_blown_out(gain(shown, skin) * rng.uniform(0.85, 1.15), shown)


def with_backdrop(sky: Float, picture: Float) -> Float:
    """``sky`` whose part behind the person is as bright as the backdrop (H, W, 3), left and right."""
    ways = sky_directions(*sky.shape[:2])
    third = picture.shape[1] // 3
    left, right = picture[:, :third].mean(axis=(0, 1)), picture[:, -third:].mean(axis=(0, 1))
    share = np.clip(0.5 + ways[..., :1], 0, 1)
    behind = np.clip((ways[..., 2:] - 0.1) / 0.4, 0, 1) * np.clip(1.5 - 2 * np.abs(ways[..., 1:2]), 0, 1)
    return np.asarray((1 - behind) * sky + behind * ((1 - share) * left + share * right))


def _tint(rng: np.random.Generator, warmth: float, spread: float) -> Float:
    return tint(warmth + rng.normal(0, spread))
