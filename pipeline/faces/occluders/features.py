"""What the network is told of each cell of a view: its colour beside the skin's, and the head there."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.colour import to_linear
from pipeline.faces.occluders.view import Frame, View
from pipeline.faces.raster import Raster
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Float

DARKEST = 0.004  # linear: what lies below is noise
POSITION_UNIT = 0.1  # m
COLOUR_STOPS = 2.0  # in one of the features
UPPER_FACE_Y = -0.03  # m, head frame: skin above it is rarely hidden by what hides mouth and chin
ENOUGH_CELLS = 40


def features(view: View, vertices: Float) -> NDArray[np.float32]:
    """(n, n, 11): log2 of linear RGB over the median skin's, geometry (7), in the photo or not.

    vertices (V, 3) m of the fitted head, camera frame.
    """
    geometry = head_geometry(view.raster, view.frame, vertices)
    return with_colours(view.pixels, view.inside, geometry)


def head_geometry(raster: Raster, frame: Frame, vertices: Float) -> NDArray[np.float32]:
    """(n, n, 7) of a fitted head, 0 off it.

    First 2 on bare skin of the face and 1 elsewhere on the head, then where on the mean head a cell lies
    (3, in POSITION_UNIT), then its normal (3), x along a row of the view.
    """
    head = load_head()
    seen = raster.triangle >= 0
    corners = head.faces[raster.triangle[seen]]
    weights = raster.barycentric[seen]
    spots = np.einsum("pcd,pc->pd", head.mean[corners], weights)
    normals = np.einsum("pcd,pc->pd", vertex_normals(vertices, head.faces)[corners], weights)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    normals[:, :2] = normals[:, :2] @ frame.turn.T
    told = np.zeros((*seen.shape, 7), np.float32)
    told[seen] = np.column_stack([1 + bare_skin()[raster.triangle[seen]], spots / POSITION_UNIT, normals])
    return told


def with_colours(
    pixels: NDArray[np.uint8], inside: NDArray[np.bool_], geometry: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The features of sRGB ``pixels`` (n, n, 3) over the ``geometry`` (n, n, 7)."""
    logs = np.log2(np.maximum(to_linear(pixels), DARKEST))
    skin = (geometry[..., 0] > 1) & inside
    upper = skin & (geometry[..., 2] > UPPER_FACE_Y / POSITION_UNIT)
    sample = upper if upper.sum() >= ENOUGH_CELLS else skin
    usual = np.median(logs[sample], axis=0) if sample.any() else np.zeros(3)
    colours = np.clip((logs - usual) / COLOUR_STOPS, -2, 2) * inside[..., None]
    return np.concatenate([colours, geometry, inside[..., None]], axis=-1, dtype=np.float32)


@cache
def bare_skin() -> NDArray[np.bool_]:
    """Triangles (F,) of the face without lips, eyes and brows."""
    head = load_head()
    bare = head.regions["skin"].copy()
    for other in ("lips", "eyelids", "brows", "scalp", "neck", "ear_left", "ear_right", "mouth_cavity"):
        bare &= ~head.regions[other]
    return np.asarray(bare[head.faces].all(axis=1))
