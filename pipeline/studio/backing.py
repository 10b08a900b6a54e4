"""Where a sheet lies over another one: folds and pleats show through thin cloth."""

from __future__ import annotations

import numpy as np
from mathutils.bvhtree import BVHTree

from pipeline.head.normals import vertex_normals
from pipeline.records import Float, Int

_REACH = 0.012  # m: light that leaves thin cloth finds what lies nearer
_SELF = 8e-4  # m: what is nearer is the sheet itself


def backed(points: Float, faces: Int) -> Float:
    """1 at vertices (V,) with a sheet close behind them, -1 with one close before them, else 0.

    ``points`` (V, 3) m, triangles ``faces`` (F, 3) wound towards the front.
    """
    normals = vertex_normals(points, faces)
    tree = BVHTree.FromPolygons(points.tolist(), faces.tolist())
    found = np.zeros(len(points))
    for side in (1.0, -1.0):
        ways = -side * normals
        starts = points + _SELF * ways
        hits = [
            tree.ray_cast(start, way, _REACH)[3] is not None for start, way in zip(starts, ways, strict=True)
        ]
        found += side * np.array(hits)
    return found
