"""Where the borders and seams of a sheet's pieces run, for hems, stitches and the wire's ridge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from pipeline.records import PARTS, Float, Int

FAR = 1.0  # m: as good as no border at all
_STEP = 4e-4  # m between samples along a border
_HARD = (PARTS.index("valve"), PARTS.index("window"))
_WIRE = PARTS.index("wire")


@dataclass(frozen=True)
class Borders:
    """For each corner of each triangle, measured on the flat pattern, in metres."""

    hem: Float  # (F, 3, 2) to the nearest open border of its piece, and how far along that border
    seam: Float  # (F, 3, 2) the same for where the piece is joined to another one, or to a valve or window
    ridge: Float  # (F, 3) 1 in the middle of the nose wire, 0 off it
    upright: Float  # (F, 3) 1 where the nearest open border runs up the flat pattern, 0 where across it


def find_borders(faces: Int, uv: Float, parts: Any) -> Borders:
    """Borders of triangles (F, 3) with ``uv`` (F, 3, 2) m per corner and part ids (F,)."""
    count = len(faces)
    start = faces.ravel()
    end = np.roll(faces, -1, axis=1).ravel()
    face = np.repeat(np.arange(count), 3)
    maps = np.stack([uv, np.roll(uv, -1, axis=1)], axis=2).reshape(-1, 2, 2)
    low, high = np.minimum(start, end), np.maximum(start, end)
    key = low.astype(np.int64) * (int(faces.max()) + 1) + high
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    number = np.diff(np.append(first, len(key)))
    open_sides = order[first[number == 1]]
    a, b = order[first[number == 2]], order[first[number == 2] + 1]
    along = (start[a] == start[b])[:, None, None]
    apart = np.abs(maps[a] - np.where(along, maps[b], maps[b][:, ::-1])).max(axis=(1, 2)) > 1e-6
    hard = np.isin(parts, _HARD)
    joined = apart | (hard[face[a]] != hard[face[b]])
    within = ~joined
    links = sparse.coo_array(
        (np.ones(within.sum()), (face[a][within], face[b][within])), shape=(count, count)
    )
    piece = sparse.csgraph.connected_components(links, directed=False)[1]
    seams = np.concatenate([a[joined], b[joined]])
    hem = _measure(uv, piece, maps[open_sides], start[open_sides], end[open_sides], piece[face[open_sides]])
    return Borders(
        hem[..., :2],
        _measure(uv, piece, maps[seams], start[seams], end[seams], piece[face[seams]])[..., :2],
        _ridge(faces, parts),
        hem[..., 2],
    )


def _measure(uv: Float, piece: Any, sides: Float, start: Int, end: Int, owner: Any) -> Float:
    """Distance, place along, uprightness (F, 3, 3) for ``sides`` (S, 2, 2) of the pieces ``owner`` (S,)."""
    found = np.zeros((*uv.shape[:2], 3))
    found[..., 0] = FAR
    for one in np.unique(owner):
        mine = np.flatnonzero(owner == one)
        at, lengths = _chain(sides[mine], start[mine], end[mine])
        steps = np.maximum(1, np.ceil(lengths / _STEP)).astype(int)
        side = np.repeat(np.arange(len(mine)), steps)
        t = (np.arange(len(side)) - np.repeat(np.cumsum(steps) - steps, steps) + 0.5) / steps[side]
        p, way = sides[mine, 0], sides[mine, 1] - sides[mine, 0]
        here = np.flatnonzero(piece == one)
        points = uv[here].reshape(-1, 2)
        near = side[cKDTree(p[side] + t[:, None] * way[side]).query(points)[1]]
        share = ((points - p[near]) * way[near]).sum(1) / np.maximum(lengths[near] ** 2, 1e-18)
        share = np.clip(share, 0, 1)
        distance = np.linalg.norm(points - p[near] - share[:, None] * way[near], axis=1)
        steep = np.abs(way[near, 1]) / np.maximum(lengths[near], 1e-18)
        found[here] = np.stack([distance, at[near] + share * lengths[near], steep], -1).reshape(-1, 3, 3)
    return found


def _chain(sides: Float, start: Int, end: Int) -> tuple[Float, Float]:
    """How far along its border each side (S, 2, 2) starts, and its length, (S,) m each."""
    lengths = np.linalg.norm(sides[:, 1] - sides[:, 0], axis=1)
    leaving: dict[int, list[int]] = {}
    for k, vertex in enumerate(start.tolist()):
        leaving.setdefault(vertex, []).append(k)
    at = np.full(len(sides), -1.0)
    heads = sorted(set(start.tolist()) - set(end.tolist()))
    for first in [*(leaving[v][0] for v in heads), *range(len(sides))]:
        k, total = first, 0.0
        while at[k] < 0:
            at[k] = total
            total += lengths[k]
            following = [n for n in leaving.get(int(end[k]), ()) if at[n] < 0]
            if not following:
                break
            k = following[0]
    return at, lengths


def _ridge(faces: Int, parts: Any) -> Float:
    """1 at vertices inside the strip over the wire."""
    beside = np.zeros(int(faces.max()) + 1, bool)
    beside[faces[parts != _WIRE]] = True
    inside: Float = (~beside[faces]).astype(float)
    return inside
