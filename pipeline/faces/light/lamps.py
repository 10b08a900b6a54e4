"""The light a photo was taken in, read from the skin of a fitted face.

Ambient light plus a few distant lamps, by non-negative least squares over the fitted head's normals:
each lamp lights a surface by the clamped cosine of its angle. Spherical harmonics are not used: for
a face seen from the front they leave the direction of the light nearly open.

Skin shows the product of its albedo and the light. What is known of skin, and of how photographs are
exposed and white-balanced, splits the product.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from pipeline.colour import LUMINANCE, to_linear
from pipeline.faces.light.closeup import close_up
from pipeline.records import Camera, Float, Int, Light

GRID = 160  # cells along the face's longer side
MOST_LAMPS = 6
ENOUGH_CELLS = 300
# Rooms and skies send light from everywhere, but on a face seen from the front a lamp at the camera
# explains as much: so the ambient part starts from an expected share, worth a few patches of skin.
AMBIENT_SHARE = 0.3  # of the face's median luminance
AMBIENT_WORTH = 1 / 50  # of all cells
RIDGE = 0.01  # keeps lamps that graze the face from growing beyond what cells can tell

# Skin beside the white shirts of 17 sitters of the Face Research Lab London Set (DeBruine & Jones 2017)
# has these luminances and hues; sigmas are of logarithms.
SKIN_LUMINANCE, SKIN_LUMINANCE_SIGMA = 0.27, 0.6
WHITE_LEVEL, WHITE_LEVEL_SIGMA = 0.9, 0.3  # what albedo 0.9 shows where the face is lit best
WHITE_ALBEDO = 0.9
# Linear R:G:B of skin albedo at luminance 0.1 and 0.5; brown skin is the more saturated.
DARK_SKIN: tuple[float, Float] = (0.1, np.array([1.0, 0.545, 0.38]))
LIGHT_SKIN: tuple[float, Float] = (0.5, np.array([1.0, 0.63, 0.48]))
SKIN_HUE_SIGMA, LIGHT_HUE_SIGMA = 0.15, 0.15  # of log R, G, B at equal luminance


def irradiance(light: Light, normals: Float) -> Float:
    """What a white diffuse surface shows, linear RGB (..., 3), for unit normals (..., 3), camera frame."""
    return np.asarray(light.ambient + np.maximum(normals @ light.directions.T, 0) @ light.irradiance)


def even_light() -> Light:
    """For faces too small or too hidden to read: soft light from around the camera, typical skin."""
    white = np.ones(3) * WHITE_LEVEL / WHITE_ALBEDO
    above = np.array([[0.0, -0.5, -math.sqrt(0.75)]])
    return Light(white * 0.6, above, white[None] * 0.4, SKIN_LUMINANCE * _skin_hue(SKIN_LUMINANCE))


def estimate_light(
    pixels: NDArray[np.uint8],
    vertices: Float,
    normals: Float,
    faces: Int,
    skin: NDArray[np.bool_],
    camera: Camera,
) -> Light:
    """Light of one face.

    pixels (H, W, 3) sRGB; vertices (V, 3) m and unit normals (V, 3) in the camera frame; faces (F, 3)
    of the whole head, wound outward; skin (F,) the triangles whose colour is bare skin.
    """
    sampled = skin_samples(pixels, vertices, normals, faces, skin, camera)
    if sampled is None:
        return even_light()
    colours, towards = sampled
    return light_from_samples(colours, towards)


def skin_samples(
    pixels: NDArray[np.uint8],
    vertices: Float,
    normals: Float,
    faces: Int,
    skin: NDArray[np.bool_],
    camera: Camera,
) -> tuple[Float, Float] | None:
    """Linear colours (n, 3) and unit normals (n, 3) of the skin that the camera sees; None if too few."""
    view = close_up(pixels, vertices, faces, skin, camera, GRID)
    if view is None:
        return None
    raster, small = view.raster, view.pixels
    hit = (raster.triangle >= 0) & skin[raster.triangle] & (small.min(axis=2) < 250)
    corners = faces[raster.triangle[hit]]
    towards = np.einsum("pcd,pc->pd", normals[corners], raster.barycentric[hit])
    points = np.einsum("pcd,pc->pd", vertices[corners], raster.barycentric[hit])
    towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-9)
    facing = -np.einsum("pd,pd->p", towards, points) / np.linalg.norm(points, axis=1)
    colours = to_linear(small[hit])
    # At grazing angles the fit's outline decides whether a cell is skin or background.
    kept = (facing > 0.25) & (colours @ LUMINANCE > 0.002)
    if kept.sum() < ENOUGH_CELLS:
        return None
    colours, towards = colours[kept], towards[kept]
    alike = _like_skin(colours)
    if alike.sum() < ENOUGH_CELLS:
        return None
    return colours[alike], towards[alike]


def _like_skin(colours: Float) -> NDArray[np.bool_]:
    """Cells whose hue is near the face's median: not hair, beard, glasses, make-up or a hand's glove."""
    hue = np.log(np.maximum(colours, 1e-4))
    hue = np.stack([hue[:, 0] - hue[:, 1], hue[:, 2] - hue[:, 1]], axis=1)
    away = np.abs(hue - np.median(hue, axis=0))
    spread = np.maximum(1.4826 * np.median(away, axis=0), 0.05)
    return np.asarray((away < 2.5 * spread).all(axis=1))


def light_from_samples(colours: Float, normals: Float) -> Light:
    """Light that explains skin of one albedo: linear colours (n, 3) at unit normals (n, 3)."""
    luminance = colours @ LUMINANCE
    directions, shares, weights = _lamps(luminance, normals)
    design = _design(normals, directions)
    radiance = np.stack(
        [
            _amounts(design, colours[:, c], weights, shares, colours[:, c].sum() / luminance.sum())
            for c in range(3)
        ],
        axis=1,
    )  # (1 + L, 3): ambient, lamps; times skin albedo
    best = design @ (radiance @ LUMINANCE)
    level = float(np.quantile(best, 0.98))
    colour = np.average(design @ radiance, axis=0, weights=weights)
    albedo = _skin_albedo(level, colour / (colour @ LUMINANCE))
    light = radiance / albedo
    return Light(light[0], directions, light[1:], albedo)


def _design(normals: Float, directions: Float) -> Float:
    return np.column_stack([np.ones(len(normals)), np.maximum(normals @ directions.T, 0)])


def _candidates() -> Float:
    """Directions about 20 degrees apart, from all around the camera to a little behind the head."""
    count = 100
    turn = np.arange(count) * math.pi * (3 - math.sqrt(5))  # a Fibonacci spiral
    z = 1 - 2 * (np.arange(count) + 0.5) / count
    ring = np.sqrt(1 - z * z)
    sphere = np.stack([ring * np.cos(turn), ring * np.sin(turn), z], axis=1)
    return np.asarray(sphere[sphere[:, 2] < math.cos(math.radians(180 - 115))])


def _lamps(luminance: Float, normals: Float) -> tuple[Float, Float, Float]:
    """Directions (L, 3) of the lamps, amounts (1 + L,) with the ambient first, trust (n,) in each cell."""
    directions = _candidates()
    weights = np.ones(len(luminance))
    for robust in range(6):
        design = _design(normals, directions)
        amounts = _solve(design, luminance, weights)
        if robust >= 2:
            directions, amounts = _merged(directions, amounts)
            design = _design(normals, directions)
            amounts = _solve(design, luminance, weights)
        model = np.maximum(design @ amounts, 0.05 * np.median(luminance))
        # Relative error: skin varies by a part of what it shows, and so do hair and cast shadow.
        error = luminance / model - 1
        scale = 2.0 * max(1.4826 * float(np.median(np.abs(error))), 0.03)
        weights = 1 / (1 + (error / scale) ** 2) ** 2
    lit = np.concatenate([[True], amounts[1:] > 0])
    return directions[lit[1:]], amounts[lit], weights


def _solve(design: Float, target: Float, weights: Float) -> Float:
    """Non-negative least squares by its normal equations: cells are many, lamps few."""
    normal = design.T @ (design * weights[:, None])
    normal[np.diag_indices_from(normal)] += RIDGE * np.trace(normal) / len(normal)
    normal[0, 0] += AMBIENT_WORTH * weights.sum()
    aim = design.T @ (target * weights)
    aim[0] += AMBIENT_WORTH * weights.sum() * AMBIENT_SHARE * np.median(target)
    root = np.linalg.cholesky(normal)
    return np.asarray(nnls(root.T, np.linalg.solve(root, aim))[0])


def _merged(directions: Float, amounts: Float) -> tuple[Float, Float]:
    """Neighbouring lamps joined into one between them; the strongest few kept."""
    ambient, lamps = amounts[0], amounts[1:]
    kept: list[tuple[float, Float]] = []
    left = lamps.copy()
    while len(kept) < MOST_LAMPS and left.max(initial=0) > 0:
        near = directions @ directions[left.argmax()] > math.cos(math.radians(30))
        total = float(left[near].sum())
        middle = left[near] @ directions[near]
        kept.append((total, middle / np.linalg.norm(middle)))
        left[near] = 0
    if not kept:
        return np.zeros((0, 3)), np.array([ambient])
    strong = [(amount, where) for amount, where in kept if amount > 0.02 * (ambient + lamps.sum())]
    return (
        np.array([where for _, where in strong]).reshape(-1, 3),
        np.array([ambient, *(amount for amount, _ in strong)]),
    )


def _amounts(design: Float, channel: Float, weights: Float, shares: Float, hue: float) -> Float:
    """Amounts (1 + L,) of one colour channel, held near those of the luminance times the face's hue."""
    normal = design.T @ (design * weights[:, None])
    pull = 0.3 * np.trace(normal) / len(normal)
    target = design.T @ (channel * weights) + pull * shares * hue
    normal[np.diag_indices_from(normal)] += pull
    root = np.linalg.cholesky(normal)
    return np.asarray(nnls(root.T, np.linalg.solve(root, target))[0])


def _skin_hue(luminance: float) -> Float:
    """Typical skin colour of that albedo, linear RGB at luminance 1."""
    (dark, from_hue), (bright, to_hue) = DARK_SKIN, LIGHT_SKIN
    part = np.clip(math.log(luminance / dark) / math.log(bright / dark), 0, 1)
    hue = from_hue ** (1 - part) * to_hue**part
    return np.asarray(hue / (hue @ LUMINANCE))


def _skin_albedo(level: float, hue: Float) -> Float:
    """Albedo (3,) of skin that shows luminance `level` where best lit, and the hue (3,) all over.

    Both splits (how much is albedo, how much light; whose is the tint) weigh two log-normal priors by
    their precision.
    """
    expected = math.log(SKIN_LUMINANCE) + math.log(WHITE_LEVEL / WHITE_ALBEDO)
    share = SKIN_LUMINANCE_SIGMA**2 / (SKIN_LUMINANCE_SIGMA**2 + WHITE_LEVEL_SIGMA**2)
    luminance = SKIN_LUMINANCE * math.exp(share * (math.log(level) - expected))
    usual = _skin_hue(luminance)
    share = SKIN_HUE_SIGMA**2 / (SKIN_HUE_SIGMA**2 + LIGHT_HUE_SIGMA**2)
    tint = usual * (hue / usual) ** share
    return np.asarray(np.clip(luminance * tint / (tint @ LUMINANCE), 0.01, 0.95))
