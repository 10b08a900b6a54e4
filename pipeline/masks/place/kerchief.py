"""A kerchief folded to a triangle, tied behind the head, its tip hanging before the chest."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import RegularGridInterpolator
from scipy.optimize import brentq
from scipy.special import j0

from pipeline.masks.design.design import Design
from pipeline.masks.design.wrapped import Kerchief
from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids
from pipeline.masks.place.around import ON_SKIN, beside_ears, hold_edge
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.sleeve import kept_off, sleeve_around
from pipeline.records import PARTS, Float, Patch

STEP = 0.009  # m, about the side of a quad in the middle
CLEARANCE = 0.005  # m between the start and the skin
TAUT = 0.015  # part by which the upper edge is pulled longer than it is
APART = 0.003  # m from either end to the middle behind: vertices that coincide would be welded
LOOSEST = 1.08  # times as long as it is that it is laid at first
TIED = 0.06  # m of it at either end, at least, that are tied
KNOT = 0.018  # m of it at either end that are drawn into the knot, where cloth lies in cloth
UNGATHERED = 0.9  # of the way from the corner to the middle, beyond which it lies flat
ABOVE_CHIN = 0.025  # m above the chin, where the start turns down
BESIDE_FACE = 0.6  # of the way to the knot, up to which its edges count as those of a mask
TIGHTEST = 0.45  # of its width to which cloth is gathered


def lay_kerchief(design: Design, seat: Seat, rng: np.random.Generator) -> Laid:
    """The triangle on a sleeve around the head, gathered towards the knot, its tip hanging down."""
    cut, box = design.construction, design.sizes[seat.size]
    assert isinstance(cut, Kerchief)
    ears = cut.ears[int(rng.integers(len(cut.ears)))]
    hang = seat.parameters["hangs_m"] = float(rng.uniform(*cut.hangs_mm)) / 1000
    sleeve = sleeve_around(seat, beside_ears(seat, ears), CLEARANCE, 0.0)
    half, chin = box.width_mm / 2000, (seat.bridge - float(seat.points.menton[1])) / -sleeve.down[1]
    depth = min(box.height_mm / 1000, max(chin, 0.0) + hang)
    reach = min(sleeve.tight / (1 + TAUT) / 2, half - TIED)
    columns, rows = 2 * round(reach / STEP) + 1, round(depth / STEP)
    across = np.linspace(-reach, reach, columns)
    down = np.linspace(0, 1, rows + 1)[:, None] * (depth * (1 - np.abs(across) / half))
    along, below, off = _gathered(across, down, half, depth, half - reach, cut)
    along *= min((sleeve.girth / 2 - APART) / reach, LOOSEST)
    free, out = max(chin - ABOVE_CHIN, 0.0), sleeve.outward(along)
    hung = sleeve.hang(along, below, free, seat.gravity) + off[..., None] * out
    start = kept_off(seat, hung, CLEARANCE / 2)
    return _as_laid(design, seat, start, start - (sleeve.off - ON_SKIN) * out, across, down)


def _gathered(
    across: Float, down: Float, half: float, depth: float, tied: float, cut: Kerchief
) -> tuple[Float, Float, Float]:
    """Where cloth lies that is ``across`` (C,) and ``down`` (R, C) m on the flat triangle: m along the upper
    edge, below it, and off the sleeve, (R, C) each.

    Every line to the corner keeps its length and turns up towards the edge; the fan of these lines lies in
    folds, the closer the nearer the corner, so that ``tied`` m from there it is as high as the knot.
    """
    x = half - np.abs(np.broadcast_to(across, down.shape))
    far, angle = np.hypot(x, down), np.arctan2(down, x)
    widest = float(np.arctan2(depth, half))
    knot = max(cut.knot_mm / 1000 / (tied * widest), TIGHTEST)
    width = knot + (1 - knot) * np.clip((far - tied) / (UNGATHERED * half - tied), 0, 1) ** 1.4
    widths, share = np.linspace(TIGHTEST, 1, 40), np.linspace(0, 1, 400)
    lean = np.array([brentq(lambda a, w=w: j0(a) - w, 0.0, 2.2) for w in widths])[:, None]
    lean = lean * np.sin(2 * np.pi * round(cut.folds) * share)
    step = share[1]
    turned, lifted = ((np.cumsum(rate, axis=1) - rate) * step for rate in (np.cos(lean), np.sin(lean)))
    place = np.stack([np.minimum(width, 1.0), np.clip(angle / widest, 0, 1)], -1)
    turned, lifted = (RegularGridInterpolator((widths, share), table)(place) for table in (turned, lifted))
    turned = turned * widest
    return np.sign(across) * (half - far * np.cos(turned)), far * np.sin(turned), far * widest * lifted


def _as_laid(design: Design, seat: Seat, start: Float, tied: Float, across: Float, down: Float) -> Laid:
    rows, columns = start.shape[:2]
    ids = grid_ids(rows, columns)
    flat = np.stack(np.broadcast_arrays(across[None], -down), -1)
    rest = np.concatenate([flat, np.zeros((*ids.shape, 1))], axis=2).reshape(-1, 3)
    pins = np.zeros(ids.shape)
    pins[:, [0, -1]] = 1.0
    face = np.abs(across) < BESIDE_FACE * across[-1]
    targets, pins = hold_edge(seat, start, tied, pins, across, face)
    bound = np.broadcast_to(np.abs(across) > across[-1] - KNOT, ids.shape)
    bending = np.full(ids.size, seat.parameters["bending"])
    bending[np.concatenate([ids[0], ids[-1]])] = seat.parameters["edge_bending"]
    faces = grid_faces(ids)
    parts = np.where(bound.ravel()[faces].any(1), PARTS.index("edge"), PARTS.index("panel"))
    front = np.flatnonzero(face)
    return Laid(
        patches=(Patch(ids, np.array([0, rows - 1], np.int32), np.zeros(ids.shape)),),
        rest=rest,
        start=start.reshape(-1, 3),
        targets=targets.reshape(-1, 3),
        pins=pins.ravel(),
        faces=faces,
        uv=corner_values(np.ascontiguousarray(flat)),
        parts=parts.astype(np.uint8),
        bending=bending,
        welds=np.empty((0, 2), np.int32),
        bound=bound.ravel().copy(),
        upper_edge=ids[0, front],
        lower_edge=ids[-1, front],
        corners={},
    )
