"""Lines of samples across edges."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from benchmarks.realism.areas import grown
from benchmarks.realism.picture import Bool, Picture
from pipeline.records import Float

STEP = 0.25  # px between samples
FROM_LOOPS = 4  # px of the outline beside a loop or strap that are left out


def across(values: Float, points: Float, normals: Float, reach: float) -> Float:
    """(P, N) samples of (H, W) along unit ``normals`` (P, 2) through ``points`` (P, 2): row, column."""
    t = offsets(reach)
    at = points[:, None, :] + t[None, :, None] * normals[:, None, :]
    return np.asarray(map_coordinates(values, at.transpose(2, 0, 1), order=3, mode="nearest"))


def offsets(reach: float) -> Float:
    """(N,) where the samples of a profile lie, from -reach to reach px."""
    return np.arange(-round(reach / STEP), round(reach / STEP) + 1) * STEP


def outline(picture: Picture, reach: float) -> tuple[Float, Float]:
    """Points (P, 2) on the sheet's outline and outward unit normals (P, 2), as row, column.

    Where the matte passes one half; not beside loops and straps, nor nearer than ``reach`` to the border.
    """
    soft = gaussian_filter(picture.matte, 1.0)
    slope = np.stack(np.gradient(soft), axis=-1)
    inside = picture.matte > 0.5
    rim = inside & grown(~inside, 1) & ~grown(picture.fastening, FROM_LOOPS)
    rim &= np.linalg.norm(slope, axis=-1) > 0.05
    points = np.argwhere(rim).astype(float)
    gradient = slope[rim]
    steepness = np.linalg.norm(gradient, axis=1)
    normals = -gradient / steepness[:, None]
    points += normals * np.clip((soft[rim] - 0.5) / steepness, -1, 1)[:, None]
    return within(points, normals, picture.matte.shape, reach)


def ridges(values: Float, area: Bool, reach: float) -> tuple[Float, Float]:
    """Points (P, 2) in ``area`` where (H, W) is steepest along its own gradient, and unit gradients (P, 2).

    Canny's non-maximum suppression (1986) with a Gaussian of 1 px, without its thresholds.
    """
    slope = np.stack(np.gradient(gaussian_filter(values, 1.0)), axis=-1)
    steepness = np.linalg.norm(slope, axis=-1)
    area = area & (steepness > 1e-3)
    points, normals = np.argwhere(area).astype(float), slope[area] / steepness[area][:, None]
    ahead, behind = (
        map_coordinates(steepness, (points + side * normals).T, order=1, mode="nearest") for side in (1, -1)
    )
    top = (steepness[area] >= ahead) & (steepness[area] > behind)
    return within(points[top], normals[top], values.shape, reach)


def within(points: Float, normals: Float, shape: tuple[int, ...], reach: float) -> tuple[Float, Float]:
    """Those at least ``reach`` px from the border of the picture."""
    keep = ((points >= reach) & (points <= np.array(shape) - 1 - reach)).all(1)
    return points[keep], normals[keep]
