"""Fasteners as real geometry: from the mask over the head and back to the mask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.masks.loops import Cord, slack, sweep, taut
from pipeline.masks.proximity import Surface, closest
from pipeline.records import Fastener, Float

REACH = 0.004  # m: no point of a cord is farther inside the head
SKIN_GAP = 0.0001  # m between the elastic and the skin it lies on
OFF = 0.0004  # m between a cord's surface and the skin while it is pulled taut
PRESSED = (1.3, 0.4)  # factors on width and thickness where a cord is welded or sewn to the sheet
ROUNDED = 0.005  # m from the sheet's edge to where it has its own shape again


def lace(fastener: Fastener, draped: Float, skin: Surface) -> Cord:
    """The cord of one fastener; ``draped`` (M, 3) m are the vertices of its RestMask at rest."""
    width, thickness = fastener.width, fastener.thickness
    off = thickness / 2 + OFF + fastener.above
    flat = [_sheet_normal(draped[root], skin) for root in fastener.roots]
    first, last = (
        draped[root].mean(1) + fastener.offset * normal
        for root, normal in zip(fastener.roots, flat, strict=True)
    )
    out, back = (draped[strand].mean(1) for strand in fastener.strands)
    if len(fastener.over):
        near = closest(skin, fastener.over)
        over = fastener.over + (off - np.minimum(near.distance, 0))[:, None] * near.normal
        path = np.concatenate([first, out[:-1], over, back[-2::-1], last[::-1]])
        line = taut(path, 2, skin, off)
    else:
        line = slack(np.concatenate([first, out, back[-2::-1], last[::-1]]), 2, skin, off)
    facing = closest(skin, line).normal
    for _ in range(6):
        facing[1:-1] = (facing[:-2] + 2 * facing[1:-1] + facing[2:]) / 4
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    beyond = np.minimum(along - along[1], along[-2] - along)  # from where it leaves the sheet
    own = np.clip(beyond / ROUNDED, 0, 1)
    sheet = np.where((along < along[-1] / 2)[:, None], *flat)
    facing = sheet + own[:, None] * (facing - sheet)  # what is welded to the sheet lies flat on it
    pressed = PRESSED if fastener.offset else (1.0, 1.0)  # in the sheet's own plane it is the sheet, going on
    wide, thick = (
        size * (factor + (1 - factor) * own) for size, factor in zip((width, thickness), pressed, strict=True)
    )
    cord = sweep(line, facing, wide, thick)
    near = closest(skin, cord.vertices, REACH)
    pressed_flat = cord.vertices + np.maximum(SKIN_GAP - near.distance, 0)[:, None] * near.normal
    return replace(cord, vertices=pressed_flat)


def _sheet_normal(root: Float, skin: Surface) -> Float:
    """(3,) unit, away from the skin, of the sheet between the pairs of vertices (2, 2, 3) m of a root."""
    middle = root.mean(1)
    normal = np.cross(middle[0] - middle[1], root[1, 0] - root[1, 1])
    normal *= np.sign(normal @ closest(skin, middle[1:]).normal[0]) / np.linalg.norm(normal)
    return np.asarray(normal)
