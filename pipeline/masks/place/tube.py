"""A knitted tube pulled over the head: up to the nose, its rest in folds around the neck."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipeline.masks.design.design import Design
from pipeline.masks.design.wrapped import Tube
from pipeline.masks.envelope import Envelope
from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids
from pipeline.masks.place.around import ON_SKIN, beside_ears, hold_edge
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.rings import gathered, rings_around, wrapping
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.sleeve import kept_off, room_down
from pipeline.records import PARTS, Float, Patch

STEP = 0.008  # m around, about the side of a quad
ROW = 0.0055  # m down, where it is gathered
CLEARANCE = 0.004  # m between the start and the skin
TURNED_UP = 0.006  # m above the shoulders, where it ends beside and behind the neck
UNDER_JAW = 0.025  # m below the chin
BEHIND = 0.075  # m of it behind the head where the shoulders leave room
SHORTEST = 0.030  # m of it behind the head
DEEP = 0.006  # m: height of the gathers below the chin
STEEPEST = 0.6  # m per m that its upper edge falls towards the ears
LEVEL_BEHIND = 0.3  # part of that behind the ears


def lay_tube(design: Design, seat: Seat, rng: np.random.Generator) -> Laid:
    """The tube on rings around head and neck, in gathers below the chin."""
    cut, box = design.construction, design.sizes[seat.size]
    assert isinstance(cut, Tube)
    ears = cut.ears[int(rng.integers(len(cut.ears)))]
    girth, longest = 2 * box.width_mm / 1000, box.height_mm / 1000
    hang = seat.parameters["hangs_m"] = float(rng.uniform(*cut.hangs_mm)) / 1000
    around, chin = wrapping(seat, CLEARANCE), float(seat.points.menton[1])
    top = _upper_edge(seat, around, beside_ears(seat, ears))
    ahead = (1 + np.cos(around.angles)) / 2
    front = max(min(chin, seat.bridge) - hang, seat.bridge - longest)
    low = (top - BEHIND) * (1 - ahead) + front * ahead
    columns = 2 * round(girth / STEP / 2)
    trial = rings_around(around, top, low, np.full(40, cut.neck * girth), columns)
    # under the jaw it is moved out of the skin; farther down, and behind, it ends on the shoulders
    ends = (trial.points[..., 1] < chin - UNDER_JAW) | (np.abs(trial.angle) > np.pi / 2)
    last = room_down(seat, trial.points, ends)
    room = trial.points[last, np.arange(columns), 1] + np.where(last < 39, TURNED_UP, 0.0)
    room = gaussian_filter1d(room, columns / 30, mode="wrap")
    low = np.minimum(np.interp(around.angles, trial.angle[-1], room, period=2 * np.pi), top - SHORTEST)
    deep = float((top - low).max())
    free = min(max(seat.bridge - chin, 0.0), deep - SHORTEST)
    narrowing = np.clip((np.linspace(0, deep, round(1.2 * deep / ROW) + 1) - free) / (deep - free), 0, 1)
    wide = girth + narrowing * (cut.neck * girth - girth)
    rings = rings_around(around, top, low, wide, columns)
    start = kept_off(seat, gathered(rings, chin - rings.points[..., 1], DEEP, rng), CLEARANCE / 2)
    tied = rings.points - (CLEARANCE - ON_SKIN) * rings.outward
    return _as_laid(design, seat, start, tied, wide)


def _upper_edge(seat: Seat, around: Envelope, beside: float) -> Float:
    """Heights (A,) m of an edge that leads from the bridge of the nose past the ears at ``beside`` m."""
    front = float(around.at(np.array([seat.bridge]), np.zeros(1))[0])
    slope = float(np.clip((seat.bridge - beside) / front, -STEEPEST, STEEPEST))
    height = np.full(around.angles.size, seat.bridge)
    for _ in range(3):
        radius = around.at(height, around.angles)
        ahead = radius * np.cos(around.angles)
        height = seat.bridge - slope * (front - np.maximum(ahead, ahead * LEVEL_BEHIND))
        height = height + np.tan(seat.tilt) * radius * np.sin(around.angles)
    return np.asarray(height)


def _as_laid(design: Design, seat: Seat, start: Float, tied: Float, girth: Float) -> Laid:
    """At ease every ring is as long as it was knitted, ``girth`` (R,) m, in the shape in which it is laid."""
    rows, columns = start.shape[:2]
    ids = grid_ids(rows, columns)
    closed = np.concatenate([ids, ids[:, :1]], axis=1)
    faces = grid_faces(closed)
    step = np.linalg.norm(np.diff(start, axis=0), axis=2)
    step = gaussian_filter1d(step, 2.5, axis=1, mode="wrap")
    down = np.concatenate([np.zeros((1, columns)), np.cumsum(step, axis=0)])
    down = np.concatenate([down, down[:, :1]], axis=1)
    share = np.arange(columns + 1) / columns - 0.5
    flat = np.stack([share * girth[:, None], -down], -1)
    rest = _at_ease(start, girth).reshape(-1, 3)
    turn = share[:-1] * 2 * np.pi
    targets, pins = hold_edge(
        seat, start, tied, np.zeros(ids.shape), share[:-1] * girth[0], np.ones(columns, np.bool_)
    )
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


def _at_ease(start: Float, girth: Float) -> Float:
    """Rings (R, C, 3) m at their heights, drawn together until they are ``girth`` (R,) m long."""
    middle = start.mean(1, keepdims=True)
    rest = start.copy()
    for _ in range(20):
        whole = np.linalg.norm(np.diff(rest, axis=1, append=rest[:, :1]), axis=2).sum(1)
        part = (girth / whole)[:, None, None]
        rest = middle + (rest - middle) * np.where([True, False, True], part, 1.0)
    return rest
