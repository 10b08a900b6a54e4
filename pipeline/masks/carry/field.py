"""A smooth displacement from one head to another, by the topology that all heads share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from pipeline.head.model import load_head
from pipeline.records import Float, Int

SIGMA = 0.015  # m
SPACING = 0.006  # m between the vertices that a sheet follows
REACH = 3.0  # standard deviations at which the Gaussian is cut off
NOT_FOLLOWED = ("mouth_cavity", "teeth", "eye_left", "eye_right", "ear_left", "ear_right")


@dataclass(frozen=True)
class Field:
    """Which skin (K,) moves N points, and by how much; for one head and one set of points."""

    skin: Int  # (K,) vertex ids of the head model
    source: Float  # (K, 3) m, where they lie on the head that the points belong to
    weights: csr_array  # (N, K), rows sum to 1
    heed: Float  # (K,) how much the points depend on each of them, sums to 1


@cache
def face_skin() -> Int:
    """Ids of the head model's vertices that a sheet follows: evenly spread over the skin without eyes, ears
    and mouth, for a mean over them may not prefer the lips because their mesh is finer."""
    head = load_head()
    used = np.zeros(len(head.mean), bool)
    used[head.collider_faces] = True
    for name in NOT_FOLLOWED:
        used &= ~head.regions[name]
    ids = np.flatnonzero(used)
    close = cKDTree(head.mean[ids]).query_ball_point(head.mean[ids], SPACING)
    free = np.ones(len(ids), bool)
    kept = []
    for number, others in enumerate(close):
        if free[number]:
            kept.append(ids[number])
            free[others] = False
    return np.array(kept, np.int32)


@cache
def whole_skin() -> Int:
    """Ids of the vertices of the head model's outside, its ears among them."""
    return np.unique(load_head().collider_faces).astype(np.int32)


def bind(points: Float, head_vertices: Float, ids: Int, sigma: float = SIGMA) -> Field:
    """Binds points (N, 3) m to the vertices ``ids`` (K,) of a head (V, 3) m around them.

    Their weights are a Gaussian of ``sigma`` m about each point, or about the nearest of them for points
    that hang farther away.
    """
    skin = head_vertices[ids]
    tree = cKDTree(skin)
    nearest = np.asarray(tree.query(points)[0])
    around = [np.sort(found) for found in tree.query_ball_point(points, nearest + REACH * sigma)]
    counts = np.array([found.size for found in around])
    columns = np.concatenate(around).astype(np.int32)
    rows = np.repeat(np.arange(len(points)), counts)
    squared = ((points[rows] - skin[columns]) ** 2).sum(1) - nearest[rows] ** 2
    kernel = np.exp(-squared / (2 * sigma**2))
    kernel /= np.bincount(rows, kernel)[rows]
    weights = csr_array((kernel, columns, np.concatenate([[0], np.cumsum(counts)])), (len(points), len(ids)))
    heed = np.bincount(columns, kernel, len(ids))
    return Field(ids, skin, weights, heed / heed.sum())


def carry_points(field: Field, points: Float, head_vertices: Float) -> tuple[Float, Float]:
    """The bound points (N, 3) m as another head (V, 3) m would have them: (N, 3) m, and their turn (3, 3).

    A similarity carries them as a whole, the smooth field what it leaves of each.
    """
    skin = head_vertices[field.skin]
    scale, rotation, translation = similarity(field.source, skin, field.heed)
    left = skin - (scale * field.source @ rotation.T + translation)
    return scale * points @ rotation.T + translation + field.weights @ left, rotation


def similarity(source: Float, target: Float, weight: Float) -> tuple[float, Float, Float]:
    """Scale, rotation (3, 3) and translation (3,) m that bring ``source`` (N, 3) m nearest to ``target``.

    ``target ~ scale * rotation @ source + translation``, weights (N,) summing to 1; after Umeyama,
    "Least-squares estimation of transformation parameters between two point patterns", 1991.
    """
    middle, goal = weight @ source, weight @ target
    a, b = source - middle, target - goal
    u, sizes, v = np.linalg.svd((b * weight[:, None]).T @ a)
    sign = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ v))])
    rotation = (u * sign) @ v
    scale = float((sizes * sign).sum() / (weight @ (a**2).sum(1)))
    return scale, rotation, goal - scale * rotation @ middle
