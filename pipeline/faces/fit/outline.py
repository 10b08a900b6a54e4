"""The jaw line of 2D annotations: not fixed to the skin, but wherever the face's outline passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.faces.fit.head_fit import HeadFit
from pipeline.faces.fit.landmark_model import LandmarkModel
from pipeline.head.ibug68 import OUTLINE, outline_chains
from pipeline.head.landmarks import LandmarkTable, load_landmarks
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Float

ROUNDS = 2
"""Fits with a jaw line that the one before put in its place; a third turns no head by 0.02 degrees."""


def on_outline(model: LandmarkModel, points: str, fit: HeadFit) -> LandmarkModel:
    """The model of the table ``points`` with its jaw line where the outline of a fitted head passes."""
    head = load_head()
    shape = head.shape(fit.identity_coefficients, fit.expression_coefficients)
    table = outline_table(load_landmarks(points), shape @ fit.rotation.T + fit.translation)
    corners, weights = table.vertices[:OUTLINE], table.weights[:OUTLINE]

    def there(per_vertex: Float) -> Float:
        return np.asarray(np.einsum("...ncd,nc->...nd", per_vertex[..., corners, :], weights))

    mean, normals, basis = model.mean.copy(), model.normals.copy(), model.basis.copy()
    mean[:OUTLINE] = there(head.mean)
    basis[:, :OUTLINE] = np.concatenate([there(head.identity_basis), there(head.expression_basis)])
    # An outline is seen edge on, and seen all the same: nothing there is to be believed less.
    camera = -fit.rotation.T @ fit.translation
    towards = camera - table.positions(shape)[:OUTLINE]
    normals[:OUTLINE] = towards / np.linalg.norm(towards, axis=1, keepdims=True)
    return replace(model, mean=mean, basis=basis, normals=normals)


def outline_table(table: LandmarkTable, vertices: Float) -> LandmarkTable:
    """The table with landmarks 0 to 16 on the outline of one head, vertices (V, 3) m in the camera frame.

    Each slides over the skin, along a chain square to the jaw line, to the first place that faces the
    camera (landmark marching, Zhu et al. 2015): on the near side it stays, on the far side of a turned
    head it leaves the jaw for the cheek.
    """
    corners, weights = outline_chains()
    normals = vertex_normals(vertices, load_head().faces)
    facing = -np.einsum("vd,vd->v", normals, vertices)
    seen = np.einsum("ncd,ncd->nc", weights, facing[corners]) > 0
    seen[:, -1] = True  # a chain that is hidden to its end
    first = seen.argmax(axis=1)
    rows = np.arange(OUTLINE)
    slid, shares = table.vertices.copy(), table.weights.copy()
    slid[:OUTLINE], shares[:OUTLINE] = corners[rows, first], weights[rows, first]
    return replace(table, vertices=slid, weights=shares)
