"""Where cloth that goes all the way around the head passes the ears, and what holds it on the nose."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.masks.anatomy import faces_without_ears
from pipeline.masks.place.seat import Seat
from pipeline.masks.proximity import closest, prepare
from pipeline.records import Float

Ears = Literal["over", "under"]
ON_SKIN = 0.0014  # m off the skin, where the middle of the cloth lies
RIDGE = 0.010  # m to either side that the ridge of the nose grips cloth
GRIPPED = 3  # rows that lie on the nose
CLING = 0.4  # how firmly the upper edge is held by the friction that the solver lacks
UNDER_JAW = 0.010  # m above its middle, where the edge runs around the neck alone
PAST_LOBE = 0.014  # m below the ear lobes, where cloth passes under the ears


def beside_ears(seat: Seat, ears: Ears) -> float:
    """Height (m) at which an upper edge passes the ears."""
    lobe = float(np.mean([crease[:, 1].min() for crease in seat.points.ear_creases]))
    beside = float(seat.points.tragions[:, 1].mean()) + 0.004 if ears == "over" else lobe - PAST_LOBE
    return min(beside, seat.bridge + UNDER_JAW) if seat.worn.measured_from == "chin" else beside


def hold_edge(
    seat: Seat, start: Float, targets: Float, pins: Float, across: Float, clings: NDArray[np.bool_]
) -> tuple[Float, Float]:
    """``targets`` (R, C, 3) m and ``pins`` (R, C) of a sheet, with its upper edge held on the face.

    ``start`` (R, C, 3) m is where it starts, ``across`` (C,) m from the middle. The edge clings to its
    targets where ``clings`` (C,). On the ridge of the nose it is held altogether: the middle of the start
    is laid there and takes its neighbours along, so that nothing is stretched.
    """
    targets, pins = targets.copy(), pins.copy()
    middle = int(np.abs(across).argmin())
    near = closest(prepare(seat.head, faces_without_ears()), start[:GRIPPED, middle])
    laid = start[:GRIPPED] - ((near.distance - ON_SKIN)[:, None] * near.normal)[:, None]
    grip = np.clip(1 - np.abs(across) / RIDGE, 0, 1)
    targets[:GRIPPED, grip > 0] = laid[:, grip > 0]
    pins[:GRIPPED] = np.maximum(pins[:GRIPPED], np.maximum(grip, CLING * clings))
    return targets, pins
