"""Exhalation valves: plastic boxes that sit on a draped sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids
from pipeline.records import PARTS, Float, Hardware, Int

SIDES = 48  # around the box
SQUARE = 5.0  # exponent of the superellipse that is the outline of a rectangular one; 2 is round
SUNK = 0.25  # of its radius that its skirt reaches below the sheet, which bends away under it
LEVEL = (1.15, 1.7)  # of its radius: up to where the sheet is flat, and from where on it has its own shape
OUTLINE = ((1.0, -SUNK), (1.0, 0.10), (0.97, 0.16), (0.84, 0.18), (0.82, 0.24), (0.79, 0.86), (0.72, 0.97))
"""From the skirt up to the lid: how far out, and how high as a part of how far it stands out. The skirt's
depth is a part of its radius."""
SLITS = 5  # rings of the lid, ridges and grooves by turns
GROOVE = 0.07  # of its height


@dataclass(frozen=True)
class Piece:
    """One more part of a worn mask; metres, head frame."""

    vertices: Float  # (N, 3)
    faces: Int  # (T, 3); 2k and 2k + 1 are the halves of quad k
    uv: Float  # (T, 3, 2)
    part: int  # id into PARTS


def flatten_seat(hardware: Hardware, vertices: Float, faces: Int, uv: Float) -> Float:
    """The sheet ``vertices`` (M, 3) m with a level place where the valve is welded in; arguments as in
    `add_valve`."""
    centre, axes = _seat(hardware, vertices, faces, uv)
    local = (vertices - centre) @ axes.T
    half = np.array([hardware.width, hardware.height]) / 2
    power = SQUARE if hardware.rectangular else 2.0
    out = (np.abs(local[:, :2] / half) ** power).sum(1) ** (1 / power)
    share = np.clip((LEVEL[1] - out) / (LEVEL[1] - LEVEL[0]), 0, 1)
    share = share**2 * (3 - 2 * share) * (np.abs(local[:, 2]) < half.min())
    return np.asarray(vertices - (share * local[:, 2])[:, None] * axes[2])


def add_valve(hardware: Hardware, vertices: Float, faces: Int, uv: Float) -> Piece:
    """The valve on a sheet: ``vertices`` (M, 3) m, ``faces`` (F, 3), ``uv`` (F, 3, 2) m.

    It stands square on the plane that fits the sheet under it best; lengths along that plane are its own.
    Raises ValueError when no part of the sheet lies at its place.
    """
    centre, axes = _seat(hardware, vertices, faces, uv)
    turn = -2 * np.pi * np.arange(SIDES + 1) / SIDES
    power = SQUARE if hardware.rectangular else 2.0
    out = (np.abs(np.cos(turn)) ** power + np.abs(np.sin(turn)) ** power) ** (-1 / power)
    size = np.array([hardware.width, hardware.height]) / 2
    round_ = np.stack([np.cos(turn), np.sin(turn)], -1) * out[:, None] * size
    lid = np.linspace(OUTLINE[-1][0], 0.0, 2 * SLITS + 1)[1:]
    tops = 1.0 - GROOVE * (np.arange(lid.size) % 2)
    share = np.array([s for s, _ in OUTLINE] + lid.tolist())
    high = np.array([h * hardware.proud for _, h in OUTLINE] + (tops * hardware.proud).tolist())
    high[0] = -SUNK * size.min()
    local = np.concatenate(
        [share[:, None, None] * round_, np.broadcast_to(high[:, None, None], (share.size, SIDES + 1, 1))], -1
    )
    grid = grid_ids(share.size, SIDES)
    closed = np.concatenate([grid, grid[:, :1]], axis=1)
    return Piece(
        vertices=(centre + local[:, :-1] @ axes).reshape(-1, 3),
        faces=grid_faces(closed),
        uv=corner_values(np.ascontiguousarray(local[..., :2])) + hardware.at,
        part=PARTS.index("valve"),
    )


def _seat(hardware: Hardware, vertices: Float, faces: Int, uv: Float) -> tuple[Float, Float]:
    """Middle (3,) and axes (3, 3) as rows: to the wearer's left, up, and out of the sheet."""
    middle = uv.mean(1) - hardware.at
    under = (np.abs(middle) < np.array([hardware.width, hardware.height]) / 2).all(1)
    if not under.any():
        raise ValueError(f"the valve lies beside the mask, at {1000 * hardware.at} mm of its pattern")
    corner = vertices[faces[under]]
    points = corner.mean(1)
    normals = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    outward = normals.sum(0) / np.linalg.norm(normals.sum(0))
    # the sheet as a linear map of its pattern gives the directions
    flat = np.column_stack([middle[under], np.ones(under.sum())])
    _, up, at = np.linalg.lstsq(flat, points, rcond=None)[0]
    up = up - (up @ outward) * outward
    up /= np.linalg.norm(up)
    left = np.cross(up, outward)
    return np.asarray(at), np.stack([left, up, outward])
