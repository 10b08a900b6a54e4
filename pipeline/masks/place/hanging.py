"""A mask that hangs from one ear, beside the cheek."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import NonlinearConstraint, minimize

from pipeline.masks.collider import head_collider
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.records import Float

OFF = 0.006  # m between the hanging mask and the widest place of the head beside it
CALM = 0.3  # weight that keeps it from swinging: it hangs still, save for what it touches
SHORTEST = 0.012  # m of loop that is left on either side of the ear
ABOVE_SHOULDERS = 0.06  # m that it hangs straight before it has to clear the shoulders


def hang_on_ear(seat: Seat, laid: Laid, length: float) -> Laid:
    """The sheet ``laid``, moved to where it hangs lowest from one ear: its outside away from the head, and
    two lengths of ``length`` m of loop between the ear and its upper and lower corner."""
    side = "left" if seat.hung > 0 else "right"
    corners = [laid.rest[laid.corners[f"{height} {side}"][1]].mean(0) for height in ("upper", "lower")]
    middle = laid.rest.mean(0)
    # in the plane it hangs in: u forward, v up; the mask's own side points up and its upper edge forward
    flat = np.stack([[p[1] - middle[1], seat.hung * (p[0] - middle[0])] for p in corners])
    up = -seat.gravity
    forward = np.array([0.0, 0.0, 1.0]) - up[2] * up
    forward /= np.linalg.norm(forward)
    crease = seat.points.ear_creases[0 if seat.hung > 0 else 1]
    hooks = np.stack([[h @ forward, h @ up] for h in (crease[0], crease[-1])])

    def placed(pose: Float) -> Float:
        turn = np.array([[np.cos(pose[2]), -np.sin(pose[2])], [np.sin(pose[2]), np.cos(pose[2])]])
        return np.asarray(flat @ turn.T + pose[:2])

    def height(pose: Float) -> float:
        return float(10 * pose[1] + 0.1 * pose[2] ** 2)

    def left(pose: Float) -> Float:  # the loop slides on the ear, so only its whole length counts
        reach = np.linalg.norm(placed(pose) - hooks, axis=1)
        return np.asarray(100 * np.array([2 * length - reach.sum(), *(reach - SHORTEST)]), np.float64)

    start = np.array([hooks[:, 0].mean(), hooks[:, 1].min() - 0.12, 0.0])
    found = minimize(height, start, method="SLSQP", constraints=NonlinearConstraint(left, 0, np.inf)).x
    turn = np.array([[np.cos(found[2]), -np.sin(found[2])], [np.sin(found[2]), np.cos(found[2])]])
    local = laid.rest - middle
    plane = np.stack([local[:, 1], seat.hung * local[:, 0]], -1) @ turn.T + found[:2]
    out = seat.hung * np.cross(up, forward)
    head = head_collider(seat.head).vertices  # with the chest and shoulders that the head model lacks
    top = plane[:, 1].max()
    beside = np.stack([head @ forward, head @ up], -1)
    within = np.abs((beside - found[:2]) @ turn) < np.abs(local[:, [1, 0]]).max(0)
    near = within.all(1) & (head @ out > 0)
    far, drop = head[near] @ out + OFF, top - beside[near, 1]
    wide = float(far[drop < ABOVE_SHOULDERS].max(initial=0.05))
    lean = float(np.arctan(np.max((far - wide) / np.maximum(drop, 0.02), initial=0.0)))
    down = top - plane[:, 1:]
    off = local[:, 2:] - local[:, 2].min()
    start_at = (
        plane[:, :1] * forward
        + (top - down * np.cos(lean) + off * np.sin(lean)) * up
        + (wide + down * np.sin(lean) + off * np.cos(lean)) * out
    )
    return replace(laid, start=start_at, targets=start_at, pins=np.full(len(start_at), CALM))
