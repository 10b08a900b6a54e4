"""A knitted tube around head and neck: taut where it is narrower than they are, a cowl where it is wider.

Seen from the axis of `pipeline.masks.envelope` it lies on the wrapping of head and neck, level by level.
Below the chin it is wider than the neck: what it has too much goes to the front, as it does when one pulls
the front up over the nose, and what it is too long lies there in gathers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipeline.masks.collider import head_collider
from pipeline.masks.envelope import Envelope, skin_radius, wrap
from pipeline.masks.place.seat import Seat
from pipeline.records import Float

TUCK = 1.1  # m of radius per m of height that it draws in below the chin at most
FLARE = 0.35  # the same below the narrowest part of the neck: shoulders and chest are not wrapped
LOW = 0.16  # m below the chin that the wrapping is known
BEYOND = 20  # samples that the wrapping goes on to either side behind
SAMPLES = 361  # of a ring
SLACK = 0.97  # part of its girth that it has at least at the start: cloth that is pressed together crumples
GATHER = 0.026  # m along the front from one gather to the next
AROUND = np.radians(95)  # to either side, where the gathers have run out
SWAY = 1.3  # rad by which gathers stray from running level


@dataclass(frozen=True)
class Rings:
    points: Float  # (R, C, 3) m, head frame; columns from the middle behind round the right to the left
    outward: Float  # (R, C, 3) unit
    angle: Float  # (R, C) rad, as the envelope has them


def wrapping(seat: Seat, clearance: float) -> Envelope:
    """Head and neck all around, ``clearance`` m off the skin."""
    under = head_collider(seat.head)
    chin = float(seat.points.menton[1])
    top = max(seat.bridge, float(seat.points.tragions[:, 1].mean())) + 0.02
    skin = skin_radius(under.vertices, under.faces, seat.skin.axis_z, chin - LOW, top, np.pi)
    neck = skin.heights < chin + 0.01
    radius = skin.radius.copy()
    narrow = neck.sum() - 1 - radius[neck][::-1].argmin(0)  # the highest of the narrowest levels
    below = np.maximum(skin.heights[narrow] - skin.heights[:, None], 0)
    cap = radius[narrow, np.arange(radius.shape[1])] + FLARE * below
    radius = np.where(below > 0, np.minimum(radius, cap), radius)
    # the two ends meet behind: they are smoothed as what they are, neighbours
    angles = np.concatenate(
        [skin.angles[-BEYOND - 1 : -1] - 2 * np.pi, skin.angles, skin.angles[1 : BEYOND + 1] + 2 * np.pi]
    )
    radius = np.concatenate([radius[:, -BEYOND - 1 : -1], radius, radius[:, 1 : BEYOND + 1]], axis=1)
    return wrap(Envelope(skin.axis_z, skin.heights, angles, radius), clearance, TUCK)


def rings_around(envelope: Envelope, top: Float, low: Float, girth: Float, columns: int) -> Rings:
    """Rings of ``columns`` points between the heights ``top`` and ``low`` (A,) m at the envelope's angles, as
    many as there are values in ``girth`` (R,) m, of which none is narrower than SLACK times that."""
    angle, rows = np.linspace(-np.pi, np.pi, SAMPLES), len(girth)
    top, low = (np.interp(angle, envelope.angles, height) for height in (top, low))
    height = top + np.linspace(0, 1, rows)[:, None] * (low - top)
    turn = np.broadcast_to(angle, height.shape)
    radius, ahead = envelope.at(height, turn), (1 + np.cos(turn)) / 2
    more = np.zeros((rows, 1))
    for _ in range(4):  # a girth grows by about twice what the front goes forwards
        along = _along(envelope.point(height, turn, radius + more * ahead))
        more = np.maximum(more + (SLACK * girth[:, None] - along[:, -1:]) / 2, 0)
    more = gaussian_filter1d(more, rows / 20, axis=0, mode="nearest")
    points = envelope.point(height, turn, radius + more * ahead)
    along = _along(points)
    share = np.linspace(0, 1, columns + 1)[:-1]
    place = np.stack([np.interp(share * whole[-1], whole, angle) for whole in along])
    laid = np.stack(
        [
            np.stack([np.interp(at, angle, ring[:, k]) for k in range(3)], -1)
            for at, ring in zip(place, points, strict=True)
        ]
    )
    return Rings(laid, _outward(laid), place)


def gathered(rings: Rings, below: Float, deep: float, rng: np.random.Generator) -> Float:
    """``rings.points`` with gathers up to ``deep`` m high, where ``below`` (R, C), m under the chin, is
    positive."""
    down = np.linalg.norm(np.diff(rings.points, axis=0), axis=2)
    path = np.concatenate([np.zeros((1, down.shape[1])), np.cumsum(down, axis=0)])
    stray = sum(
        rng.normal() / k * np.sin(k * rings.angle + rng.uniform(0, 2 * np.pi)) for k in (1.0, 2.0, 3.0)
    )
    wave = (1 - np.cos(2 * np.pi * path / GATHER + SWAY * stray)) / 2
    here = np.clip(below / 0.02, 0, 1) * np.clip((AROUND - np.abs(rings.angle)) / np.radians(40), 0, 1)
    edge = np.clip((path[-1] - path) / 0.015, 0, 1)
    return np.asarray(rings.points + (deep * here * edge * wave)[..., None] * rings.outward)


def _along(rings: Float) -> Float:
    """(R, S) m along rings (R, S, 3)."""
    step = np.linalg.norm(np.diff(rings, axis=1), axis=2)
    return np.concatenate([np.zeros((len(rings), 1)), np.cumsum(step, axis=1)], axis=1)


def _outward(points: Float) -> Float:
    """(R, C, 3) unit vectors at right angles to closed rings (R, C, 3)."""
    around = np.roll(points, -1, 1) - np.roll(points, 1, 1)
    down = np.gradient(points, axis=0)
    out = np.cross(down, around)
    return np.asarray(out / np.linalg.norm(out, axis=2, keepdims=True))
