"""Where the ears are in the photo: no landmark detector says, and a mask hangs on them.

The fitted head foretells how an ear looks from here: its rim before whatever lies behind, and the
folds within. The orientation of edges (not their strength or sign, which hair, light and background
decide) is matched between that and the photo, over shifts of the ear and over how far it stands off.
When both ears are in view they are moved together, as mirror images, which outvotes hair on one side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.signal import fftconvolve

from pipeline.colour import LUMINANCE, to_linear
from pipeline.faces.camera import euler, project
from pipeline.faces.fit.head_fit import HeadFit, vertex_normals
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.records import Camera, Float

REACH = 16  # mm: how far an ear may lie from where the fit put it
MARGIN = 6  # mm around the ear that its edges are looked for in
EDGE = 1.5  # mm, width of the edge filter
FLARES = (0.0, 0.3, 0.6)  # sideways shear by depth behind the ear's root
FAR_EAR = math.radians(18)  # beyond this yaw the far ear is hidden or a sliver
TOO_FAR_TURNED = math.radians(75)
FEWEST_PX_PER_MM = 0.45
USUAL_DOWN, USUAL_OUT = 9.0, 5.0  # mm, sigma of how far ears lie off the fit
RELUCTANCE = 0.04  # score that one such sigma is worth
# By how many ears are looked at: the score to reach, and its lead over any match more than 5 mm away.
CLEAR_SCORE = {1: 0.18, 2: 0.15}
CLEAR_LEAD = {1: 0.01, 2: 0.005}
POINTS = 24


@dataclass(frozen=True)
class Ear:
    """An ear as found in a photo: points to fit to."""

    side: str
    vertices: NDArray[np.int64]  # (n,) of the head
    points: Float  # (n, 2) px
    score: float  # agreement of edges, at most 1


@dataclass(frozen=True)
class _View:
    """The head turned about the optical axis until it is upright, on a picture of 1 mm cells."""

    vertices: Float  # (V, 3) m
    camera: Camera  # focal length in cells; the principal point is the origin
    outward: Float  # (3,) the head's left, in this frame
    behind: Float  # (V,) m behind the ears' roots, 0 before them
    turn: Float  # (2, 2) picture to upright picture
    px_per_mm: float


def find_ears(pixels: NDArray[np.uint8], fit: HeadFit, vertices: Float) -> tuple[Ear, ...]:
    """The ears of a fitted face that can be made out; none where hair or size leave it open.

    pixels (H, W, 3) sRGB; vertices (V, 3) m of the fitted head, camera frame.
    """
    view = _upright(fit, vertices)
    yaw = float(euler(fit.rotation)[0])
    if view.px_per_mm < FEWEST_PX_PER_MM or abs(yaw) > TOO_FAR_TURNED:
        return ()
    sides = ("right", "left") if abs(yaw) < FAR_EAR else ("right",) if yaw > 0 else ("left",)
    scores = {side: found for side in sides if (found := _scores(pixels, view, side)) is not None}
    if not scores:
        return ()
    down, out = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1]
    cost = RELUCTANCE * ((down / USUAL_DOWN) ** 2 + (out / USUAL_OUT) ** 2) / 2
    total = np.mean(list(scores.values()), axis=0) - cost
    flare, row, column = (int(i) for i in np.unravel_index(total.argmax(), total.shape))
    best = float(total[flare, row, column])
    elsewhere = np.hypot(down - down[row, column], out - out[row, column]) > 5
    lead = best - float(total[:, elsewhere].max())
    if best < CLEAR_SCORE[len(scores)] or lead < CLEAR_LEAD[len(scores)]:
        return ()
    moved = (FLARES[flare], float(out[row, column]), float(down[row, column]))
    return tuple(_placed(view, fit.camera, side, *moved, best) for side in scores)


def _upright(fit: HeadFit, vertices: Float) -> _View:
    down = -fit.rotation[:2, 1] / np.linalg.norm(fit.rotation[:2, 1])
    turn = np.array([[down[1], -down[0]], down])
    full = np.eye(3)
    full[:2, :2] = turn
    px_per_mm = fit.camera.focal_px / fit.translation[2] / 1e3
    head = load_head()
    depth = (vertices - fit.translation) @ fit.rotation[:, 2]
    root = depth[[head.points["tragion_left"], head.points["tragion_right"]]].mean()
    return _View(
        vertices @ full.T,
        Camera(fit.camera.focal_px / px_per_mm, 0, 0),
        full @ fit.rotation[:, 0],
        np.maximum(root - depth, 0),
        turn,
        px_per_mm,
    )


def _flared(view: _View, side: str, flare: float) -> Float:
    """Vertices (V, 3) with one ear sheared outward."""
    ear = load_head().regions[f"ear_{side}"]
    away = view.outward if side == "left" else -view.outward
    return np.asarray(view.vertices + flare * np.outer(view.behind * ear, away))


def _scores(pixels: NDArray[np.uint8], view: _View, side: str) -> Float | None:
    """Agreement (flares, 2R + 1, 2R + 1) of edges; rows go down, columns outward. None: out of view."""
    head = load_head()
    ear = head.regions[f"ear_{side}"]
    widest = project(_flared(view, side, FLARES[-1])[ear], view.camera)
    narrowest = project(view.vertices[ear], view.camera)
    low = np.floor(np.minimum(widest, narrowest).min(axis=0)).astype(int) - MARGIN
    high = np.ceil(np.maximum(widest, narrowest).max(axis=0)).astype(int) + MARGIN
    photo = _photo_edges(pixels, view, low - REACH, high + REACH)
    if photo is None:
        return None
    scores = []
    for flare in FLARES:
        template = _ear_edges(_flared(view, side, flare), ear, view.camera, low, high)
        if template is None:
            return None
        scores.append(
            sum(fftconvolve(p, t[::-1, ::-1], "valid") for p, t in zip(photo, template, strict=True))
        )
    found = np.array(scores)
    return found if side == "left" else found[:, :, ::-1]


def _edges(picture: Float) -> tuple[Float, Float, Float]:
    """Strength, and cosine and sine of the doubled direction: the same for a step up and a step down."""
    across = gaussian_filter(picture, EDGE, order=(0, 1))
    along = gaussian_filter(picture, EDGE, order=(1, 0))
    squared = across**2 + along**2 + 1e-12
    return np.sqrt(squared), (across**2 - along**2) / squared, 2 * across * along / squared


def _ear_edges(
    vertices: Float, ear: NDArray[np.bool_], camera: Camera, low: NDArray[np.int64], high: NDArray[np.int64]
) -> tuple[Float, Float] | None:
    """What edges the ear should show; the absolute values sum to 1."""
    head = load_head()
    box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    raster = rasterise(vertices, head.faces, camera, box, (box[3] - box[1], box[2] - box[0]))
    hit = raster.triangle >= 0
    corners = head.faces[raster.triangle[hit]]
    normals = np.einsum("pcd,pc->pd", vertex_normals(vertices, head.faces)[corners], raster.barycentric[hit])
    shade = np.zeros(hit.shape)
    shade[hit] = np.abs(normals[:, 2]) / np.maximum(np.linalg.norm(normals, axis=1), 1e-9)
    is_ear = np.zeros(hit.shape, bool)
    is_ear[hit] = ear[corners].all(axis=1)
    if is_ear.sum() < 60:
        return None
    # The ear against what is behind it is an edge, whatever is there.
    shade[~is_ear] *= 0.3
    near = np.clip(2 * gaussian_filter(is_ear.astype(float), 2.5), 0, 1)
    strength, cosine, sine = _edges(shade)
    weight = strength * near / (strength * near).sum()
    return weight * cosine, weight * sine


def _photo_edges(
    pixels: NDArray[np.uint8], view: _View, low: NDArray[np.int64], high: NDArray[np.int64]
) -> tuple[Float, Float] | None:
    """Edges of the photo on the upright grid; strength is pressed into 0..1. None: mostly outside."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[low[1] : high[1], low[0] : high[0]] + 0.5
    spots = np.stack([x, y], axis=-1) * view.px_per_mm @ view.turn + [width / 2, height / 2]
    inside = ((spots >= 0) & (spots <= [width, height])).all(axis=-1)
    if inside.mean() < 0.7:
        return None
    first = np.clip(np.floor(spots.min(axis=(0, 1))).astype(int) - 4, 0, [width - 1, height - 1])
    last = np.clip(np.ceil(spots.max(axis=(0, 1))).astype(int) + 4, first + 1, [width, height])
    # Square root: a rough logarithm, so that edges in the dark count as well.
    bright = np.sqrt(to_linear(pixels[first[1] : last[1], first[0] : last[0]]) @ LUMINANCE)
    bright = gaussian_filter(bright, max(0.0, 0.4 * view.px_per_mm - 0.3))
    where = spots - first - 0.5
    picture = map_coordinates(bright, [where[..., 1], where[..., 0]], order=1, mode="nearest")
    strength, cosine, sine = _edges(picture)
    pressed = (strength / (strength + 0.5 * np.median(strength) + 0.01)) ** 2
    return pressed * cosine, pressed * sine


def _placed(
    view: _View, camera: Camera, side: str, flare: float, out: float, down: float, score: float
) -> Ear:
    head = load_head()
    ear = np.flatnonzero(head.regions[f"ear_{side}"])
    vertices = _flared(view, side, flare)
    facing = np.einsum("vd,vd->v", vertex_normals(vertices, head.faces)[ear], -vertices[ear])
    ear = ear[facing > 0]
    chosen = ear[np.linspace(0, len(ear) - 1, min(POINTS, len(ear))).round().astype(int)]
    upright = project(vertices[chosen], view.camera) + np.array([out if side == "left" else -out, down])
    points = upright * view.px_per_mm @ view.turn + np.array([camera.width / 2, camera.height / 2])
    return Ear(side, chosen, points, score)
