"""A knitted tube pulled over the head: up to the nose, its rest in folds around the neck."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipeline.masks.design.design import Design
from pipeline.masks.design.wrapped import Tube
from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids
from pipeline.masks.place.around import ON_SKIN, beside_ears, hold_edge
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.sleeve import kept_off, room_down, sleeve_around
from pipeline.records import PARTS, Float, Patch

STEP = 0.008  # m, about the side of a quad
CLEARANCE = 0.004  # m between the start and the skin
MOST_OVER_EARS = 0.12  # part by which a tube is stretched over the ears; a tighter one goes under them
TURNED_UP = 0.006  # m above the shoulders, where it ends beside and behind the neck
ABOVE_CHIN = 0.025  # m above it, where the start turns down
SHORTEST = 0.030  # m of it behind the head
HELD_BEHIND = np.radians(172)  # from there on the sheet stays where it is


def lay_tube(design: Design, seat: Seat, rng: np.random.Generator) -> Laid:
    """The tube on a sleeve around the head, from which it falls to neck and chest."""
    cut, box = design.construction, design.sizes[seat.size]
    assert isinstance(cut, Tube)
    ears = cut.ears[int(rng.integers(len(cut.ears)))]
    girth, longest = 2 * box.width_mm / 1000, box.height_mm / 1000
    hang = seat.parameters["hangs_m"] = float(rng.uniform(*cut.hangs_mm)) / 1000
    sleeve = sleeve_around(seat, beside_ears(seat, ears), CLEARANCE, girth)
    if ears == "over" and sleeve.girth > (1 + MOST_OVER_EARS) * girth:
        sleeve = sleeve_around(seat, beside_ears(seat, "under"), CLEARANCE, girth)
    columns = 2 * round(girth / STEP / 2)
    share = np.linspace(-0.5, 0.5, columns + 1)[:-1]
    chin = max(seat.bridge - float(seat.points.menton[1]), 0.0) / -sleeve.down[1]
    free = max(chin - ABOVE_CHIN, 0.0)
    whole = np.linspace(0, min(chin + hang, longest), 40)
    room = room_down(
        seat, sleeve.hang(share * sleeve.girth, np.tile(whole[:, None], columns), free, seat.gravity)
    )
    deep = np.maximum(gaussian_filter1d(whole[room], columns / 30, mode="wrap") - TURNED_UP, SHORTEST)
    down = np.linspace(0, 1, round(float(deep.max()) / STEP) + 1)[:, None] * deep
    hung = sleeve.hang(share * sleeve.girth, down, free, seat.gravity)
    start = kept_off(seat, hung, CLEARANCE / 2)
    tied = start - (sleeve.off - ON_SKIN) * sleeve.outward(share * sleeve.girth)
    return _as_laid(design, seat, start, tied, deep, girth)


def _as_laid(design: Design, seat: Seat, start: Float, tied: Float, deep: Float, girth: float) -> Laid:
    """At ease it is a tube as round as it was knitted, cut where ``deep`` (C,) m of it end."""
    rows, columns = start.shape[:2]
    ids = grid_ids(rows, columns)
    closed = np.concatenate([ids, ids[:, :1]], axis=1)
    faces = grid_faces(closed)
    across = (np.arange(columns + 1) / columns - 0.5) * girth
    down = np.linspace(0, 1, rows)[:, None] * np.append(deep, deep[0])
    flat = np.stack(np.broadcast_arrays(across[None], -down), -1)
    turn = across[:-1] / girth * 2 * np.pi
    radius = girth / (2 * np.pi)
    round_it = np.stack([np.sin(turn), np.zeros(columns), np.cos(turn)], -1) * radius
    rest = (round_it[None] + flat[:, :-1, 1:] * [0.0, 1.0, 0.0]).reshape(-1, 3)
    behind = np.abs(turn) > HELD_BEHIND
    pins = np.broadcast_to(behind.astype(float), ids.shape)
    targets, pins = hold_edge(seat, start, tied, pins, across[:-1], np.ones(columns, np.bool_))
    part = np.full((rows - 1, columns), PARTS.index("panel"), np.uint8)
    bending = np.full(len(rest), seat.parameters["bending"])
    bending[ids[[0, -1]]] = seat.parameters["edge_bending"]
    front = np.flatnonzero(np.abs(turn) < np.radians(110))
    return Laid(
        patches=(Patch(closed, np.array([0, rows - 1], np.int32), np.zeros(closed.shape)),),
        rest=rest,
        start=start.reshape(-1, 3),
        targets=targets.reshape(-1, 3),
        pins=pins.ravel(),
        faces=faces,
        uv=corner_values(np.ascontiguousarray(flat)),
        parts=np.repeat(part.ravel(), 2),
        bending=bending,
        welds=np.empty((0, 2), np.int32),
        bound=np.zeros(len(rest), bool),
        upper_edge=ids[0, front],
        lower_edge=ids[-1, front],
        corners={},
    )
