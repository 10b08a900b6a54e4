"""How far a draped sheet is pressed together, and which way: what a coarse drape has no room to wrinkle.

Cloth buckles where the solver, on cells of 2-3 mm, can only shorten its threads. A sine of wave length l and
height a is longer than its base by the part (pi a / l)^2: the mean square of its slope is twice the strain
that it takes up. So the strain says how steep the wrinkles are, and they run across its direction.
"""

from __future__ import annotations

import numpy as np

from pipeline.records import Float, Int

WAYS = (0.0, np.pi / 3, 2 * np.pi / 3)
"""Radians from u in the flat pattern, along which the three kinds of wrinkles run."""
_TAKEN = 0.015  # strain that fibres take up without buckling
_MOST = 0.06
_ROUNDS = 2  # of smoothing, as a drape's strain changes from cell to cell


def squeezed(faces: Int, uv: Float, points: Float) -> Float:
    """Strain (V, 3) that wrinkles along each of WAYS take up, at the vertices of triangles (F, 3).

    ``uv`` (F, 3, 2) m on the flat pattern, ``points`` (V, 3) m. Shear counts by its shorter diagonal.
    """
    flat = np.stack([uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]], axis=-1)
    area = flat[:, 0, 0] * flat[:, 1, 1] - flat[:, 0, 1] * flat[:, 1, 0]
    sound = np.abs(area) > 1e-12
    worn = np.stack(
        [points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]]], -1
    )
    change = worn[sound] @ np.linalg.inv(flat[sound])
    squares, ways = np.linalg.eigh(np.swapaxes(change, 1, 2) @ change)
    short = np.clip(1 - np.sqrt(np.maximum(squares, 0)) - _TAKEN, 0, _MOST)
    tensor = np.zeros((len(faces), 3))
    tensor[sound] = np.stack(
        [
            (short * ways[:, 0] ** 2).sum(1),
            (short * ways[:, 1] ** 2).sum(1),
            (short * ways[:, 0] * ways[:, 1]).sum(1),
        ],
        axis=1,
    )
    weight = np.abs(area)[:, None]
    for _ in range(_ROUNDS):
        total, shares = np.zeros((len(points), 3)), np.zeros((len(points), 1))
        for corner in range(3):
            np.add.at(total, faces[:, corner], tensor * weight)
            np.add.at(shares, faces[:, corner], weight)
        mean = total / np.maximum(shares, 1e-18)
        tensor = mean[faces].mean(axis=1)
    across = np.array(WAYS) + np.pi / 2
    parts = np.stack([np.cos(across) ** 2, np.sin(across) ** 2, np.cos(across) * np.sin(across)])
    result: Float = np.maximum(mean @ np.linalg.inv(parts).T, 0.0)
    return result
