"""Radiance that arrives from each direction, as a picture of the whole sphere in the camera frame.

Equirectangular: the pole of row 0 is straight up (-y), column 0 begins behind the camera (-z), and the middle
column looks where the camera looks (+z).
"""

from __future__ import annotations

import math

import numpy as np

from pipeline.ramp import ramp
from pipeline.records import Float, Light

HEIGHT, WIDTH = 32, 64
"""Of a sky, pixels: 5.6 degrees each; what lights a face is hardly ever smaller and never sharper."""


def sky_directions(height: int = HEIGHT, width: int = WIDTH) -> Float:
    """Unit vectors (height, width, 3) of the camera frame that a sky's pixels look along."""
    polar = (np.arange(height) + 0.5) / height * math.pi
    around = (np.arange(width) + 0.5) / width * 2 * math.pi
    ring = np.sin(polar)[:, None]
    y = np.broadcast_to(-np.cos(polar)[:, None], (height, width))
    return np.stack([-ring * np.sin(around), y, -ring * np.cos(around)], axis=-1)


def sky_solid_angles(height: int = HEIGHT, width: int = WIDTH) -> Float:
    """Steradians (height, 1) of each pixel of a row."""
    bounds = np.cos(np.arange(height + 1) / height * math.pi)
    return np.asarray((bounds[:-1] - bounds[1:])[:, None] * 2 * math.pi / width)


def sky_irradiance(sky: Float, normals: Float) -> Float:
    """What a white diffuse surface shows under ``sky`` (H, W, 3): (..., 3) for unit normals (..., 3)."""
    height, width = sky.shape[:2]
    clamped = np.maximum(normals @ sky_directions(height, width).reshape(-1, 3).T, 0)
    weighted = (sky * sky_solid_angles(height, width)[..., None]).reshape(-1, 3)
    return np.asarray(clamped @ weighted / math.pi)


def zones(directions: Float) -> Float:
    """Shares of ambient, left, right and below (..., 4), sum 1, in light from unit ``directions`` (..., 3).

    What stands behind a person begins beside the ears; clothes fill what chin and cheeks see below them.
    """
    x, y, z = (directions[..., axis] for axis in range(3))
    below = ramp(y, 0.4, 0.8) * ramp(z, -0.6, -0.3)
    behind = (1 - below) * ramp(z, 0.1, 0.5) * ramp(y, -0.9, -0.5)
    right = ramp(x, -0.4, 0.4)
    return np.stack([1 - below - behind, behind * (1 - right), behind * right, below], axis=-1)


def light_sky(light: Light) -> Float:
    """``light`` without its lamps as a sky (HEIGHT, WIDTH, 3)."""
    around = np.broadcast_to(light.ambient, (3, 3)) if light.around is None else light.around
    return np.asarray(zones(sky_directions()) @ np.concatenate([light.ambient[None], around]))
