"""Flat panels sewn to one mesh: which points of the panels become one vertex."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.masks.design.panels import Panels
from pipeline.masks.pattern.panels import FlatPanel
from pipeline.records import Float, Int

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class Sewn:
    """The half of a mask on the wearer's left, as N vertices; lengths in m on the flat panels."""

    ids: Mapping[str, Int]  # (R, C) vertices of each panel
    count: int
    middle: Int  # (K,) vertices in the plane between left and right
    links: Int  # (E, 2) threads and diagonals
    lengths: Float  # (E,) of them; where two panels meet, the mean of both
    smooth: Int  # (T, 3) vertices in a row through which the cloth runs on
    steps: Float  # (T, 2) lengths of the two steps
    across: Int  # (A, 2) a vertex of a middle fold, and the next one beside it


def edge_of(grid: NDArray[T], edge: str) -> NDArray[T]:
    """The line of a grid (R, C, ...) along one of its edges."""
    lines = {"top": grid[0], "bottom": grid[-1], "inner": grid[:, 0], "outer": grid[:, -1]}
    return np.asarray(lines[edge])


def sew(cut: Panels, flat: Mapping[str, FlatPanel]) -> Sewn:
    """Joins the panels' points along the seams."""
    raw: dict[str, Int] = {}
    count = 0
    for name, panel in flat.items():
        rows, columns = panel.grid.shape[:2]
        raw[name] = count + np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
        count += rows * columns
    pairs, middle = [np.zeros((0, 2), np.int32)], [np.zeros(0, np.int32)]
    for seam in cut.seams:
        one, two = (edge_of(raw[edge.split(".")[0]], edge.split(".")[1]) for edge in seam.sews)
        if seam.sews[0] == seam.sews[1]:
            middle.append(one)
        else:
            pairs.append(np.stack([one, two[::-1] if seam.turned else two], -1))
    middle += [raw[name][:, 0] for name, panel in cut.panels.items() if panel.cut == "on the fold"]
    a, b = np.concatenate(pairs).T
    graph = coo_array((np.ones(a.size), (a, b)), shape=(count, count))
    total, label = connected_components(graph, directed=False)
    label = label.astype(np.int32)
    ids = {name: label[grid] for name, grid in raw.items()}

    links, lengths, smooth, steps = [], [], [], []
    for name, panel in flat.items():
        grid, place = ids[name], panel.grid
        for here, there in (
            (np.s_[:-1, :], np.s_[1:, :]),
            (np.s_[:, :-1], np.s_[:, 1:]),
            (np.s_[:-1, :-1], np.s_[1:, 1:]),
            (np.s_[1:, :-1], np.s_[:-1, 1:]),
        ):
            links.append(np.stack([grid[here].ravel(), grid[there].ravel()], -1))
            lengths.append(np.linalg.norm(place[here] - place[there], axis=-1).ravel())
        for turn in (False, True):
            g = grid.T if turn else grid
            p = place.swapaxes(0, 1) if turn else place
            step = np.linalg.norm(np.diff(p, axis=0), axis=-1)
            smooth.append(np.stack([g[:-2].ravel(), g[1:-1].ravel(), g[2:].ravel()], -1))
            steps.append(np.stack([step[:-1].ravel(), step[1:].ravel()], -1))
    for seam in cut.seams:
        if seam.smooth and seam.sews[0] != seam.sews[1]:
            (ia, pa), (ib, pb) = (
                _into(ids[e.split(".")[0]], flat[e.split(".")[0]].grid, e.split(".")[1]) for e in seam.sews
            )
            if seam.turned:
                ib, pb = ib[:, ::-1], pb[:, ::-1]
            smooth.append(np.stack([ia[1], ia[0], ib[1]], -1))
            steps.append(
                np.stack([np.linalg.norm(pa[1] - pa[0], axis=-1), np.linalg.norm(pb[1] - pb[0], axis=-1)], -1)
            )
    across = [ids[n][:, :2] for n, panel in cut.panels.items() if panel.cut == "on the fold"]
    across += [
        _into(
            ids[seam.sews[0].split(".")[0]], flat[seam.sews[0].split(".")[0]].grid, seam.sews[0].split(".")[1]
        )[0].T
        for seam in cut.seams
        if seam.smooth and seam.sews[0] == seam.sews[1]
    ]
    ends, where, times = np.unique(
        np.sort(np.concatenate(links), axis=1), axis=0, return_inverse=True, return_counts=True
    )
    long = np.bincount(where.ravel(), np.concatenate(lengths)) / times
    return Sewn(
        ids=ids,
        count=total,
        middle=np.unique(label[np.concatenate(middle)]).astype(np.int32),
        links=ends.astype(np.int32),
        lengths=long,
        smooth=np.concatenate(smooth).astype(np.int32),
        steps=np.concatenate(steps),
        across=np.concatenate([np.zeros((0, 2), np.int32), *across]).astype(np.int32),
    )


def _into(ids: Int, place: Float, edge: str) -> tuple[Int, Float]:
    """The first two lines of a grid counted from an edge: vertices (2, n) and places (2, n, 2)."""
    if edge in ("inner", "outer"):
        ids, place = ids.T, place.swapaxes(0, 1)
    if edge in ("bottom", "outer"):
        ids, place = ids[::-1], place[::-1]
    return ids[:2], place[:2]
