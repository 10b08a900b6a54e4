"""Finer versions of the head's triangle mesh, and smooth weights on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags

from pipeline.head.normals import vertex_normals
from pipeline.records import Float, Int


@dataclass(frozen=True)
class Subdivision:
    """One split of every triangle into four; old vertices keep their index."""

    ends: Int  # (E, 2) the edges whose midpoints are the new vertices
    faces: Int  # (4F, 3)

    def weights(self, values: Float) -> Float:
        """Per-vertex values (V,) or (V, C) interpolated to the finer mesh."""
        return np.concatenate([values, values[self.ends].mean(axis=1)])

    def positions(self, vertices: Float, faces: Int, curved: Float | None = None) -> Float:
        """Vertices (V, 3) refined to a curved surface through the old ones.

        Phong tessellation (Boubekeur and Alexa 2008): a midpoint is drawn towards the tangent planes at
        the ends of its edge, so that silhouettes are round while the coarse surface is kept. ``curved``
        (V,) in 0..1 is how much of that is done; None: all.
        """
        normals = vertex_normals(vertices, faces)
        ends, axis = vertices[self.ends], normals[self.ends]
        middle = ends.mean(axis=1)
        lift = np.einsum("ekc,ekc->ek", ends - middle[:, None], axis)
        kept = 0.75 if curved is None else 0.75 * curved[self.ends].min(axis=1)[:, None]
        return np.concatenate([vertices, middle + kept * (lift[..., None] * axis).mean(axis=1)])


def subdivide(faces: Int, count: int) -> Subdivision:
    """The split of triangles ``faces`` (F, 3) over ``count`` vertices."""
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    ends, index = np.unique(sides, axis=0, return_inverse=True)
    ab, bc, ca = (count + index.reshape(3, -1)).astype(np.int32)
    a, b, c = faces.T
    quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    fine = np.stack([np.stack(q, axis=1) for q in quarters], axis=1).reshape(-1, 3)
    return Subdivision(ends.astype(np.int32), fine.astype(np.int32))


def averaging(faces: Int, count: int) -> csr_matrix:
    """Sparse (V, V) matrix that replaces each vertex value by the mean over it and its neighbours."""
    sides = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ones = np.ones(len(sides))
    near = coo_matrix((ones, (sides[:, 0], sides[:, 1])), shape=(count, count)).tocsr()
    near = ((near + near.T) > 0).astype(float) + diags(np.ones(count))
    return diags(1 / np.asarray(near.sum(axis=1)).ravel()) @ near


def smooth(values: Float, matrix: csr_matrix, steps: int) -> Float:
    """``values`` (V,) or (V, C) after ``steps`` rounds of `averaging`."""
    for _ in range(steps):
        values = matrix @ values
    return values


def lattice_noise(points: Float, size: float, seed: int) -> Float:
    """Smooth value noise in [-1, 1] at ``points`` (N, 3) with bumps of about ``size`` (same unit)."""
    scaled = points / size
    cell = np.floor(scaled).astype(np.int64)
    t = scaled - cell
    t = t * t * (3 - 2 * t)
    total = np.zeros(len(points))
    for corner in range(8):
        bit = np.array([corner & 1, corner >> 1 & 1, corner >> 2 & 1])
        key = (cell + bit).astype(np.uint64) @ np.array([73856093, 19349663, 83492791], np.uint64)
        key = (key ^ np.uint64(seed & 0xFFFFFFFF)) * np.uint64(0x9E3779B97F4A7C15)
        key = (key ^ (key >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (key >> np.uint64(40)).astype(float) / 2**23 - 1
        total += value * np.prod(np.where(bit, t, 1 - t), axis=1)
    return total
