"""Where cloth that goes all the way around the head passes the ears, and what holds it on the nose."""

from __future__ import annotations

from typing import Literal

import numpy as np

from pipeline.masks.anatomy import faces_without_ears
from pipeline.masks.place.seat import Seat
from pipeline.masks.proximity import closest, prepare
from pipeline.records import Float

Ears = Literal["over", "under"]
ON_SKIN = 0.0014  # m off the skin, where the middle of the cloth lies
RIDGE = 0.010  # m to either side that the ridge of the nose grips cloth
UNDER_JAW = 0.010  # m above its middle, where the edge runs around the neck alone
PAST_LOBE = 0.010  # m below the ear lobes, where cloth passes under the ears


def beside_ears(seat: Seat, ears: Ears) -> float:
    """Height (m) at which an upper edge passes the ears."""
    lobe = float(np.mean([crease[:, 1].min() for crease in seat.points.ear_creases]))
    beside = float(seat.points.tragions[:, 1].mean()) + 0.004 if ears == "over" else lobe - PAST_LOBE
    return min(beside, seat.bridge + UNDER_JAW) if seat.worn.measured_from == "chin" else beside


def gripped(seat: Seat, start: Float, across: Float, firmly: float) -> tuple[Float, Float]:
    """Where the ridge of the nose holds cloth, and how firmly.

    ``start`` (R, C, 3) m are the rows along the upper edge, at ``across`` (C,) m from the middle. The middle
    is laid on the ridge and takes its neighbours along, so that nothing is stretched. Returns the rows (R, C,
    3) m moved, and weights (C,): ``firmly`` in the middle, nothing beside the ridge.
    """
    middle = int(np.abs(across).argmin())
    near = closest(prepare(seat.head, faces_without_ears()), start[:, middle])
    laid = start - ((near.distance - ON_SKIN)[:, None] * near.normal)[:, None]
    return laid, firmly * np.clip(1 - np.abs(across) / RIDGE, 0, 1)
