"""A whole mask sewn from panels, left and right, before there is a head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.masks.design.design import Design
from pipeline.masks.design.panels import Panels
from pipeline.masks.library import DesignError
from pipeline.masks.pattern.assemble import assemble
from pipeline.masks.pattern.grid import corner_values, grid_faces
from pipeline.masks.pattern.outline import free_line, free_rows
from pipeline.masks.pattern.panels import FlatPanel, cut_panels, free_edges
from pipeline.masks.pattern.sew import Sewn, edge_of, sew
from pipeline.records import PARTS, Float, Int

MOST_STRAIN = 0.02  # 99th percentile: more, and the panels do not go together
APART = 0.012  # m between panels in the uv plane


@dataclass(frozen=True)
class SewnMask:
    """M vertices. Metres; x to the wearer's left, y up, z away from the face."""

    rest: Float  # (M, 3) the middles of the upper and the lower edge lie at z = 0
    patches: tuple[Int, ...]  # (R, C) each
    uv: Float  # (F, 3, 2) on the flat panels
    faces: Int  # (F, 3)
    parts: NDArray[np.uint8]  # (F,)
    middle: Int  # (K,) vertices between left and right
    seams: NDArray[np.bool_]  # (M,) vertices on a seam or a middle fold that is one
    upper_edge: Int  # (E,) from the wearer's right to the left
    lower_edge: Int  # (E,)
    upper_rows: Int  # (3, E) the first rows along the upper edge; those of a wire lie between the last two
    upper_across: Float  # (E,) along the upper edge from its middle
    upper_down: Float  # (3, E) from the upper edge
    corners: Mapping[str, Int]  # see `pipeline.masks.place.laid.Laid`
    strain: float  # 99th percentile of what is left of it in the threads


def sewn_mask(design: Design, size: str) -> SewnMask:
    """Cuts, sews and opens the panels of one size.

    Raises DesignError, naming the panel or the edges, where the panels do not go together.
    """
    return _sewn_mask(_Key(design, size))


class _Key:
    """Designs with the same pattern share their masks."""

    def __init__(self, design: Design, size: str) -> None:
        self.design, self.size = design, size
        self.text = (
            design.model_dump_json(include={"name", "construction", "sizes", "wire", "fasteners"}) + size
        )

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.text == other.text


@lru_cache(maxsize=64)
def _sewn_mask(key: _Key) -> SewnMask:
    design, size = key.design, key.size
    cut = design.construction
    assert isinstance(cut, Panels)
    flat = cut_panels(design, size)
    sewn = sew(cut, flat)
    half, strain = assemble(cut, flat, sewn)
    _holds_together(design.name, sewn, strain)
    mirror = _mirror(sewn)
    rest = np.empty((int(mirror.max()) + 1, 3))
    rest[: sewn.count] = half
    rest[mirror] = half * np.array([-1.0, 1.0, 1.0])
    rest[sewn.middle] = half[sewn.middle]

    patches, maps, faces, parts = [], [], [], []
    shifts = _shifts(cut, flat)
    for name, panel in flat.items():
        ids, place, part = sewn.ids[name], panel.grid, _parts(design, cut, name, panel)
        on_fold = cut.panels[name].cut == "on the fold"
        shift = shifts[name]
        left, right = place + shift, (place + shift) * np.array([-1.0, 1.0])
        if on_fold:
            pieces = [
                (
                    np.concatenate([mirror[ids][:, :0:-1], ids], 1),
                    np.concatenate([right[:, :0:-1], left], 1),
                    np.concatenate([part[:, ::-1], part], 1),
                )
            ]
        else:
            pieces = [(mirror[ids][:, ::-1], right[:, ::-1], part[:, ::-1]), (ids, left, part)]
        for grid, uv, names in pieces:
            patches.append(np.ascontiguousarray(grid))
            maps.append(corner_values(np.ascontiguousarray(uv)))
            faces.append(grid_faces(grid))
            parts.append(np.repeat(names.ravel(), 2))
    upper = free_line(cut, sewn, "top")
    rows = free_rows(cut, sewn, "top", 3)
    across, down = _along(cut, flat, sewn, rows)
    return SewnMask(
        rest=rest,
        patches=tuple(patches),
        uv=np.concatenate(maps),
        faces=np.concatenate(faces),
        parts=np.concatenate(parts),
        middle=sewn.middle,
        seams=_seams(cut, sewn, mirror),
        upper_edge=_both(upper, mirror),
        lower_edge=_both(free_line(cut, sewn, "bottom"), mirror),
        upper_rows=np.array([_both(row, mirror) for row in rows], np.int32),
        upper_across=np.concatenate([-across[:0:-1], across]),
        upper_down=np.concatenate([down[:, :0:-1], down], 1),
        corners=_corners(design, cut, flat, sewn, mirror),
        strain=float(np.quantile(np.abs(strain), 0.99)),
    )


def _holds_together(name: str, sewn: Sewn, strain: Float) -> None:
    if np.quantile(np.abs(strain), 0.99) <= MOST_STRAIN:
        return
    worst = {}
    for panel, ids in sewn.ids.items():
        inside = np.isin(sewn.links, ids).all(1)
        worst[panel] = float(np.quantile(np.abs(strain[inside]), 0.99))
    panel = max(worst, key=lambda key: worst[key])
    raise DesignError(
        f"{name}.yaml: panel {panel} cannot be sewn without stretching: it would strain by "
        f"{100 * worst[panel]:.0f} percent; look at its edges, at the seams and at opened"
    )


def _mirror(sewn: Sewn) -> Int:
    """(N,) the vertex on the other side of each vertex of the half; itself in the middle."""
    mirror = np.full(sewn.count, -1, np.int32)
    mirror[sewn.middle] = sewn.middle
    others = np.flatnonzero(mirror < 0)
    mirror[others] = sewn.count + np.arange(others.size, dtype=np.int32)
    return mirror


def _shifts(cut: Panels, flat: Mapping[str, FlatPanel]) -> dict[str, Float]:
    """Where the panels go in the uv plane, (2,) m each: below one another, but those that are one piece in
    life as they are drawn, and none over the middle that is not folded there."""
    piece = {name: name for name in flat}
    for seam in cut.seams:
        one, two = (piece[edge.split(".")[0]] for edge in seam.sews)
        if seam.smooth:
            piece = {name: one if root == two else root for name, root in piece.items()}
    shifts, low = {}, 0.0
    for root in dict.fromkeys(piece.values()):
        names = [name for name in flat if piece[name] == root]
        places = np.concatenate([flat[name].grid.reshape(-1, 2) for name in names])
        folded = any(cut.panels[name].cut == "on the fold" for name in names)
        shift = np.array([0.0 if folded else APART / 2 - places[:, 0].min(), low - places[:, 1].max()])
        low -= float(np.ptp(places[:, 1])) + APART
        shifts.update({name: shift for name in names})
    return shifts


def _both(line: Int, mirror: Int) -> Int:
    return np.asarray(np.concatenate([mirror[line[:0:-1]], line]), np.int32)


def _parts(design: Design, cut: Panels, name: str, panel: FlatPanel) -> NDArray[np.uint8]:
    """(R - 1, C - 1) part ids of a panel's quads."""
    rows, columns = (n - 1 for n in panel.grid.shape[:2])
    part = np.full((rows, columns), PARTS.index("panel"), np.uint8)
    edge, bands = PARTS.index("edge"), panel.bands
    part[: bands["top"]] = edge
    part[rows - bands["bottom"] :] = edge
    part[:, : bands["inner"]] = edge
    part[:, columns - bands["outer"] :] = edge
    if panel.wire is not None and design.wire is not None:
        along = np.linalg.norm(np.diff(panel.grid[0], axis=0), axis=1)
        middle = np.cumsum(along) - along / 2
        part[panel.wire[0] : panel.wire[1], middle < design.wire.length_mm / 2000] = PARTS.index("wire")
    return part


def _seams(cut: Panels, sewn: Sewn, mirror: Int) -> NDArray[np.bool_]:
    seams = np.zeros(int(mirror.max()) + 1, bool)
    for seam in cut.seams:
        if not seam.smooth:
            panel, edge = seam.sews[0].split(".")
            line = np.asarray(edge_of(sewn.ids[panel], edge), np.int32)
            seams[line] = seams[mirror[line]] = True
    return seams


def _along(
    cut: Panels, flat: Mapping[str, FlatPanel], sewn: Sewn, rows: tuple[Int, ...]
) -> tuple[Float, Float]:
    """Flat lengths along the upper edge (E,) and down from it (rows, E)."""
    places: dict[int, Float] = {}
    shift = np.zeros(2)
    chain = free_line(cut, sewn, "top")
    across = np.zeros(len(chain))
    for name, panel in flat.items():
        if f"{name}.top" not in free_edges(cut) or not np.isin(sewn.ids[name][0], chain).all():
            continue
        for index in range(panel.grid.shape[1]):
            for row in range(min(3, panel.grid.shape[0])):
                places[int(sewn.ids[name][row, index])] = panel.grid[row, index] + shift
        step = np.linalg.norm(np.diff(panel.grid[0], axis=0), axis=1)
        where = {int(v): k for k, v in enumerate(chain)}
        for a, b, long in zip(sewn.ids[name][0][:-1], sewn.ids[name][0][1:], step, strict=True):
            across[max(where[int(a)], where[int(b)])] = long
    down = np.zeros((len(rows), len(chain)))
    for k, line in enumerate(rows):
        down[k] = [
            np.linalg.norm(places[int(v)] - places[int(top)]) for v, top in zip(line, chain, strict=True)
        ]
    return np.cumsum(across), down


def _corners(
    design: Design, cut: Panels, flat: Mapping[str, FlatPanel], sewn: Sewn, mirror: Int
) -> dict[str, Int]:
    edges = cut.loops_from or tuple(edge for edge in sorted(free_edges(cut)) if edge.endswith(".outer"))
    if not edges or (not cut.loops_from and len(edges) > 1):
        raise DesignError(f"{design.name}.yaml: construction.loops_from must name the edges with the loops")
    names = [edge.split(".")[0] for edge in edges]
    lines, along, so_far = [], [], 0.0
    for name in names:
        lines.append(np.stack([sewn.ids[name][:, -3], sewn.ids[name][:, -1]], -1))
        steps = np.linalg.norm(np.diff(flat[name].grid[:, -1], axis=0), axis=1)
        along.append(so_far + np.concatenate([[0.0], np.cumsum(steps)]))
        so_far += float(steps.sum())
    line, at = np.concatenate(lines), np.concatenate(along)
    if cut.loops_at_mm is None:
        inset = design.fasteners.inset_mm / 1000
        ends = (inset, at[-1] - inset)
    else:
        ends = (cut.loops_at_mm[0] / 1000, cut.loops_at_mm[1] / 1000)
    middles = (at[1:] + at[:-1]) / 2
    middles[np.diff(at) == 0] = np.inf  # from one edge to the next
    rows = [int(np.abs(middles - end).argmin()) for end in ends]
    if rows[1] <= rows[0]:
        raise DesignError(f"{design.name}.yaml: the edges with the loops are too short for two")
    corners = {}
    for height, row in zip(("upper", "lower"), rows, strict=True):
        pair = line[row : row + 2].T
        corners[f"{height} left"], corners[f"{height} right"] = pair, mirror[pair]
    return corners
