"""A kerchief folded to a triangle, tied behind the head, its tip hanging before the chest."""

from __future__ import annotations

import numpy as np

from pipeline.masks.design.design import Design
from pipeline.masks.design.wrapped import Kerchief
from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids
from pipeline.masks.place.around import (
    DOWN_STEP,
    MERIDIANS,
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

STEP = 0.0075  # m, about the side of a quad in the middle
CLEARANCE = 0.005  # m between the start and the skin
TUCK = 0.25  # m of radius per m of height that it tucks in below the chin
GRIPPED = 3  # rows that lie on the nose
GRIP = 0.6
TAUT = 0.03  # part by which the upper edge is pulled shorter than it is laid
HELD_BEHIND = np.radians(135)  # from there on the sheet stays where it is
GATHERS = 0.003  # m, half the height of the folds that run to the knot
RIPPLES = 0.006  # m that the cloth hangs in ripples below the chin
TIP = 0.14  # m along the cloth that the tip hangs below the height of the chin, at most
BELOW = 0.30  # m below the upper edge that the envelope reaches


def lay_kerchief(design: Design, seat: Seat, rng: np.random.Generator) -> Laid:
    """The triangle around the head, gathered towards the knot."""
    cut, box = design.construction, design.sizes[seat.size]
    assert isinstance(cut, Kerchief)
    ears = cut.ears[int(rng.integers(len(cut.ears)))]
    half = box.width_mm / 2000
    # worn lower, more of it is turned in: the tip hangs before the chest, which the head model has little of
    depth = min(box.height_mm / 1000, seat.bridge - seat.points.menton[1] + TIP)
    angles = np.linspace(-np.pi, np.pi, MERIDIANS)
    envelope = envelope_around(seat, ears, seat.bridge - BELOW, seat.bridge + 0.03, CLEARANCE, TUCK)
    lines = meridians(envelope, angles, upper_edge(seat, ears, angles), depth)

    ring = along_ring(lines.points[:, 0])
    columns, rows = 2 * round(ring[-1] / STEP) + 1, round(depth / STEP)
    across = np.linspace(-1, 1, columns) * min(ring[-1], 0.98 * half)
    turn = np.interp(across, ring, angles)
    # how deep the triangle is there, and how much of that height is left where it is gathered to the knot
    deep = depth * (1 - np.abs(across) / half)
    behind = np.clip((np.abs(turn) - np.radians(40)) / (np.pi - np.radians(40)), 0, 1)
    left = 1 + behind * (np.minimum(cut.knot_mm / 1000 / deep, 1) - 1)
    down = np.linspace(0, 1, rows + 1)[:, None] * (deep * left)
    start = _on_lines(lines.points, angles, turn, down)
    ripple = RIPPLES * wobble(columns, 9, rng) * np.clip((down - 0.06) / 0.10, 0, 1)
    share = np.linspace(0, 1, rows + 1)[:, None]
    gathers = np.clip(behind / 0.35, 0, 1) * np.clip(share / 0.12, 0, 1) * np.clip((1 - share) / 0.12, 0, 1)
    phase = 2 * np.pi * cut.folds * (share + 0.06 * wobble(columns, 5, rng))
    ripple += GATHERS * gathers * (1 - np.cos(phase))
    start += ripple[..., None] * _on_lines(lines.outward, angles, turn, down)
    return _as_laid(design, seat, start, across, deep, turn)


def _on_lines(table: Float, angles: Float, turn: Float, down: Float) -> Float:
    """Values (R, C, 3) of a table over meridians (K, M, 3) at angles ``turn`` (C,), ``down`` (R, C) m."""
    step = angles[1] - angles[0]
    i = np.clip((turn - angles[0]) / step, 0, table.shape[0] - 1.001)
    j = np.clip(down / DOWN_STEP, 0, table.shape[1] - 1.001)
    k, m = i.astype(int), j.astype(int)
    u, v = (i - k)[None, :, None], (j - m)[..., None]
    k = np.broadcast_to(k, m.shape)
    upper = table[k, m] * (1 - u) + table[k + 1, m] * u
    lower = table[k, m + 1] * (1 - u) + table[k + 1, m + 1] * u
    return np.asarray(upper * (1 - v) + lower * v)


def _as_laid(design: Design, seat: Seat, start: Float, across: Float, deep: Float, turn: Float) -> Laid:
    rows, columns = start.shape[:2]
    ids = grid_ids(rows, columns)
    flat = np.stack(np.broadcast_arrays(across[None], -np.linspace(0, 1, rows)[:, None] * deep), -1)
    pull = 1 - TAUT * np.linspace(1, 0, rows)[:, None, None]
    rest = (start * np.concatenate([pull, np.ones_like(pull), pull], axis=2)).reshape(-1, 3)
    pins = np.broadcast_to((np.abs(turn) > HELD_BEHIND).astype(float), ids.shape).copy()
    targets = start.copy()
    on_skin, grip = gripped(seat, start[:GRIPPED], GRIP)
    targets[:GRIPPED][grip > 0] = on_skin[grip > 0]
    pins[:GRIPPED] = np.maximum(pins[:GRIPPED], grip)
    bending = np.full(ids.size, seat.parameters["bending"])
    bending[np.concatenate([ids[0], ids[-1]])] = seat.parameters["edge_bending"]
    faces = grid_faces(ids)
    front = np.flatnonzero(np.abs(turn) < np.radians(110))
    return Laid(
        patches=(Patch(ids, np.array([0, rows - 1], np.int32), np.zeros(ids.shape)),),
        rest=rest,
        start=start.reshape(-1, 3),
        targets=targets.reshape(-1, 3),
        pins=pins.ravel(),
        faces=faces,
        uv=corner_values(np.ascontiguousarray(flat)),
        parts=np.full(len(faces), PARTS.index("panel"), np.uint8),
        bending=bending,
        welds=np.empty((0, 2), np.int32),
        bound=np.zeros(ids.size, bool),
        upper_edge=ids[0, front],
        lower_edge=ids[-1, front],
        corners={},
    )
