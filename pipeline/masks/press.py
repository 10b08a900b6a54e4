"""Closes the margin that the cloth solver keeps between a sheet and the skin."""

from __future__ import annotations

import numpy as np

from pipeline.masks.proximity import Surface, closest
from pipeline.records import Float

KEPT = 0.0014  # m: the solver holds a sheet at least so far off what it lies on, for its own sake
CLOSED = 0.0008  # m of it are taken back where the sheet touches
FREE = 0.004  # m from the skin, where nothing is moved any more


def press(points: Float, skin: Surface) -> Float:
    """``points`` (N, 3) m of a draped sheet, head frame, moved towards the skin where they lie on it.

    Points that touch, at KEPT or nearer, move by CLOSED; from there to FREE it fades evenly, so that layers
    stay in order and keep two thirds of their distance. None comes nearer than KEPT - CLOSED.
    """
    near = closest(skin, points, FREE)
    share = np.clip((FREE - near.distance) / (FREE - KEPT), 0, 1)
    way = np.minimum(CLOSED * share, np.maximum(near.distance - (KEPT - CLOSED), 0))
    return np.asarray(points - way[:, None] * near.normal)
