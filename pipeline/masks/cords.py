"""Fasteners as real geometry: from the mask over the head and back to the mask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.masks.loops import Cord, sweep, taut
from pipeline.masks.proximity import Surface, closest
from pipeline.records import Fastener, Float

REACH = 0.004  # m: no point of a cord is farther inside the head
SKIN_GAP = 0.0001  # m between the elastic and the skin it lies on
OFF = 0.0004  # m between a cord's surface and the skin while it is pulled taut


def lace(fastener: Fastener, draped: Float, skin: Surface) -> Cord:
    """The cord of one fastener; ``draped`` (M, 3) m are the vertices of its RestMask at rest."""
    width, thickness = fastener.width, fastener.thickness
    first, last = (draped[root].mean(1) for root in fastener.roots)  # (2, 3): inside, at the edge
    out, back = (draped[strand].mean(1) for strand in fastener.strands)
    near = closest(skin, fastener.over)
    over = fastener.over + (thickness / 2 + OFF - np.minimum(near.distance, 0))[:, None] * near.normal
    path = np.concatenate([first, out[:-1], over, back[-2::-1], last[::-1]])
    line = taut(path, 2, skin, thickness / 2 + OFF)
    facing = closest(skin, line).normal
    for _ in range(6):
        facing[1:-1] = (facing[:-2] + 2 * facing[1:-1] + facing[2:]) / 4
    cord = sweep(line, facing, width, thickness)
    near = closest(skin, cord.vertices, REACH)
    pressed_flat = cord.vertices + np.maximum(SKIN_GAP - near.distance, 0)[:, None] * near.normal
    return replace(cord, vertices=pressed_flat)
