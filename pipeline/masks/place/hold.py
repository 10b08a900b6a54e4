"""Masks that have a shape of their own, held before the face where they will sit."""

from __future__ import annotations

import numpy as np

from pipeline.head.model import load_head
from pipeline.masks.place.seat import Seat
from pipeline.masks.proximity import closest, prepare
from pipeline.records import Float

CLEARANCE = 0.003  # m between the mask and the head when it is let go
FARTHEST = 0.10  # m: no mask is held farther out
UNDER_CHIN = 0.4  # of the way along the skin past the chin that leads backwards, not down


def hold(rest: Float, top_middle: Float, bottom_middle: Float, seat: Seat) -> Float:
    """Moves a mask in one piece before the face.

    ``rest`` (M, 3) m is its shape (x to the wearer's left, y up, z away from the face), ``top_middle`` and
    ``bottom_middle`` (3,) the middles of its upper and lower edges. The upper one comes to the bridge of
    the nose, the lower one as far as may be to its place below the chin, with the tilt and the shift of
    the seat; then all is moved straight forward until it touches nothing. Returns (M, 3) m, head frame.
    """
    start = unhindered(rest, top_middle, bottom_middle, seat)
    return np.asarray(start + np.array([0.0, 0.0, forward(start, seat)]))


def unhindered(rest: Float, top_middle: Float, bottom_middle: Float, seat: Seat) -> Float:
    """The same mask (M, 3) m before it is moved forward: where it would sit if no part of it met the
    head."""
    bridge, chin = bridge_point(seat), chin_point(seat)
    pitch = np.arctan2(*(bridge - chin)[[2, 1]]) - np.arctan2(*(top_middle - bottom_middle)[[2, 1]])
    c, s = np.cos(pitch), np.sin(pitch)
    pitched = (rest - top_middle) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]]).T
    c, s = np.cos(seat.tilt), np.sin(seat.tilt)
    return np.asarray(pitched @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T + bridge)


def bridge_point(seat: Seat) -> Float:
    """(3,) m, head frame: the skin where the middle of the upper edge goes."""
    height, angle = np.array([seat.bridge]), np.array([np.arcsin(np.clip(seat.sideways / 0.1, -1, 1))])
    return np.asarray(seat.skin.point(height, angle, seat.skin.at(height, angle))[0])


def chin_point(seat: Seat) -> Float:
    """(3,) m, head frame: where the middle of the lower edge goes."""
    down = np.array([0.0, UNDER_CHIN - 1, -UNDER_CHIN])
    return np.asarray(seat.points.menton + seat.below_chin * down + np.array([seat.sideways, 0.0, 0.0]))


def forward(start: Float, seat: Seat) -> float:
    """How far (m) points (M, 3) must be moved along z to lie CLEARANCE or more off the head."""
    skin = prepare(seat.head, load_head().collider_faces)
    near, far = 0.0, FARTHEST
    if closest(skin, start, 2 * CLEARANCE).distance.min() >= CLEARANCE:
        return 0.0
    for _ in range(8):
        middle = (near + far) / 2
        moved = start + np.array([0.0, 0.0, middle])
        if closest(skin, moved, 2 * CLEARANCE).distance.min() < CLEARANCE:
            near = middle
        else:
            far = middle
    return far
