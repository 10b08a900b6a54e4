"""A moulded shell as five patches: one in the middle and four around it, whose rows follow the rim.

One grid over the whole round would have four corners where its quads lie flat; so it has four vertices
where only three quads meet, well inside, and square quads everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.masks.design.design import Design, Wire
from pipeline.masks.design.moulded import Moulded
from pipeline.masks.pattern.dome import Dome, find_dome, height_over, rim_at, unroll, way_out
from pipeline.masks.pattern.grid import corner_values, grid_faces
from pipeline.records import PARTS, Float, Int, Patch

STEP = 0.0045  # m, about the side of a quad from the middle outwards
RIM_STEP = 0.0053  # m, the same along the rim, where they are widest
ABOVE, BESIDE = 0.27, 0.26  # shares of the rim that belong to the patch above, and to each at the sides
CORE = 0.54  # of the way to the rim that the patch in the middle reaches
SQUARE = 0.6  # 0: that patch is shaped like the outline; 1: it has straight sides


@dataclass(frozen=True)
class Shell:
    """Metres; x to the wearer's left, y up from the top of the rim, z out of the face, 0 at the cheeks."""

    points: Float  # (M, 3)
    patches: tuple[Patch, ...]  # middle, above, below, right, left
    faces: Int  # (F, 3)
    uv: Float  # (F, 3, 2) m, see `pipeline.masks.pattern.dome.unroll`
    parts: NDArray[np.uint8]  # (F,)
    rings: Int  # (K, N) vertices of lines around the middle, the last is the rim; each from the middle of
    # the top by the wearer's left


def cut_shell(design: Design, size: str) -> Shell:
    """Lays out the grids of one size."""
    cut, box = design.construction, design.sizes[size]
    assert isinstance(cut, Moulded)
    dome = find_dome(cut, box.width_mm / 1000, box.height_mm / 1000)
    wide, tall = (2 * round(share * dome.along[-1] / RIM_STEP / 2) for share in (ABOVE, BESIDE))
    # the four sides in the order in which one goes around: above, left, below, right
    corners = np.array([-ABOVE / 2, ABOVE / 2, ABOVE / 2 + BESIDE, 1 - ABOVE / 2 - BESIDE, 1 - ABOVE / 2])
    counts = (wide, tall, wide, tall)
    outer = [
        rim_at(dome, np.linspace(corners[k], corners[k + 1], count + 1)) for k, count in enumerate(counts)
    ]
    inner = [_core_side(dome, side) for side in outer]
    flange = max(1, round(cut.rim.flange_mm / 1000 / STEP))
    rows = flange + max(3, round(_body_length(dome, inner, outer) / STEP))

    middle = np.arange((tall + 1) * (wide + 1), dtype=np.int32).reshape(tall + 1, wide + 1)
    core = np.concatenate([middle[0, :-1], middle[:-1, -1], middle[-1, :0:-1], middle[:0:-1, 0]])
    rings = middle.size + np.arange(rows * core.size, dtype=np.int32).reshape(rows, core.size)
    flat = np.empty((middle.size + rings.size, 2))
    flat[middle] = _coons(inner[0], inner[1], inner[2][::-1], inner[3][::-1])
    foot, edge = (np.concatenate([side[:-1] for side in sides]) for sides in (inner, outer))
    flat[rings] = _spread(dome, foot, edge, rows - flange, flange)

    rays = np.concatenate([core[None], rings])
    rays = np.concatenate([rays, rays[:, :1]], axis=1)
    at = np.cumsum([0, *counts])
    above, left, below, right = (rays[:, at[k] : at[k + 1] + 1] for k in range(4))
    grids = [
        np.ascontiguousarray(g) for g in (middle, above[::-1], below[:, ::-1], right.T[::-1, ::-1], left.T)
    ]
    unrolled = unroll(dome, flat)
    turned = np.roll(rings, -(wide // 2), axis=1)
    clip = np.empty((0, 0), np.int32) if design.wire is None else _clip(design.wire, turned, flat)
    return Shell(
        points=np.column_stack([flat, height_over(dome, flat)]),
        patches=tuple(Patch(g, np.array([0, len(g) - 1], np.int32), np.zeros(g.shape)) for g in grids),
        faces=np.concatenate([grid_faces(g) for g in grids]),
        uv=np.concatenate([corner_values(unrolled[g]) for g in grids]),
        parts=np.concatenate([_parts(g, rings[-flange - 1 :], clip) for g in grids]),
        rings=turned,
    )


def _core_side(dome: Dome, side: Float) -> Float:
    """The side (N, 2) of the middle patch within a side (N, 2) of the rim."""
    chord = np.linspace(side[0], side[-1], len(side))
    return np.asarray(dome.apex[:2] + CORE * ((1 - SQUARE) * side + SQUARE * chord - dome.apex[:2]))


def _coons(top: Float, left: Float, bottom: Float, right: Float) -> Float:
    """The grid (R, C, 2) within four sides: ``top`` and ``bottom`` (C, 2) from the right, ``left`` and
    ``right`` (R, 2) from the top; after Coons, "Surfaces for computer-aided design of space forms", 1967."""
    v, u = np.linspace(0, 1, len(left))[:, None, None], np.linspace(0, 1, len(top))[None, :, None]
    ruled = (1 - v) * top + v * bottom + (1 - u) * right[:, None] + u * left[:, None]
    corners = (1 - v) * ((1 - u) * top[0] + u * top[-1]) + v * ((1 - u) * bottom[0] + u * bottom[-1])
    return np.asarray(ruled - corners)


def _body_length(dome: Dome, inner: list[Float], outer: list[Float]) -> float:
    """Mean length from the middle patch to the flange, along the surface."""
    foot, edge = np.concatenate(inner), np.concatenate(outer)
    line = foot + np.linspace(0, 1, 60)[:, None, None] * (edge - foot)
    body = way_out(dome, line[1:]) < 1
    return float((_steps(dome, line) * body).sum(0).mean())


def _spread(dome: Dome, foot: Float, edge: Float, body: int, flange: int) -> Float:
    """Points (body + flange, N, 2) on the lines from ``foot`` to ``edge`` (N, 2) each, equally far apart
    along the surface: ``body`` of them up to the inner edge of the flange."""
    share = np.linspace(0, 1, 241)
    line = foot + share[:, None, None] * (edge - foot)
    along = np.concatenate([np.zeros((1, len(foot))), np.cumsum(_steps(dome, line), 0)])
    out = way_out(dome, line)
    at = np.empty((body + flange, len(foot)))
    for n in range(len(foot)):
        bend = np.interp(1.0, out[:, n], along[:, n])
        steps = np.concatenate(
            [np.linspace(0, bend, body + 1)[1:], np.linspace(bend, along[-1, n], flange + 1)[1:]]
        )
        at[:, n] = np.interp(steps, along[:, n], share)
    return np.asarray(foot + at[..., None] * (edge - foot))


def _steps(dome: Dome, line: Float) -> Float:
    """Lengths (K - 1, N) along the surface over lines (K, N, 2) of the front view."""
    return np.hypot(np.linalg.norm(np.diff(line, axis=0), axis=-1), np.diff(height_over(dome, line), axis=0))


def _clip(wire: Wire, rings: Int, flat: Float) -> Int:
    """The two lines of vertices (2, C) between which the clip lies; ``rings`` as in `Shell`."""
    line = flat[rings[:, 0]]
    below = np.linalg.norm(line - line[-1], axis=1)
    upper = int(np.abs((below[1:] + below[:-1]) / 2 - wire.from_top_mm / 1000).argmin())
    along = np.linalg.norm(np.diff(flat[rings[upper]], axis=0), axis=1).mean()
    reach = round(wire.length_mm / 2000 / float(along))
    return np.asarray(rings[upper : upper + 2, np.arange(-reach, reach + 1)])


def _parts(grid: Int, flange: Int, clip: Int) -> NDArray[np.uint8]:
    """Part ids of a grid's triangles: edge on the ``flange``, wire on the ``clip``."""
    border, wired = np.isin(grid, flange), np.isin(grid, clip)
    whole, wire = (m[:-1, :-1] & m[1:, :-1] & m[1:, 1:] & m[:-1, 1:] for m in (border, wired))
    part = np.select([wire, whole], [PARTS.index("wire"), PARTS.index("edge")], PARTS.index("panel"))
    return np.repeat(part.astype(np.uint8).ravel(), 2)
