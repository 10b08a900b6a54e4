"""The morphable head as one detector sees it: where its landmarks come to lie, and how far they err."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.head.landmarks import Habits, load_landmarks
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Float


@dataclass(frozen=True)
class LandmarkModel:
    """The morphable head at a detector's landmarks, head frame, metres."""

    mean: Float  # (N, 3)
    basis: Float  # (K, N, 3): identity modes, then expression units
    normals: Float  # (N, 3) unit, outward, of the mean head
    sigma: Float  # (N,) m; inf for landmarks that say nothing
    identities: int  # how many of the K are identity modes
    habits: Habits | None = None  # None: landmarks are at their places, and err the same from every side


@cache
def landmark_model(backend: str) -> LandmarkModel:
    """The package's head at the landmarks of a backend, by its calibrated table."""
    head = load_head()
    table = load_landmarks(backend)
    basis = np.concatenate([head.identity_basis, head.expression_basis])
    corners = table.vertices
    weights = table.weights

    def at_landmarks(per_vertex: Float) -> Float:
        return np.asarray(np.einsum("...ncd,nc->...nd", per_vertex[..., corners, :], weights))

    normals = at_landmarks(vertex_normals(head.mean, head.faces))
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    sigma = np.where(table.usable, table.sigma, np.inf)
    # Contiguous: the fit flattens the basis at every step.
    basis = np.ascontiguousarray(at_landmarks(basis))
    if table.habits is not None:
        basis = basis + table.habits.drift
    return LandmarkModel(
        at_landmarks(head.mean), basis, normals, sigma, len(head.identity_basis), table.habits
    )


def with_vertices(model: LandmarkModel, vertices: NDArray[np.int64], sigma: Float) -> LandmarkModel:
    """The model with vertices (n,) of the package's head behind its landmarks, known to `sigma` (n,) m."""
    head = load_head()
    basis = np.concatenate([head.identity_basis[:, vertices], head.expression_basis[:, vertices]])
    return LandmarkModel(
        np.concatenate([model.mean, head.mean[vertices]]),
        np.concatenate([model.basis, basis], axis=1),
        np.concatenate([model.normals, vertex_normals(head.mean, head.faces)[vertices]]),
        np.concatenate([model.sigma, sigma]),
        model.identities,
        None if model.habits is None else _beside(model.habits, sigma),
    )


def _beside(habits: Habits, sigma: Float) -> Habits:
    """Habits with points more that have none: they err by sigma (n,) m, each for itself."""
    count = len(sigma)

    def padded(values: Float, axis: int) -> Float:
        widths = [(0, 0)] * values.ndim
        widths[axis] = (0, count)
        return np.pad(values, widths)

    known = len(habits.mirror)
    return replace(
        habits,
        drift=padded(habits.drift, 1),
        offsets=padded(habits.offsets, 1),
        spread=padded(habits.spread, 1) + np.pad(sigma, (len(habits.mirror), 0))[:, None],
        mirror=np.concatenate([habits.mirror, np.arange(known, known + count, dtype=np.int32)]),
    )
