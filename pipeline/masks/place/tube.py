"""A knitted tube pulled over the head: up to the nose, its rest in folds around the neck."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipeline.masks.design.design import Design
from pipeline.masks.design.wrapped import Tube
from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids
from pipeline.masks.place.around import (
    DOWN_STEP,
    MERIDIANS,
    Meridians,
    along_ring,
    envelope_around,
    gripped,
    meridians,
    upper_edge,
    wobble,
)
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.records import PARTS, Float, Patch

STEP = 0.0068  # m, about the side of a quad
CLEARANCE = 0.004  # m between the start and the skin
TUCK = 0.7  # m of radius per m of height that it tucks in below the chin
SHOULDERS = 0.080  # m from the middle
COLLAR = 0.052  # m below the chin that a collar stands
HELD_BEHIND = np.radians(150)  # from there on the sheet stays where it is
GRIPPED = 3  # rows that lie on the nose
GRIP = 0.6
TUCKED_IN = 2  # rows that the collar holds
TAUT = 0.05  # part by which the upper edge is stretched once the knit has given way


def lay_tube(design: Design, seat: Seat, rng: np.random.Generator) -> Laid:
    """The tube on the head, stretched evenly round it."""
    cut, box = design.construction, design.sizes[seat.size]
    assert isinstance(cut, Tube)
    ears = cut.ears[int(rng.integers(len(cut.ears)))]
    girth, longest = 2 * box.width_mm / 1000, box.height_mm / 1000
    more = seat.parameters["bunching"] = float(rng.uniform(*cut.bunching))
    chin = float(seat.points.menton[1])
    collar = chin - COLLAR
    angles = np.linspace(-np.pi, np.pi, MERIDIANS)
    envelope = envelope_around(seat, ears, collar - 0.03, seat.bridge + 0.02, CLEARANCE, TUCK)
    top = upper_edge(seat, ears, angles)
    lines = meridians(envelope, angles, top, longest)
    flat = _reach(lines, np.minimum(chin - 0.004, top - 0.012))
    whole = np.maximum(_to_collar(lines, flat, collar), flat + 0.015)
    length = np.minimum(flat + (whole - flat) * (1 + more), longest)

    columns = 2 * round(girth / STEP / 2)
    rows = round(float(length.max()) / STEP)
    down = np.linspace(0, 1, rows + 1)
    waves = wobble(MERIDIANS, 3, rng) * 1.6
    rings = np.stack(
        [_ring(lines, s * length, flat, whole, length, waves, cut.folds_mm / 1000, more) for s in down]
    )
    share = np.linspace(-0.5, 0.5, columns + 1)[:-1]
    start, deep = np.empty((rows + 1, columns, 3)), np.empty(columns)
    for i, ring in enumerate(_slackened(rings, girth, seat.skin.axis_z)):
        along = along_ring(ring)
        at = share * (along[-1] - along[0]) + (along[-1] + along[0]) / 2
        start[i] = np.stack([np.interp(at, along, ring[:, k]) for k in range(3)], -1)
        if i == 0:
            deep = np.interp(at, along, length)
    return _as_laid(design, seat, start, deep, girth)


def _reach(lines: Meridians, height: Float) -> Float:
    """(K,) m along the meridians down to ``height`` (K,)."""
    above = lines.points[:, :, 1] > height[:, None]
    return np.asarray(above.sum(1) * DOWN_STEP)


def _to_collar(lines: Meridians, flat: Float, collar: float) -> Float:
    """(K,) m along the meridians down to the height ``collar``, or to where the shoulders begin."""
    steps = np.arange(lines.points.shape[1])[None]
    past = (lines.points[:, :, 1] < collar) | (np.abs(lines.points[:, :, 0]) > SHOULDERS)
    past &= steps * DOWN_STEP > flat[:, None]
    reached = np.where(past.any(1), past.argmax(1), steps[0, -1]) * DOWN_STEP
    return gaussian_filter1d(reached, 4, mode="wrap")


def _ring(
    lines: Meridians,
    at: Float,
    flat: Float,
    whole: Float,
    length: Float,
    waves: Float,
    fold: float,
    more: float,
) -> Float:
    """(K, 3) m: where the cloth lies that is ``at`` (K,) m below the upper edge. Below ``flat`` it lies in
    waves, so that ``length`` m of it reach no farther than ``whole``."""
    gathered = (length - flat) / np.maximum(whole - flat, 1e-6)
    way = np.where(at > flat, flat + (at - flat) / gathered, at)
    place = np.clip(way / DOWN_STEP, 0, lines.points.shape[1] - 1.001)
    low = place.astype(int)
    part, row = (place - low)[:, None], np.arange(len(at))
    point = lines.points[row, low] * (1 - part) + lines.points[row, low + 1] * part
    phase = 2 * np.pi * (way - flat) / fold + waves
    swell = fold / np.pi * np.sqrt(np.maximum(gathered - 1, 0)) * np.clip((way - flat) / fold, 0, 1)
    swell *= np.clip((whole - way) / (fold / 2), 0.2, 1)
    return np.asarray(point + (swell * (1 + np.cos(phase)))[:, None] * lines.outward[row, low])


def _slackened(rings: Float, girth: float, axis_z: float) -> Float:
    """Rings (R, K, 3) moved away from the axis where they are shorter than ``girth`` m, so that they are not
    pressed."""
    short = girth - np.linalg.norm(np.diff(rings, axis=1), axis=2).sum(1)
    move = gaussian_filter1d(np.maximum(short, 0) / (2 * np.pi), 3, mode="nearest")
    away = rings - [0.0, 0.0, axis_z]
    away[..., 1] = 0
    return np.asarray(rings + move[:, None, None] * away / np.linalg.norm(away, axis=2, keepdims=True))


def _as_laid(design: Design, seat: Seat, start: Float, deep: Float, girth: float) -> Laid:
    """A knit gives way: it is at ease as it is laid, but for what it still pulls around the face."""
    rows, columns = start.shape[:2]
    ids = grid_ids(rows, columns)
    closed = np.concatenate([ids, ids[:, :1]], axis=1)
    faces = grid_faces(closed)
    across = (np.arange(columns + 1) / columns - 0.5) * girth
    down = np.linspace(0, 1, rows)[:, None] * np.append(deep, deep[0])
    flat = np.stack(np.broadcast_arrays(across[None], -down), -1)
    turn = across[:-1] / girth * 2 * np.pi
    pull = 1 - TAUT * np.linspace(1, 0, rows)[:, None, None]
    rest = (start * np.concatenate([pull, np.ones_like(pull), pull], axis=2)).reshape(-1, 3)
    behind = np.abs(turn) > HELD_BEHIND
    pins = np.broadcast_to(behind.astype(float), ids.shape).copy()
    targets = start.copy()
    targets[:GRIPPED], grip = gripped(seat, start[:GRIPPED], GRIP)
    pins[:GRIPPED] = np.maximum(pins[:GRIPPED], grip)
    targets[:GRIPPED, behind] = start[:GRIPPED, behind]
    pins[-TUCKED_IN:] = 1.0
    part = np.full((rows - 1, columns), PARTS.index("panel"), np.uint8)
    bending = np.full(len(rest), seat.parameters["bending"])
    bending[ids[[0, -1]]] = seat.parameters["edge_bending"]
    front = np.flatnonzero(np.abs(turn) < np.radians(110))
    laid = start.reshape(-1, 3)
    return Laid(
        patches=(Patch(closed, np.array([0, rows - 1], np.int32), np.zeros(closed.shape)),),
        rest=rest,
        start=laid,
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
