"""Signed distance of points to the head's surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pipeline.records import Float, Int

PIECE = 0.003  # m


@dataclass(frozen=True)
class Surface:
    """Triangles with what exact closest-point queries need; build with `prepare`."""

    corners: Float  # (F, 3, 3) m
    sides: Float  # (F, 3, 3) m, from each corner to the next
    along: Float  # (F, 3, 3) 1/m, the sides over their squared lengths
    inward: Float  # (F, 3, 3) in the triangle's plane, at right angles to the sides
    normals: Float  # (F, 3) unit
    corner_normals: Float  # (F, 3, 3) angle-weighted vertex normals at the corners
    edge_normals: Float  # (F, 3, 3) of the edges opposite to the corners
    tree: cKDTree  # of the centroids of pieces no larger than PIECE
    owner: NDArray[np.intp]  # triangle of each piece


@dataclass(frozen=True)
class Closest:
    distance: Float  # (N,) m; negative inside
    point: Float  # (N, 3) m, on the surface
    normal: Float  # (N, 3) unit pseudo-normal there
    face: NDArray[np.intp]  # (N,)


def prepare(vertices: Float, faces: Int) -> Surface:
    """Prepares the triangles ``faces`` (F, 3) of ``vertices`` (V, 3), outward winding, for `closest`.

    Pseudo-normals after Baerentzen and Aanaes, "Signed distance computation using the angle weighted
    pseudonormal", 2005.
    """
    corners = vertices[faces]
    sides = np.roll(corners, -1, 1) - corners
    cross = np.cross(sides[:, 0], -sides[:, 2])
    size = np.linalg.norm(cross, axis=1)
    good = size > 1e-14
    faces, corners, sides = faces[good], corners[good], sides[good]
    normals = cross[good] / size[good, None]
    unit = sides / np.linalg.norm(sides, axis=2, keepdims=True)
    angle = np.arccos(np.clip(-np.einsum("fkd,fkd->fk", unit, np.roll(unit, 1, 1)), -1, 1))
    at_vertex = np.zeros((len(vertices), 3))
    np.add.at(at_vertex, faces.ravel(), (angle[:, :, None] * normals[:, None]).reshape(-1, 3))
    at_vertex /= np.maximum(np.linalg.norm(at_vertex, axis=1, keepdims=True), 1e-12)

    ends = np.sort(np.stack([np.roll(faces, -1, 1), np.roll(faces, -2, 1)], -1).reshape(-1, 2), axis=1)
    key = ends[:, 0].astype(np.int64) * len(vertices) + ends[:, 1]
    _, edge = np.unique(key, return_inverse=True)
    at_edge = np.zeros((edge.max() + 1, 3))
    np.add.at(at_edge, edge, np.repeat(normals, 3, axis=0))
    at_edge /= np.maximum(np.linalg.norm(at_edge, axis=1, keepdims=True), 1e-12)

    centres, owner = _pieces(corners)
    along = sides / (sides**2).sum(2, keepdims=True)
    inward = np.cross(normals[:, None], sides)
    return Surface(
        corners,
        sides,
        along,
        inward,
        normals,
        at_vertex[faces],
        at_edge[edge].reshape(-1, 3, 3),
        cKDTree(centres),
        owner,
    )


def _pieces(corners: Float) -> tuple[Float, NDArray[np.intp]]:
    """Centroids of pieces of the triangles, quartered until all their points lie within PIECE of them."""
    owner = np.arange(len(corners))
    centres, owners = [], []
    while len(corners):
        centre = corners.mean(1)
        small = np.linalg.norm(corners - centre[:, None], axis=2).max(1) <= PIECE
        centres.append(centre[small])
        owners.append(owner[small])
        big = corners[~small]
        middle = (big + np.roll(big, -1, 1)) / 2
        corners = np.concatenate(
            [np.stack([big[:, k], middle[:, k], middle[:, k - 1]], 1) for k in range(3)] + [middle]
        )
        owner = np.tile(owner[~small], 4)
    return np.concatenate(centres), np.concatenate(owners)


def closest(surface: Surface, points: Float, limit: float = np.inf) -> Closest:
    """Closest point, pseudo-normal and signed distance (m, negative inside) of ``points`` (N, 3).

    Points farther away than ``limit`` m, inside or outside, are only said to be that far: their distance is
    ``limit``, their normal is zero and their face -1. That is much faster.
    """
    best = np.full(len(points), limit)
    face = np.full(len(points), -1, np.intp)
    weights = np.zeros((len(points), 3))
    todo = np.flatnonzero(surface.tree.query(points)[0] < best + PIECE)
    count = min(4, len(surface.owner))
    seen = 0
    while todo.size:
        reach, found = surface.tree.query(points[todo], k=np.arange(seen + 1, count + 1))
        reach = np.asarray(reach)
        candidates = surface.owner[found]
        nearest = candidates[np.arange(todo.size), _squared(surface, points[todo], candidates).argmin(1)]
        distance, bary = _to_triangles(points[todo], surface.corners[nearest])
        better = distance < best[todo]
        at = todo[better]
        best[at], face[at], weights[at] = distance[better], nearest[better], bary[better]
        if count == len(surface.owner):
            break
        todo = todo[reach[:, -1] < best[todo] + PIECE]
        seen, count = count, min(2 * count, len(surface.owner))
    point = np.einsum("nk,nkd->nd", weights, surface.corners[face])
    normal = _pseudo_normal(surface, face, weights)
    sign = np.where(np.einsum("nd,nd->n", points - point, normal) < 0, -1.0, 1.0)
    normal[face < 0] = 0.0
    return Closest(np.where(face < 0, limit, sign * best), point, normal, face)


def _squared(surface: Surface, points: Float, faces: NDArray[np.intp]) -> Float:
    """Squared distances (N, K) of points (N, 3) to triangles (N, K)."""
    inside = np.ones(faces.shape, bool)
    least = np.full(faces.shape, np.inf)
    for k in range(3):
        away = points[:, None] - surface.corners[:, k][faces]
        along = np.einsum("nkd,nkd->nk", away, surface.along[:, k][faces])
        away -= np.clip(along, 0, 1)[..., None] * surface.sides[:, k][faces]
        least = np.minimum(least, np.einsum("nkd,nkd->nk", away, away))
        inside &= np.einsum("nkd,nkd->nk", away, surface.inward[:, k][faces]) >= 0
    height = np.einsum("nkd,nkd->nk", points[:, None] - surface.corners[:, 0][faces], surface.normals[faces])
    return np.where(inside, height**2, least)


def _pseudo_normal(surface: Surface, face: NDArray[np.intp], weights: Float) -> Float:
    zero = weights < 1e-9
    normal = surface.normals[face].copy()
    for k in range(3):
        on_edge = zero[:, k] & (zero.sum(1) == 1)
        normal[on_edge] = surface.edge_normals[face[on_edge], k]
        on_corner = zero[:, (k + 1) % 3] & zero[:, (k + 2) % 3]
        normal[on_corner] = surface.corner_normals[face[on_corner], k]
    return normal


def _to_triangles(p: Float, corners: Float) -> tuple[Float, Float]:
    """Distance and barycentric weights of the closest point; after Ericson, "Real-Time Collision
    Detection", 2005, section 5.1.5, with the regions chosen by masks."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    ab, ac, ap, bp, cp = b - a, c - a, p - a, p - b, p - c
    d1, d2 = (ab * ap).sum(-1), (ac * ap).sum(-1)
    d3, d4 = (ab * bp).sum(-1), (ac * bp).sum(-1)
    d5, d6 = (ab * cp).sum(-1), (ac * cp).sum(-1)
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    total = np.maximum(va + vb + vc, 1e-30)
    v, w = vb / total, vc / total
    weights = np.stack([1 - v - w, v, w], -1)

    def put(where: NDArray[np.bool_], u: Float, v: Float, w: Float) -> None:
        weights[where] = np.stack(np.broadcast_arrays(u, v, w), -1)[where]

    zero, one = np.zeros_like(d1), np.ones_like(d1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.clip(((d4 - d3) / ((d4 - d3) + (d5 - d6))), 0, 1)
        put((va <= 0) & (d4 - d3 >= 0) & (d5 - d6 >= 0), zero, 1 - t, t)
        t = np.clip(d2 / (d2 - d6), 0, 1)
        put((vb <= 0) & (d2 >= 0) & (d6 <= 0), 1 - t, zero, t)
        t = np.clip(d1 / (d1 - d3), 0, 1)
        put((vc <= 0) & (d1 >= 0) & (d3 <= 0), 1 - t, t, zero)
    put((d6 >= 0) & (d5 <= d6), zero, zero, one)
    put((d3 >= 0) & (d4 <= d3), zero, one, zero)
    put((d1 <= 0) & (d2 <= 0), one, zero, zero)
    gap = p - np.einsum("...k,...kd->...d", weights, corners)
    return np.sqrt((gap**2).sum(-1)), weights
