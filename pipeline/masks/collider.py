"""The surface that a mask lies on: the head with its mouth spanned, under a beard, under another mask.

The skin of the head model is open at the mouth, and lips that are drawn wide can fold over
themselves. A mask feels neither: it spans the lips. So the mouth's skin is replaced by a membrane
that lies on whatever stands out farthest, one sheet without holes or folds. Below the neck, where the head
model ends, a chest is added (`pipeline.masks.chest`): without one, cloth that hangs lower counts as inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates, maximum_filter
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import splu

from pipeline.head.model import load_head
from pipeline.masks.chest import below_neck
from pipeline.records import Float, Int

RINGS = 3  # of triangles around the lips that the membrane replaces
STEP = 0.001  # m: grain of the relief of the lips
SPREAD = 1.2  # in STEPs: how far the membrane rounds off what it lies on
SUNK = 0.0003  # m that it may cut off ridges
ROUNDS, PASSES = 60, 8  # of relaxation, and of averaging in each


@dataclass(frozen=True)
class Collider:
    """Metres, head frame; outward winding. Open below the chest, and at the rim of a mask."""

    vertices: Float  # (V, 3); the first are the head model's, in its order
    faces: Int  # (F, 3)


@dataclass(frozen=True)
class Ground:
    """What a mask is put on: a bare head, or one that wears a mask already. Metres, head frame."""

    head: Float  # (V, 3) in the order of the head model: where the mask is laid
    collider: Collider  # where it comes to rest


@dataclass(frozen=True)
class _Mouth:
    """What is the same on every head: its mouth, and where its neck ends."""

    inner: NDArray[np.intp]  # (I,) vertices of the membrane
    border: NDArray[np.intp]  # (B,) vertices around it, in order, counter-clockwise seen from outside
    faces: Int  # (F, 3) the head's collider with the mouth closed
    skin: Int  # (S, 3) triangles whose relief the membrane lies on
    relax: Float  # (I, B) what each vertex of the border gives to each of the membrane, when it is taut
    neck: Int  # (K,) vertices of the rim of the neck, in order, the skin on their left
    mean: Float  # (I, I) PASSES times each vertex replaced by the mean of it and its neighbours, the border 0


def head_collider(vertices: Float) -> Collider:
    """The head of ``vertices`` (V, 3) m, head frame and model order, as a mask feels it."""
    mouth = _mouth()
    shaped = np.array(vertices, dtype=np.float64)
    shaped[mouth.inner] = _membrane(shaped, mouth)
    chest, faces = below_neck(shaped, mouth.neck)
    return Collider(np.concatenate([shaped, chest]), np.concatenate([mouth.faces, faces]))


def bare_ground(head_vertices: Float) -> Ground:
    """A head (V, 3) m that wears nothing yet."""
    return Ground(head_vertices, head_collider(head_vertices))


def _membrane(vertices: Float, mouth: _Mouth) -> Float:
    """(I, 3) a taut sheet over the border of the mouth, raised to the lips where they stand before it."""
    border = vertices[mouth.border]
    ahead = np.cross(border, np.roll(border, -1, 0)).sum(0)  # Newell's normal of the border
    ahead /= np.linalg.norm(ahead)
    right = np.cross([0.0, 1.0, 0.0], ahead)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(ahead, right), ahead], -1)
    taut = mouth.relax @ (border @ axes)
    relief, low = _relief(vertices[mouth.skin] @ axes)
    at = (taut[:, :2] - low).T / STEP
    height = np.maximum(taut[:, 2], map_coordinates(relief, at, order=1, mode="nearest"))
    # pull it taut over what it lies on: an obstacle problem, relaxed until nothing moves
    fringe = mouth.relax @ (border @ ahead)
    floor = height - fringe - SUNK
    lift = floor
    for _ in range(ROUNDS):
        lift = np.maximum(mouth.mean @ lift, floor)
    return np.asarray(np.concatenate([taut[:, :2], (fringe + lift)[:, None]], axis=1) @ axes.T)


def _relief(corners: Float) -> tuple[Float, Float]:
    """Height (U, V) of the outermost of triangles ``corners`` (S, 3, 3) above the plane of their first two
    coordinates, every STEP m, and the coordinates (2,) of its first sample. Far below where there is none."""
    steps = 6
    a, b = np.meshgrid(np.arange(steps + 1), np.arange(steps + 1))
    keep = a + b <= steps
    weights = np.stack([a[keep], b[keep], steps - a[keep] - b[keep]], -1) / steps
    points = np.einsum("wk,fkd->fwd", weights, corners).reshape(-1, 3)
    low = points[:, :2].min(0) - 2 * STEP
    cell = np.round((points[:, :2] - low) / STEP).astype(int)
    height = np.full(cell.max(0) + 3, -np.inf)
    np.maximum.at(height, (cell[:, 0], cell[:, 1]), points[:, 2])
    # single cells that no sample fell into take their neighbour's height; the open mouth stays far below
    filled = maximum_filter(height, size=3)
    height = np.where(np.isfinite(height), height, filled)
    hole = ~np.isfinite(height)
    deep = float(points[:, 2].min()) - 0.02
    if hole.any():
        near = distance_transform_edt(hole, return_distances=False, return_indices=True)
        height[hole] = np.minimum(height[tuple(near)], deep)[hole]
    wide = maximum_filter(height, size=3)
    return np.maximum(gaussian_filter(wide, SPREAD, mode="nearest"), height), low


@cache
def _mouth() -> _Mouth:
    head = load_head()
    faces = head.collider_faces
    lips = head.regions["lips"].copy()
    rim = _loop(_open_edges(faces, lips))
    faces = np.concatenate([faces, _span(rim, head.mean)])
    near = lips
    for _ in range(RINGS):
        near = near.copy()
        near[faces[near[faces].any(1)]] = True
    patch = near[faces].all(1)
    border = np.array(_loop(_open_edges(faces[patch], near)))
    inner = np.setdiff1d(np.unique(faces[patch]), border)
    place = np.full(len(head.mean), -1)
    place[inner] = np.arange(inner.size)
    place[border] = inner.size + np.arange(border.size)
    ends = place[np.concatenate([faces[patch][:, [0, 1]], faces[patch][:, [1, 2]], faces[patch][:, [2, 0]]])]
    ends = np.unique(np.sort(ends, axis=1), axis=0)
    both = np.concatenate([ends, ends[:, ::-1]])
    total = inner.size + border.size
    link = coo_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(total, total)).tocsr()
    degree = np.asarray(link.sum(1)).ravel()[: inner.size]
    inside, outside = link[: inner.size, : inner.size], link[: inner.size, inner.size :]
    relax = splu((diags(degree) - inside).tocsc()).solve(outside.toarray())
    mean = (diags(np.ones(inner.size)) + inside).toarray() / (degree + 1)[:, None]
    original = head.collider_faces
    skin = original[near[original].any(1)]
    spread = np.linalg.matrix_power(mean, PASSES)
    neck = np.array(_loop(_open_edges(faces, np.ones(len(head.mean), np.bool_))), np.int32)
    return _Mouth(inner, border, np.asarray(faces, np.int32), skin, relax, neck, spread)


def _open_edges(faces: Int, among: NDArray[np.bool_]) -> Int:
    """Directed edges (E, 2) with a face on one side only and both ends ``among`` (V,)."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    _, index, count = np.unique(np.sort(edges, axis=1), axis=0, return_inverse=True, return_counts=True)
    return np.asarray(edges[(count[index.ravel()] == 1) & among[edges].all(1)])


def _loop(edges: Int) -> list[int]:
    """Vertices of a closed chain of directed edges, in order."""
    after = dict(edges.tolist())
    loop = [int(edges[:, 0].min())]
    while (following := after[loop[-1]]) != loop[0]:
        loop.append(following)
    return loop


def _span(rim: list[int], mean: Float) -> Int:
    """Triangles (T, 3) between the upper and the lower half of the loop ``rim``, which runs with its skin
    on the left, as `_open_edges` gives it."""
    x = mean[rim, 0]
    start, end = int(x.argmin()), int(x.argmax())
    turned = rim[start:] + rim[:start]
    middle = (end - start) % len(rim)
    one, other = turned[: middle + 1], [turned[0], *turned[:middle:-1], turned[middle]]
    triangles = []
    i = j = 0
    while i < len(one) - 1 or j < len(other) - 1:
        ahead = i < len(one) - 1 and (j == len(other) - 1 or mean[one[i + 1], 0] <= mean[other[j + 1], 0])
        corner = one[i + 1] if ahead else other[j + 1]
        triangles.append([one[i], other[j], corner])
        i, j = (i + 1, j) if ahead else (i, j + 1)
    real = [t for t in triangles if len(set(t)) == 3]
    # an open edge a -> b has its skin on the left: the new face must run b -> a
    first = {(a, b) for a, b in zip(rim, rim[1:] + rim[:1], strict=True)}
    turn = any((t[k], t[(k + 1) % 3]) in first for t in real for k in range(3))
    return np.array([t[::-1] if turn else t for t in real], np.int32)
