"""How sharp the photo is around the face, so that the mask is no sharper.

Each edge is read along its own normal, as slanted edges are on test charts (ISO 12233:2017, the edge
spread function), and its width is the height of the step over its steepest slope.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipeline.records import Float

_PRESMOOTH = 0.6  # px; below this, pixel noise makes edges look sharp
_SMOOTH = 0.5  # of the blur itself
_REACH = 8.0  # px to each side of an edge
_STEP = 0.25  # px
_ALONG: Float = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])  # px; the mean of so many profiles has less noise
MOST = 1500  # edges that are read, the strongest
_LEAST_RISE = 0.12  # of encoded white
_LEAST_OVER_NOISE = 6.0
_ENDS_AT = 0.08  # of its steepest slope: there a step is at its end
_TURNS_BACK = 0.4  # of its height, beyond its ends: a line does more, a step less
_FEWEST = 15
_SHARPEST = 0.02  # of the steps; most of a face are soft by nature, only the sharpest show the camera
READING = 0.27  # px, standard deviation that sampling and interpolation add to an edge
_FLOOR, _CEILING = 0.36, 4.0  # px; no camera draws a step sharper than its pixels


def edge_blur(luma: Float, noise: float) -> float:
    """Standard deviation in px of the Gaussian that explains the sharpest steps of ``luma``.

    ``luma`` (h, w) is the encoded luminance in [0, 1] and ``noise`` its grain's standard deviation; steps
    that hardly rise above it are ignored. With too few steps the answer is the smallest blur.
    """
    blur = 0.0
    for _ in range(2):  # a wide edge is read better with less noise
        smooth = _SMOOTH * blur
        widths = step_widths(
            ndimage.gaussian_filter(luma, smooth), max(_LEAST_RISE, _LEAST_OVER_NOISE * noise)
        )
        if len(widths) < _FEWEST:
            return _FLOOR
        variance = float(np.quantile(widths, _SHARPEST)) ** 2 - variance_of(smooth)
        blur = float(np.clip(np.sqrt(max(variance, 0.0)), _FLOOR, _CEILING))
    return blur


def variance_of(smooth: float) -> float:
    """What a Gaussian filter of that width really adds: on so few pixels, not its square."""
    impulse = np.zeros(33)
    impulse[16] = 1.0
    return float(ndimage.gaussian_filter(impulse, smooth) @ np.arange(-16, 17) ** 2)


def step_widths(luma: Float, least: float) -> Float:
    """Standard deviations in px (P,) of the steps of ``luma`` (h, w) that rise by ``least`` or more."""
    points, normals, gradient = edge_points(luma)
    some = strongest(gradient, MOST)
    widths, good = widths_across(luma, points[some], normals[some], least)
    return widths[good]


def widths_across(
    luma: Float, points: Float, normals: Float, least: float
) -> tuple[Float, NDArray[np.bool_]]:
    """Standard deviations in px (P,) of edges, and which (P,) of them are steps that rise by ``least``."""
    offsets = np.arange(-round(_REACH / _STEP), round(_REACH / _STEP) + 1)
    profiles = profiles_across(luma, points, normals, offsets * _STEP)
    if not len(profiles):
        return np.zeros(0), np.zeros(0, bool)
    slopes = np.gradient(profiles, _STEP, axis=1)
    last, rows = len(offsets) - 1, np.arange(len(profiles))
    steepest = np.where(np.abs(offsets) * _STEP <= 1.0, slopes, -np.inf).argmax(axis=1)
    slope = np.maximum(slopes[rows, steepest], 1e-9)
    flat, places = slopes < _ENDS_AT * slope[:, None], np.arange(last + 1)[None]
    high = np.where(flat & (places > steepest[:, None]), places, last).min(axis=1)
    low = np.where(flat & (places < steepest[:, None]), places, 0).max(axis=1)
    top, bottom = profiles[rows, high], profiles[rows, low]
    rise = top - bottom

    beyond = np.ceil(np.maximum(1.5 * rise / (np.sqrt(2 * np.pi) * slope), 1.0) / _STEP)[:, None]
    after = (places > high[:, None]) & (places <= high[:, None] + beyond)
    before = (places < low[:, None]) & (places >= low[:, None] - beyond)
    falls = top - np.where(after, profiles, np.inf).min(axis=1)
    climbs = np.where(before, profiles, -np.inf).max(axis=1) - bottom
    good = (rise > least) & (high < last) & (low > 0)
    good &= (falls < _TURNS_BACK * rise) & (climbs < _TURNS_BACK * rise)
    variance = rise**2 / (2 * np.pi * slope**2) - READING**2
    return np.sqrt(np.maximum(variance, 0.0)), good


def edge_points(luma: Float) -> tuple[Float, Float, Float]:
    """Points (P, 2) where ``luma`` (h, w) is steepest, unit normals (P, 2) to its bright side, gradient (P,).

    Points and normals are row, column.
    """
    dx = ndimage.gaussian_filter(luma, _PRESMOOTH, order=(0, 1))
    dy = ndimage.gaussian_filter(luma, _PRESMOOTH, order=(1, 0))
    gradient = np.hypot(dx, dy)
    crest = _is_crest(gradient, dx, dy)
    margin = int(_REACH)
    crest[:margin] = crest[-margin:] = False
    crest[:, :margin] = crest[:, -margin:] = False
    steep = gradient[crest]
    normals = np.stack([dy[crest], dx[crest]], axis=1) / np.maximum(steep, 1e-12)[:, None]
    return np.argwhere(crest).astype(float), normals, steep


def strongest(gradient: Float, most: int) -> NDArray[np.bool_]:
    """Which (P,) of the edges are among the ``most`` with the greatest gradient (P,)."""
    if len(gradient) <= most:
        return np.ones(len(gradient), bool)
    return np.asarray(gradient >= np.partition(gradient, -most)[-most])


def profiles_across(luma: Float, points: Float, normals: Float, offsets: Float) -> Float:
    """Samples (P, N) of ``luma`` at ``offsets`` px (N,) across edges, from dark to bright."""
    tangents = normals[:, None, None, ::-1] * np.array([-1.0, 1.0]) * _ALONG[None, :, None, None]
    at = points[:, None, None] + offsets[:, None] * normals[:, None, None] + tangents
    samples = ndimage.map_coordinates(luma, at.transpose(3, 0, 1, 2), order=3, mode="nearest")
    return np.asarray(samples.mean(axis=1))


def _is_crest(gradient: Float, dx: Float, dy: Float) -> NDArray[np.bool_]:
    """Pixels whose gradient is not exceeded by either neighbour across the edge."""
    rows, columns = np.indices(gradient.shape, dtype=float)
    length = np.maximum(gradient, 1e-12)
    step = np.stack([dy / length, dx / length])
    here = np.stack([rows, columns])
    ahead = ndimage.map_coordinates(gradient, here + step, order=1, mode="nearest")
    behind = ndimage.map_coordinates(gradient, here - step, order=1, mode="nearest")
    crest: NDArray[np.bool_] = (gradient >= ahead) & (gradient >= behind) & (gradient > 1e-3)
    return crest
