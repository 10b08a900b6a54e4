"""A kerchief folded to a triangle, tied behind the head, its tip hanging before the chest.

At ease it has the folds in which it is laid, its lengths within some percent of the flat cloth's: thin cotton
that was drawn together by hand stays so, and the solver has only to make it hang.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.interpolate import RegularGridInterpolator
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import brentq
from scipy.special import j0

from pipeline.masks.anatomy import faces_without_ears
from pipeline.masks.design.design import Design
from pipeline.masks.design.wrapped import Kerchief
from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids
from pipeline.masks.place.around import ON_SKIN, beside_ears, hold_edge
from pipeline.masks.place.knot import Knot, tie
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.sleeve import kept_off, sleeve_around
from pipeline.masks.proximity import closest, prepare
from pipeline.records import PARTS, Float, Patch

STEP = 0.009  # m, about the side of a quad in the middle
CLEARANCE = 0.005  # m between the start and the skin
TAUT = 0.035  # part by which the upper edge is pulled longer than it is
APART = 0.003  # m from either end to the middle behind: vertices that coincide would be welded
LOOSEST = 1.08  # times as long as it is that it is laid at first
TIED = 0.06  # m of it at either end, at least, that are tied
KNOT = 0.018  # m of it at either end that are drawn into the knot, where cloth lies in cloth
UNGATHERED = 0.9  # of the way from the corner to the middle, beyond which it lies flat
ABOVE_CHIN = 0.025  # m above the chin, where the start turns down
BESIDE_FACE = 0.6  # of the way to the knot, up to which its edges count as those of a mask
CHEEKS = 0.11  # m to either side that it is drawn back where it lies on the ridge of the nose
LONGEST_TAIL = 0.09  # m
FOLD = 0.055  # m along the cloth from one upright fold to the next
FOLDED = 0.16  # m to either side of the middle that they reach
LEANING = 0.75  # rad that the sides of the deepest lean
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
    # laid off the skin it is longer than at ease: its true length is halfway
    reach = min((sleeve.tight / (1 + TAUT) + sleeve.girth) / 4, half - TIED)
    columns, rows = 2 * round(reach / STEP) + 1, round(depth / STEP)
    across = np.linspace(-reach, reach, columns)
    down = np.linspace(0, 1, rows + 1)[:, None] * (depth * (1 - np.abs(across) / half))
    along, below, off = _gathered(across, down, half, depth, half - reach, cut)
    along *= min((sleeve.girth / 2 - APART) / reach, LOOSEST)
    free = max(chin - ABOVE_CHIN, 0.0)
    along, ripple = _rippled(along, np.clip((below - free / 2) / (depth - free / 2), 0, 1), rng)
    out = sleeve.outward(along)
    hung = sleeve.hang(along, below, free, seat.gravity) + (off + ripple)[..., None] * out
    start = kept_off(seat, _on_nose(seat, hung, across), CLEARANCE / 2)
    tied = kept_off(seat, start - (sleeve.off - ON_SKIN) * out, ON_SKIN)
    height, corner = cut.knot_mm / 1000, np.array([half, 0.0])
    middle = (tied[:, 0] + tied[:, -1]).mean(0) / 2
    behind = out[0, 0] + out[0, -1]
    tail = min(half - reach, LONGEST_TAIL)
    knot = tie(seat, middle, behind / np.linalg.norm(behind), height, tail, corner, rng)
    # it was folded by hand, and keeps that shape: laid so on a sleeve that is narrower than the head
    at_ease = start - (sleeve.off - ON_SKIN + TAUT * sleeve.tight / (2 * np.pi)) * out
    return _as_laid(design, seat, start, tied, at_ease, across, down, knot)


def _on_nose(seat: Seat, hung: Float, across: Float) -> Float:
    """Points (R, C, 3) m, drawn back to the ridge of the nose: the sleeve stands off it above the tip. The
    cheeks' part follows, so that the upper edge gets shorter, not longer."""
    middle = int(np.abs(across).argmin())
    near = closest(prepare(seat.head, faces_without_ears()), hung[:, middle])
    first = int(near.distance.argmin())
    lack = np.where(np.arange(len(hung)) < first, np.maximum(near.distance - CLEARANCE, 0), 0)
    back = gaussian_filter1d(lack[:, None] * near.normal * [0, 1, 1], 1.0, axis=0, mode="nearest")
    share = (1 + np.cos(np.pi * np.clip(across / CHEEKS, -1, 1))) / 2
    return np.asarray(hung - back[:, None] * share[:, None])


def _rippled(along: Float, share: Float, rng: np.random.Generator) -> tuple[Float, Float]:
    """Places ``along`` (R, C) m the sleeve drawn together in upright folds, the more the greater ``share``
    (R, C), and how far off it they lie, m. No thread gets longer or shorter."""
    phase = 2 * np.pi * along / FOLD + rng.uniform(0, 2 * np.pi) + rng.normal() * np.sin(along / FOLD)
    beside = np.clip((FOLDED - np.abs(along)) / (0.4 * FOLDED), 0, 1)
    lean = LEANING * share * beside * np.sin(phase)
    step = np.gradient(along, axis=1)
    middle = along.shape[1] // 2
    drawn, lifted = (np.cumsum(rate * step, axis=1) for rate in (np.cos(lean) - 1, np.sin(lean)))
    drawn, lifted = (table - table[:, middle, None] for table in (drawn, lifted))
    return along + drawn, lifted


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


def _as_laid(
    design: Design, seat: Seat, start: Float, tied: Float, rest: Float, across: Float, down: Float, knot: Knot
) -> Laid:
    rows, columns = start.shape[:2]
    ids = grid_ids(rows, columns)
    flat = np.stack(np.broadcast_arrays(across[None], -down), -1)
    bound = np.broadcast_to(np.abs(across) > across[-1] - KNOT, ids.shape)
    pins = bound.astype(float)
    face = np.abs(across) < BESIDE_FACE * across[-1]
    targets, pins = hold_edge(seat, start, tied, pins, across, face)
    bending = np.full(ids.size, seat.parameters["bending"])
    bending[np.concatenate([ids[0], ids[-1]])] = seat.parameters["edge_bending"]
    faces = grid_faces(ids)
    parts = np.where(bound.ravel()[faces].any(1), PARTS.index("edge"), PARTS.index("panel"))
    front, count, more = np.flatnonzero(face), np.int32(ids.size), len(knot.points)
    sheet = Patch(ids, np.array([0, rows - 1], np.int32), np.zeros(ids.shape))
    return Laid(
        patches=(sheet, *(replace(patch, ids=patch.ids + count) for patch in knot.patches)),
        rest=np.concatenate([rest.reshape(-1, 3), knot.points]),
        start=np.concatenate([start.reshape(-1, 3), knot.points]),
        targets=np.concatenate([targets.reshape(-1, 3), knot.points]),
        pins=np.concatenate([pins.ravel(), np.ones(more)]),
        faces=np.concatenate([faces, knot.faces + count]),
        uv=np.concatenate([corner_values(np.ascontiguousarray(flat)), knot.uv]),
        parts=np.concatenate([parts, np.full(len(knot.faces), PARTS.index("edge"))]).astype(np.uint8),
        bending=np.concatenate([bending, np.full(more, seat.parameters["bending"])]),
        welds=np.empty((0, 2), np.int32),
        bound=np.concatenate([bound.ravel(), np.ones(more, np.bool_)]),
        upper_edge=ids[0, front],
        lower_edge=ids[-1, front],
        corners={},
    )
