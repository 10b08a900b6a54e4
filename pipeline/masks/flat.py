"""The pieces of a mask lying flat, as a tailor would draw them: plain lines and areas in metres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.records import PARTS, Float, Int, RestMask

CORD = tuple(number for number, name in enumerate(PARTS) if name in ("loop", "strap"))
SAME = 1e-6  # m: corners of the flat pattern that lie this near to each other are one point
GAP = 0.012  # m between pieces that would lie on each other
FOLDED = np.cos(np.radians(50))  # of the angle between neighbours in the unstressed shape


@dataclass(frozen=True)
class Drawing:
    """All pieces side by side; u to the right and v up, from (0, 0) to ``extent``, m."""

    extent: Float  # (2,)
    pieces: tuple[Float, ...]  # (2, 2) each: lowest and highest corner of a piece
    areas: Mapping[str, Float]  # by name of the part: (N, 3, 2) triangles
    outlines: Float  # (E, 2, 2) stretches of the pieces' borders
    folds: Float  # (K, 2, 2) stretches of the folds of pleats


def flat_pattern(rest: RestMask) -> Drawing:
    """The sheet of ``rest`` with its loops and straps left out."""
    sheet = np.flatnonzero(~np.isin(rest.parts, CORD))
    faces, parts = rest.faces[sheet], rest.parts[sheet]
    corners = (rest.uv[faces] if rest.uv.ndim == 2 else rest.uv[sheet]).reshape(-1, 2)
    _, first, ids = np.unique(
        np.round(corners / SAME).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    points, triangles = corners[first], ids.reshape(-1, 3)
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    links = coo_array((np.ones(len(sides)), (sides[:, 0], sides[:, 1])), shape=(len(points),) * 2)
    count, piece = connected_components(links, directed=False)
    boxes = [np.stack([points[piece == k].min(0), points[piece == k].max(0)]) for k in range(count)]
    moves = _side_by_side(boxes)
    points = points + moves[piece]

    pairs, users, copies = np.unique(np.sort(sides, 1), axis=0, return_inverse=True, return_counts=True)
    owners = np.tile(np.arange(len(triangles)), 3)
    return Drawing(
        extent=points.max(0),
        pieces=tuple(box + move for box, move in zip(boxes, moves, strict=True)),
        areas={PARTS[part]: points[triangles[parts == part]] for part in np.unique(parts)},
        outlines=points[pairs[copies == 1]],
        folds=points[pairs[_folded(rest.rest_vertices[faces], users, owners, copies)]],
    )


def _side_by_side(boxes: list[Float]) -> Float:
    """Moves (P, 2) that bring boxes (2, 2) to start at 0, apart from each other where two overlap."""
    low = np.min([box[0] for box in boxes], axis=0)
    touching = any(
        (np.minimum(a[1], b[1]) - np.maximum(a[0], b[0]) > SAME).all()
        for number, a in enumerate(boxes)
        for b in boxes[:number]
    )
    if not touching:
        return np.tile(-low, (len(boxes), 1))
    moves = np.zeros((len(boxes), 2))
    at, base, row = 0.0, 0.0, 0.0
    broad = 1.4 * np.sqrt(sum(float(np.prod(box[1] - box[0] + GAP)) for box in boxes))
    for number, box in enumerate(boxes):
        width, height = box[1] - box[0]
        if at and at + width > broad:
            at, base, row = 0.0, base + row + GAP, 0.0
        moves[number] = (at, base) - box[0]
        at, row = at + width + GAP, max(row, height)
    return moves


def _folded(corners: Float, users: Int, owners: Int, copies: Int) -> Float:
    """Which edges (E,) lie between two triangles at an angle; ``corners`` (F, 3, 3) m in space."""
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-15)
    total = np.zeros((len(copies), 3))
    np.add.at(total, users, normals[owners])
    # The sum of two unit vectors at an angle has length 2 cos(angle / 2).
    cosine = (total**2).sum(1) / 2 - 1
    return np.asarray((copies == 2) & (cosine < FOLDED))
