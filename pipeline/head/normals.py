"""Normals of a triangle mesh."""

from __future__ import annotations

import numpy as np

from pipeline.records import Float, Int


def vertex_normals(vertices: Float, faces: Int) -> Float:
    """Area-weighted unit normals (V, 3) of triangles ``faces`` (F, 3) with outward winding; zero where none
    touches."""
    corners = vertices[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], across)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-15))
