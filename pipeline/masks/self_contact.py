"""Where a draped sheet passes through itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pipeline.masks.pattern.grid import quads_of, sides_of
from pipeline.records import Float, Int

NEIGHBOURS = 32  # triangles looked at around each edge: several layers' worth


@dataclass(frozen=True)
class SelfContact:
    crossings: int  # edges of quads that pass through a triangle
    depth: float  # m: how far the nearer end of the worst of them has come through


def self_contact(vertices: Float, faces: Int, joined: NDArray[np.bool_]) -> SelfContact:
    """Edges of the quads of a sheet that pass through its triangles.

    ``vertices`` (M, 3) m; ``faces`` (F, 3) triangles, 2k and 2k + 1 the halves of quad k. An edge and a
    triangle with a vertex in common, or all of whose vertices are ``joined`` (M,) as sewn layers are, may
    touch. An edge crosses where its ends lie on either side of the triangle's plane and the signed
    volumes it spans with the three sides have one sign.
    """
    edges = sides_of(quads_of(faces))
    start, end = vertices[edges[:, 0]], vertices[edges[:, 1]]
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-15)[:, None]
    offset = np.einsum("fk,fk->f", normal, a)

    # an edge and a triangle that cross have centres no farther apart than this
    centre = (a + b + c) / 3
    size = np.linalg.norm(np.stack([a, b, c]) - centre, axis=2).max()
    reach = float(size + np.linalg.norm(end - start, axis=1).max() / 2)
    count = min(NEIGHBOURS, len(faces))
    _, near = cKDTree(centre).query((start + end) / 2, k=count, distance_upper_bound=reach)
    edge = np.repeat(np.arange(len(edges)), count)
    found = near.ravel() < len(faces)
    edge, face = edge[found], near.ravel()[found]

    before = np.einsum("nk,nk->n", normal[face], start[edge]) - offset[face]
    after = np.einsum("nk,nk->n", normal[face], end[edge]) - offset[face]
    through = np.flatnonzero(before * after < 0)
    edge, face, before, after = edge[through], face[through], before[through], after[through]
    common = (edges[edge][:, :, None] == faces[face][:, None, :]).any((1, 2))
    sewn = joined[edges[edge]].all(1) & joined[faces[face]].all(1)
    along = end[edge] - start[edge]
    spokes = [corner[face] - start[edge] for corner in (a, b, c)]
    volumes = [np.einsum("nk,nk->n", along, np.cross(spokes[k], spokes[(k + 1) % 3])) for k in range(3)]
    inside = (np.min(volumes, axis=0) > 0) | (np.max(volumes, axis=0) < 0)
    hit = inside & ~common & ~sewn
    depth = np.minimum(np.abs(before[hit]), np.abs(after[hit]))
    return SelfContact(int(np.unique(edge[hit]).size), float(depth.max(initial=0.0)))
