"""How large the strongest lamp is, read off the border of the shadow that it has the nose and brows cast.

A disc of angle w that shines past an edge d before a surface blurs its shadow over d w. Where the shadow
lies is known to half a centimetre only, for the head is fitted and the lamp's direction read; so a step is
looked for around the place, and only its width is believed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import erf

from pipeline.colour import LUMINANCE, to_linear
from pipeline.faces.light.closeup import Closeup, close_up
from pipeline.faces.light.skin import PosedHead, bare_triangles
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.records import Camera, Float, Light

CELLS = 180  # along the face's longer side, where the photo has as many pixels
FEWEST_CELLS = 60  # on smaller faces a shadow's border is as sharp as the photo, whatever the lamp
WEAK = 0.4  # of the ambient light: the shadow of a weaker lamp cannot be made out
FAR, MAP = 8.0, 200  # m to the place that the lamp looks from, and px of its picture
THICK = 0.004  # m: what is nearer than that to a point in the lamp's picture is its own neighbourhood
FACING = 0.25  # cosine to the lamp: beyond, skin gets dark by turning away
REACH, STEP = 0.011, 0.0005  # m to either side of the border, and from sample to sample
SHIFTS: Float = np.arange(-0.006, 0.0061, 0.001)  # m
WIDTHS: Float = np.geomspace(2.5e-4, 5e-3, 14)  # m, standard deviation
LEAST_STEP, STEP_SHARE = 0.25, 0.4  # stops, and part of what the light should make, that a border differs by
EXPLAINED = 0.9  # of its variance by a step
FEWEST, AGREE = 15, 0.35  # borders, and part of all of them, that must be steps
OWN = 1.0  # cells: the photo's own blur, and what sampling it adds
DISC = 4.0  # the deviation of light over a disc is a quarter of its diameter
SMALLEST = math.radians(0.53)  # the sun


@dataclass(frozen=True)
class _Borders:
    """Where a hard shadow would end on the skin, in cells of a close-up."""

    at: Float  # (n, 2) row, column
    towards: Float  # (n, 2) unit, into the light
    cell: Float  # (n,) m that a cell covers along that way
    distance: Float  # (n,) m from what casts the shadow
    facing: Float  # (n,) cosine to the lamp: shadows are the longer the more they graze
    expected: Float  # (n,) stops that it should be darker by


def lamp_width(pixels: NDArray[np.uint8], head: PosedHead, light: Light) -> float | None:
    """Angular diameter (radians) of the strongest lamp of ``light`` in a photo (H, W, 3) sRGB.

    None where its shadow's border cannot be told from what else is on the face.
    """
    strength = light.irradiance @ LUMINANCE
    if not len(strength) or strength.max() < WEAK * (light.ambient @ LUMINANCE):
        return None
    key = int(strength.argmax())
    view = close_up(pixels, head.vertices, load_head().faces, bare_triangles(), head.camera, CELLS)
    if view is None or max(view.pixels.shape) < FEWEST_CELLS:
        return None
    borders = _borders(view, head, light, key)
    if borders is None:
        return None
    stops = np.log2(np.maximum(to_linear(view.pixels) @ LUMINANCE, 1e-3))
    steps, ways, width = _steps(stops, borders)
    wanted = np.maximum(LEAST_STEP, STEP_SHARE * borders.expected)
    real = (steps > wanted) & (ways > EXPLAINED)
    if real.sum() < max(FEWEST, AGREE * len(real)):
        return None
    own = np.maximum(width[real] ** 2 - (OWN * borders.cell[real]) ** 2, 1e-8)
    angle = float(np.median(DISC * np.sqrt(own) * np.sqrt(borders.facing[real]) / borders.distance[real]))
    return max(angle, SMALLEST)


def hard_shadow(head: PosedHead, lamp: Float, points: Float) -> Float:
    """How far before each of ``points`` (n, 3) m, camera frame, the head stands in the way of a distant lamp
    in direction ``lamp`` (3,): (n,) m, 0 where it does not."""
    axis = -lamp / np.linalg.norm(lamp)
    side = np.cross(axis, [0.0, 1.0, 0.0] if abs(axis[1]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    frame = np.stack([side, np.cross(axis, side), axis])
    middle = (head.vertices.min(axis=0) + head.vertices.max(axis=0)) / 2
    seen = (head.vertices - middle) @ frame.T + [0, 0, FAR]
    half = float(np.abs(seen[:, :2]).max()) * 1.02
    camera = Camera(MAP / 2 * FAR / half * 0.97, MAP, MAP)
    depth = rasterise(seen, load_head().faces, camera, (0, 0, MAP, MAP), (MAP, MAP)).depth
    own = (points - middle) @ frame.T + [0, 0, FAR]
    place = camera.focal_px * own[:, :2] / own[:, 2:] + MAP / 2 - 0.5
    nearest = np.full(depth.shape, FAR + 1.0)
    nearest[np.isfinite(depth)] = depth[np.isfinite(depth)]
    met = ndimage.map_coordinates(nearest, place[:, ::-1].T, order=0, mode="nearest")
    before = own[:, 2] - met
    return np.where(before > THICK, before, 0.0)


def _borders(view: Closeup, head: PosedHead, light: Light, key: int) -> _Borders | None:
    model = load_head()
    triangle = view.raster.triangle
    hit = triangle >= 0
    corners, weights = model.faces[triangle[hit]], view.raster.barycentric[hit]
    points = np.einsum("pcd,pc->pd", head.vertices[corners], weights)
    normals = np.einsum("pcd,pc->pd", head.normals[corners], weights)
    facing = normals @ light.directions[key]
    before = np.zeros(hit.shape)
    before[hit] = hard_shadow(head, light.directions[key], points)
    cosine = np.zeros(hit.shape)
    cosine[hit] = facing
    bare = ndimage.binary_erosion(hit & bare_triangles()[triangle], iterations=2)
    good = bare & (cosine > FACING)
    lit = ndimage.gaussian_filter((before == 0).astype(float), 2.0)
    slope = np.stack(np.gradient(lit))
    border = good & (before > 0) & ndimage.binary_dilation(before == 0) & (np.hypot(*slope) > 0.05)
    rows, columns = np.nonzero(border)
    if len(rows) < FEWEST:
        return None
    towards = slope[:, rows, columns].T
    towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-9)
    scale = np.full(hit.shape, np.nan)
    scale[hit] = points[:, 2]
    shrink = (view.box[2] - view.box[0]) / hit.shape[1]
    cell = scale[rows, columns] / head.camera.focal_px * shrink
    dark = light.ambient @ LUMINANCE + 1e-6
    others = np.delete(np.arange(len(light.directions)), key)
    spread = np.zeros(hit.shape)
    spread[hit] = np.maximum(normals @ light.directions[others].T, 0) @ (light.irradiance[others] @ LUMINANCE)
    left = dark + spread[rows, columns]
    expected = np.log2(1 + (light.irradiance[key] @ LUMINANCE) * cosine[rows, columns] / left)
    return _Borders(
        np.column_stack([rows, columns]),
        towards,
        cell,
        before[rows, columns],
        cosine[rows, columns],
        expected,
    )


def _steps(stops: Float, borders: _Borders) -> tuple[Float, Float, Float]:
    """Of each border the best step near it: height (n,) in stops, part of the variance, and width (n,) m."""
    t = np.arange(-REACH, REACH + STEP / 2, STEP)
    where = borders.at[:, None] + (t / borders.cell[:, None])[..., None] * borders.towards[:, None]
    shown = ndimage.map_coordinates(stops, np.moveaxis(where, -1, 0), order=1, mode="nearest")
    shown = shown - shown.mean(axis=1, keepdims=True)
    total = np.maximum((shown**2).sum(axis=1), 1e-9)
    best = np.full(len(shown), -1.0)
    height, width = np.zeros(len(shown)), np.zeros(len(shown))
    for shift in SHIFTS:
        for sigma in WIDTHS:
            step = 0.5 * erf((t - shift) / (sigma * math.sqrt(2)))
            step -= step.mean()
            amount = shown @ step / (step @ step)
            part = amount**2 * (step @ step) / total
            better = (part > best) & (amount > 0)
            best[better], height[better], width[better] = part[better], amount[better], sigma
    return height, best, width
