"""A pleated sheet, pulled open and wrapped around the face before it is let go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from pipeline.masks.design.design import Design
from pipeline.masks.design.pleated import Pleated
from pipeline.masks.envelope import Envelope, wrap
from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids, quads_of
from pipeline.masks.pattern.pleated import LAYER_GAP, Sheet, cut_sheet, fold, wire_band
from pipeline.masks.place.fading import RIMS, fading
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.lay import lay_grid, pressed, profile_length
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.stiffness import bending_stiffness
from pipeline.records import PARTS, Float, Int, Patch

CLEARANCE = 0.010  # m between the start and the skin
LOW_CLEARANCE = 0.004
"""m: the same under nose and mouth, so that the sheet starts behind the tip of the nose, and at the chin"""
TUCK = 2.0  # m that the sheet runs back for every one down under the chin, where its edge is to hook
PEAK = ((0.012, 0.33), (np.inf, 0.20))  # m that the upper edge runs back from the bridge, m it falls on each
PRESSED_DEPTH = 0.025  # m that the wire is pressed into the hollows beside the nose
DEPTH = {"pressed": PRESSED_DEPTH, "unbent": 0.0, "under glasses": 0.030}
PRESSED_BAND = (0.003, 0.007)  # m below the upper edge: what is pressed where there is no wire
OPENING = (0.06, 0.95)  # of the pleats in the middle
HELD = (0.95, 0.95)  # how firmly the wire holds its shape: where fingers press it to the nose, beyond
SLING = 0.10  # weight that keeps a mask under the chin, which little holds, from swinging
LEVEL = np.radians((3, 6))  # tilt up to which the wire keeps its shape, and from which only on the nose
WELD = 0.0024  # m: layers closer than this are held together where the edge binds them
BAND = 3.0  # times as stiff as the sheet is the band along the top: folded over, and around a wire
DRAWN_UP = 0.6  # of the way from the ear to the upper corner: how near the loops pull the lower corner to it


def lay_pleated(design: Design, seat: Seat, rng: np.random.Generator) -> Laid:
    """The sheet wrapped around the face, its pleats open in the middle so that it reaches below the chin."""
    cut = design.construction
    assert isinstance(cut, Pleated)
    parameters = seat.parameters
    parameters["memory"] = rng.uniform(*cut.pleats.memory)
    sheet = cut_sheet(design, seat.size)
    ids = grid_ids(sheet.rows.size, sheet.columns.size)
    faces = grid_faces(ids)
    envelope = _around(seat)

    half = sheet.columns[-1]
    pressing = pressed(seat.skin, clearance=0.0010, depth=DEPTH[seat.worn.wire])
    bent = seat.worn.measured_from == "eyes" and seat.worn.wire != "unbent"
    parameters["peak"] = float(np.clip(rng.normal(1.0, 0.3), 0.3, 1.7)) if bent else 0.0
    top = seat.bridge - parameters["peak"] * _fall(pressing, seat.bridge, np.abs(sheet.columns))
    top += parameters["corners_up_m"] * np.abs(sheet.columns / half) ** 1.5
    top += np.tan(seat.tilt) * sheet.columns
    middle = profile_length(envelope, seat.bridge, seat.points.menton[1]) + seat.below_chin
    hidden = 2 * sheet.lengths[1::2].sum()
    open_middle = float(np.clip((middle - sheet.height) / hidden, *OPENING))
    seal = half - cut.edges.side_mm / 1000
    opening = open_middle * np.clip(1 - (sheet.columns / seal) ** 2, 0, 1)
    parameters["opening"] = open_middle
    across = sheet.columns + seat.sideways
    start = lay_grid(envelope, across, *fold(sheet, opening), top)
    shut_down, shut_out = fold(sheet, parameters["memory"] * np.clip(1 - (sheet.columns / seal) ** 2, 0, 1))
    rest = np.stack([np.broadcast_to(sheet.columns, shut_down.shape), -shut_down, shut_out], -1)

    targets, pins = start.copy(), np.zeros(ids.shape)
    held = _held(design, seat, np.abs(sheet.columns), half)
    if held.any():
        rows = np.flatnonzero(sheet.rows <= (wire_band(design) or PRESSED_BAND)[1] + 1e-9)
        targets[rows] = lay_grid(pressing, across, *fold(sheet, opening), top)[rows]
        pins[rows] = held
    if seat.worn.measured_from == "chin":
        pins = np.maximum(pins, SLING)
    rest, start, targets = (points.reshape(-1, 3) for points in (rest, start, targets))
    bound = np.zeros(len(rest), bool)
    bound[faces[sheet.parts != PARTS.index("panel")]] = True
    corners = _corners(sheet, ids, design.fasteners.inset_mm / 1000)
    flat = np.stack(np.broadcast_arrays(sheet.columns[None], -sheet.rows[:, None]), -1)
    return Laid(
        patches=(Patch(ids, _creases(sheet), _apart(sheet, cut.edges.side_mm / 1000)),),
        rest=rest,
        start=start,
        targets=targets,
        pins=pins.ravel(),
        faces=faces,
        uv=corner_values(flat),
        parts=sheet.parts,
        bending=bending_stiffness(rest, faces, sheet.parts, parameters),
        welds=_welds(
            start, flat.reshape(-1, 2), np.unique(quads_of(faces)[sheet.parts[::2] == PARTS.index("edge")])
        ),
        bound=bound,
        upper_edge=ids[0],
        lower_edge=ids[-1],
        corners=corners,
        # what is pulled down off the nose hangs from its loops, and does not draw its lower corners up
        seats=_seats(seat, start, corners) if seat.worn.measured_from == "eyes" else None,
        stiffness=np.where(sheet.rows < cut.edges.top_mm / 1000 + 1e-9, BAND, 1.0).repeat(sheet.columns.size),
    )


def _around(seat: Seat) -> Envelope:
    """Where the sheet starts: wide around a nose that it is to lie on, near below the chin."""
    if seat.worn.measured_from == "chin":
        return wrap(seat.skin, LOW_CLEARANCE, steepest=1.0)
    face = wrap(seat.skin, LOW_CLEARANCE, steepest=TUCK)
    if seat.worn.measured_from == "nose":
        return face
    chin, nose = seat.points.menton[1], seat.points.nose_base[1]
    more = (CLEARANCE - LOW_CLEARANCE) * np.clip((face.heights - chin) / (nose - chin), 0, 1)
    return replace(face, radius=face.radius + more[:, None])


def _seats(seat: Seat, start: Float, corners: dict[str, Int]) -> dict[str, Float]:
    """(3,) m each, head frame: where the corners come to lie. The upper ones lie there from the start; the
    loops pull the lower ones up towards the ears until they are about as near to them as the upper ones."""
    seats = {}
    for crease, name in zip(seat.points.ear_creases, ("left", "right"), strict=True):
        upper, lower = (start[corners[f"{height} {name}"][1]].mean(0) for height in ("upper", "lower"))
        way = lower - crease[-1]
        near = DRAWN_UP * np.linalg.norm(upper - crease[0]) / np.linalg.norm(way)
        seats[f"upper {name}"], seats[f"lower {name}"] = upper, crease[-1] + near * way
    return seats


def _held(design: Design, seat: Seat, off: Float, half: float) -> Float:
    """(C,) weights with which the upper edge is held where it was pressed, ``off`` m from its middle."""
    if seat.worn.wire == "under glasses":
        return HELD[0] * fading(off, RIMS, 0.2 * RIMS)
    if design.wire is None or seat.worn.wire == "unbent":
        return np.zeros_like(off)
    nose, wire = design.wire.pressed_mm / 1000, min(design.wire.length_mm / 2000, half)
    # the loops straighten a mask that sits askew
    beyond = HELD[1] * float(np.interp(abs(seat.tilt), LEVEL, (1.0, 0.0)))
    return np.maximum(HELD[0] * fading(off, nose, 0.6 * nose), beyond * fading(off, wire, 0.25 * wire))


def _fall(skin: Envelope, height: float, across: Float) -> Float:
    """(C,) m that the upper edge lies below its middle, ``across`` m along it: a straight edge laid over the
    sloping ridge of the nose falls as it runs back on either side."""
    angle = skin.angles[skin.angles >= 0]
    line = skin.point(np.full(angle.size, height), angle, skin.at(np.full(angle.size, height), angle))
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    back = np.interp(across, along, np.maximum.accumulate(line[0, 2] - line[:, 2]))
    fall, before = np.zeros(across.size), 0.0
    for until, slope in PEAK:
        fall += slope * np.clip(back - before, 0, until - before)
        before = until
    return fall


def _creases(sheet: Sheet) -> Int:
    """Rows between two segments, and the two edges."""
    inner = np.flatnonzero(np.diff(sheet.segment)) + 1
    return np.array([0, *inner, sheet.rows.size - 1], np.int32)


def _apart(sheet: Sheet, side: float) -> Float:
    """(R, C) m off the skin that sets the layers of the shut pleats apart where the side strips of width
    ``side`` m, which the solver sews together to nothing, hold them."""
    _, out = fold(sheet, np.zeros(sheet.columns.size))
    inner = sheet.columns[-1] - np.abs(sheet.columns)
    weight = np.clip(2 - inner / side, 0, 1)
    return np.asarray(weight * (out - LAYER_GAP / 2))


def _welds(start: Float, flat: Float, edge: Int) -> Int:
    """Pairs of vertices (P, 2) that the edge binds together: they lie on one another at the start."""
    pairs = edge[cKDTree(start[edge]).query_pairs(WELD, output_type="ndarray")]
    away = np.abs(flat[pairs[:, 0], 1] - flat[pairs[:, 1], 1])
    side = np.abs(flat[pairs[:, 0], 0] - flat[pairs[:, 1], 0])
    return np.sort(pairs[(away > 2 * WELD) & (side < 1e-4)], axis=1).astype(np.int32)


def _corners(sheet: Sheet, ids: Int, inset: float) -> dict[str, Int]:
    first = max(1, int(np.searchsorted(sheet.rows, inset)))
    last = sheet.rows.size - 2 - first
    return {
        f"{height} {side}": np.stack([ids[row : row + 2, inner], ids[row : row + 2, outer]])
        for height, row in (("upper", first), ("lower", last))
        for side, inner, outer in (("left", -3, -1), ("right", 2, 0))
    }
