"""Bending stiffness of a sheet's vertices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pipeline.masks.pattern.grid import quads_of
from pipeline.records import PARTS, Float, Int

FILM = 20.0  # least bending stiffness of a clear window, in the solver's units
FLAT = 0.9  # where the mean normal of a vertex's quads is shorter, the rest shape is folded


def bending_stiffness(
    rest: Float, faces: Int, parts: NDArray[np.uint8], parameters: Mapping[str, float]
) -> Float:
    """(M,) in the solver's units: ``bending``, but ``crease`` where the rest shape (M, 3) is folded,
    ``edge_bending`` along bound edges, ``wire_bending`` along the wire and at least FILM over a window."""
    quads, part = quads_of(faces), parts[::2]
    bending = np.full(len(rest), parameters["bending"])
    bending[np.unique(quads[part == PARTS.index("edge")])] = parameters["edge_bending"]
    corner = rest[quads]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 1])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    total, count = np.zeros_like(rest), np.zeros(len(rest))
    np.add.at(total, quads.ravel(), np.repeat(normal, 4, axis=0))
    np.add.at(count, quads.ravel(), 1)
    bending[np.linalg.norm(total, axis=1) < FLAT * count] = parameters["crease"]
    bending[np.unique(quads[part == PARTS.index("wire")])] = parameters["wire_bending"]
    film = np.unique(quads[part == PARTS.index("window")])
    bending[film] = np.maximum(bending[film], FILM)
    return bending
