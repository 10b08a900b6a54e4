"""The jaw line of 2D annotations: not fixed to the skin, but wherever the face's outline passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.faces.fit.head_fit import vertex_normals
from pipeline.head.ibug68 import OUTLINE, outline_chains
from pipeline.head.landmarks import LandmarkTable
from pipeline.head.model import load_head
from pipeline.records import Float


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
