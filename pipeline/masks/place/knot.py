"""The knot behind the head, and the two ends of the cloth that hang from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.sleeve import kept_off
from pipeline.records import Float, Int, Patch

SIDES = 12  # around the knot
BARREL = ((1.0, 0.4), (0.8, 0.8), (0.3, 0.96), (-0.2, 1.0), (-0.75, 0.85), (-1.0, 0.45))
"""Height and radius of the rings of a knot, the highest first: parts of half its height, of its radius."""
WIDE, DEEP = 0.016, 0.011  # m: half the width of a knot, and half its depth
CREASED = 0.14  # part by which its radius goes in and out where cloth lies over cloth
LONG = 9  # rows of a tail
SHARE = np.linspace(-1, 1, 5)  # across a tail
BREADTH = ((0.0, 0.006), (0.35, 0.014), (0.7, 0.010), (1.0, 0.001))
"""Along a tail, as a part of it: half its width, m. It is the corner of the cloth, which lies in a fold."""
FOLDED = 0.35  # of its half width that the edges of a tail stand off its middle
SPREAD = (np.radians(14), np.radians(34))  # to either side of straight down that the tails hang
APART = 0.002  # m that one tail lies before, the other behind, where they cross
CLEAR = 0.004  # m off the skin


@dataclass(frozen=True)
class Knot:
    """Metres, head frame; nothing of it moves when the cloth is draped."""

    patches: tuple[Patch, ...]  # vertices counted from 0
    points: Float  # (N, 3)
    faces: Int  # (F, 3)
    uv: Float  # (F, 3, 2)


def tie(
    seat: Seat, middle: Float, out: Float, height: float, tail: float, corner: Float, rng: np.random.Generator
) -> Knot:
    """A knot ``height`` m high with its middle at ``middle`` (3,) m on the cloth, which faces ``out`` (3,)
    there, and tails of ``tail`` m or a little less. ``corner`` (2,) m: the corner of the flat cloth of which
    one of them is; that of the other has the opposite first coordinate."""
    up = -seat.gravity
    ahead = out - (out @ up) * up
    ahead /= np.linalg.norm(ahead)
    right = np.cross(up, ahead)
    around = np.linspace(0, 2 * np.pi * WIDE, SIDES + 1)
    flat = np.stack(np.meshgrid(around, np.linspace(0, -height, len(BARREL))), -1)
    lump = _lump(height, rng) @ np.stack([right, up, ahead]) + middle + 0.5 * DEEP * ahead
    ids = grid_ids(len(BARREL), SIDES)
    pieces = [(lump, flat + corner - [tail + around[-1], 0], np.concatenate([ids, ids[:, :1]], axis=1))]
    for sign in (1, -1):
        lean = sign * rng.uniform(*SPREAD)
        way = np.sin(lean) * right - np.cos(lean) * up
        grid, flat = _tail(way, ahead, tail * rng.uniform(0.8, 1.0))
        grid = grid + middle + (0.7 * DEEP + sign * APART) * ahead - 0.3 * height * up
        flat = np.stack([sign * (corner[0] - flat[..., 0]), corner[1] - flat[..., 1]], -1)
        pieces.append((kept_off(seat, grid, CLEAR), flat, grid_ids(*grid.shape[:2])))
    patches: list[Patch] = []
    points: list[Float] = []
    count = np.int32(0)
    for grid, _, ids in pieces:
        patches.append(Patch(ids + count, np.array([0, len(ids) - 1], np.int32), np.zeros(ids.shape)))
        points.append(grid[:, : np.unique(ids[0]).size].reshape(-1, 3))
        count += np.int32(ids.max() + 1)
    return Knot(
        tuple(patches),
        np.concatenate(points),
        np.concatenate([grid_faces(patch.ids) for patch in patches]),
        np.concatenate([corner_values(np.ascontiguousarray(flat)) for _, flat, _ in pieces]),
    )


def _lump(height: float, rng: np.random.Generator) -> Float:
    """(R, SIDES + 1, 3) m: right, up and out of a knot around its middle."""
    turn = np.linspace(0, 2 * np.pi, SIDES + 1)
    level, wide = np.array(BARREL).T[..., None]
    crease = 1 + CREASED * np.cos(2 * turn + 2.2 * level + rng.uniform(0, 2 * np.pi))
    radius = wide * crease
    return np.stack(
        [radius * WIDE * np.sin(turn), level * height / 2 + 0 * turn, radius * DEEP * np.cos(turn)], -1
    )


def _tail(way: Float, ahead: Float, length: float) -> tuple[Float, Float]:
    """(LONG, 5, 3) m from the knot on, and (LONG, 5, 2) m from the corner on the flat cloth."""
    part = np.linspace(0, 1, LONG)[:, None]
    along, breadth = np.array(BREADTH).T
    half = np.interp(part, along, breadth)
    across = np.cross(ahead, way)
    off = 0.010 * np.sin(np.pi * np.minimum(part * 1.4, 1.0)) + FOLDED * half * np.abs(SHARE)
    grid = (part * length)[..., None] * way + (half * SHARE)[..., None] * across + off[..., None] * ahead
    flat = np.stack([np.broadcast_to((1 - part) * length, grid.shape[:2]), half * (1 + SHARE)], -1)
    return grid, flat
