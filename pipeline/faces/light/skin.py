"""The bare skin of one face as a photo shows it: colours, and the light each of them can receive."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.colour import LUMINANCE, to_linear
from pipeline.faces.light.closeup import Closeup, close_up
from pipeline.faces.light.visibility import DIRECTIONS, lamp_visibility, open_sky
from pipeline.head.model import load_head
from pipeline.records import Camera, Float

GRID = 100  # cells along the face's longer side
ENOUGH_CELLS = 200
CLIPPED = 250  # of 255: brighter cells may have been brighter still
GRAZING = 0.25  # at smaller cosines the fit's outline decides whether a cell is skin or background


@dataclass(frozen=True)
class PosedHead:
    """The head model as fitted to one face of a photo."""

    vertices: Float  # (V, 3) m, camera frame
    normals: Float  # (V, 3) unit, camera frame
    rotation: Float  # (3, 3) head to camera
    camera: Camera

    @property
    def lamps(self) -> Float:
        """The directions (D, 3) of `lamp_visibility` in the camera frame."""
        return np.asarray(DIRECTIONS @ self.rotation.T)


@dataclass(frozen=True)
class Surface:
    """Cells of a close-up that see part of the head."""

    colours: Float  # (n, 3) linear
    normals: Float  # (n, 3) unit, camera frame
    seen: Float  # (n, D) rows of `lamp_visibility`
    sky: Float  # (n,) part of light from everywhere that arrives
    place: Float  # (n, 3) m on the mean head, head frame

    def only(self, kept: NDArray[np.bool_]) -> Surface:
        return Surface(*(values[kept] for values in vars(self).values()))


def surface_seen(view: Closeup, head: PosedHead, wanted: NDArray[np.bool_]) -> tuple[Surface, Float]:
    """Unclipped cells whose triangle is among ``wanted`` (F,), and how far each faces the camera (n,)."""
    model = load_head()
    triangle = view.raster.triangle
    hit = (triangle >= 0) & wanted[triangle] & (view.pixels.max(axis=2) < CLIPPED)
    corners, weights = model.faces[triangle[hit]], view.raster.barycentric[hit]

    def at(per_vertex: Float) -> Float:
        return np.asarray(np.einsum("pcd,pc->pd", per_vertex[corners], weights))

    normals, points = at(head.normals), at(head.vertices)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    nearest = corners[np.arange(len(corners)), weights.argmax(axis=1)]
    facing = -(normals * points).sum(axis=1) / np.linalg.norm(points, axis=1)
    seen = lamp_visibility()[nearest]
    sky = open_sky(seen, np.maximum(normals @ head.lamps.T, 0))
    return Surface(to_linear(view.pixels[hit]), normals, seen, sky, at(model.mean)), facing


def bare_skin(pixels: NDArray[np.uint8], head: PosedHead) -> Surface | None:
    """Skin of the face in a photo (H, W, 3) sRGB; None where too little of it can be seen."""
    view = close_up(pixels, head.vertices, load_head().faces, bare_triangles(), head.camera, GRID)
    if view is None:
        return None
    surface, facing = surface_seen(view, head, bare_triangles())
    kept = (facing > GRAZING) & (surface.colours @ LUMINANCE > 0.001)
    if kept.sum() < ENOUGH_CELLS:
        return None
    surface = surface.only(kept)
    alike = _of_one_hue(surface.colours)
    return surface.only(alike) if alike.sum() >= ENOUGH_CELLS else None


def _of_one_hue(colours: Float) -> NDArray[np.bool_]:
    """Cells whose hue is near the face's median: not hair, beard, glasses, make-up or a hand's glove."""
    log = np.log(np.maximum(colours, 1e-4))
    hue = log[:, [0, 2]] - log[:, [1]]
    away = np.abs(hue - np.median(hue, axis=0))
    spread = np.maximum(1.4826 * np.median(away, axis=0), 0.05)
    return np.asarray((away < 2.5 * spread).all(axis=1))


@cache
def bare_triangles() -> NDArray[np.bool_]:
    """Triangles (F,) of the face that show skin in most photos: no lips, eyes, brows, hair, neck, ears."""
    head = load_head()
    bare = head.regions["skin"] & ~brow_band(head.mean)
    for other in ("lips", "eyelids", "brows", "scalp", "neck", "ear_left", "ear_right", "mouth_cavity"):
        bare &= ~head.regions[other]
    return np.asarray(bare[head.faces].all(axis=1))


def brow_band(place: Float) -> NDArray[np.bool_]:
    """Points (n, 3) of the mean head that brows grow on, or are raised or frowned to (n,)."""
    x, y = np.abs(place[:, 0]), place[:, 1]
    middle = 0.0175 + 0.0050 * np.sin(np.pi * np.clip((x - 0.012) / 0.047, 0, 1))
    return np.asarray((np.abs(y - middle) < 0.0075) & (x > 0.006) & (x < 0.058) & (place[:, 2] > -0.01))


def lower_face(place: Float) -> NDArray[np.bool_]:
    """Points (n, 3) of the mean head that masks cover, or lie beside (n,)."""
    return np.asarray(place[:, 1] < load_head().mean[load_head().points["sellion"], 1] - 0.012)
