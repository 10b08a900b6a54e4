"""The wired edge of a sewn mask, bent to a face without being stretched."""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse import csr_array

from pipeline.masks.envelope import Envelope
from pipeline.records import Float, Int

PLACE = 0.01  # weight of a point's height beside that of the lengths: the edge keeps its tilt
MIDDLE = 3.0  # the same of the middle of the edge, which stays where it was put
ENOUGH = 60  # evaluations of the Jacobian


def bend_edge(skin: Envelope, rest: Float, start: Float, middle: Float) -> Float:
    """Where the first rows below an edge lie on ``skin`` when they keep their lengths.

    ``rest`` (R, E, 3) m are the rows on the mask, ``start`` (R, E, 3) m about where they go, ``middle``
    (3,) m, head frame, where the middle of the first is held. Returns (R, E, 3) m, head frame.
    """
    shape = rest.shape[:2]
    numbers = np.arange(rest[..., 0].size).reshape(shape)
    ends = np.concatenate(
        [
            np.stack([numbers[a].ravel(), numbers[b].ravel()], -1)
            for a, b in (
                (np.s_[:, :-1], np.s_[:, 1:]),
                (np.s_[:-1], np.s_[1:]),
                (np.s_[:-1, :-1], np.s_[1:, 1:]),
                (np.s_[1:, :-1], np.s_[:-1, 1:]),
            )
        ]
    )
    flat = rest.reshape(-1, 3)
    lengths = np.linalg.norm(flat[ends[:, 0]] - flat[ends[:, 1]], axis=1)
    radius = float(np.median(skin.radius))  # so that angles count in metres
    height = start[..., 1].ravel()
    angle = np.arctan2(start[..., 0], start[..., 2] - skin.axis_z).ravel()
    top = int(numbers[0, shape[1] // 2])
    weight = np.full(height.size, PLACE)
    weight[top] = MIDDLE
    kept = height.copy()
    kept[top] = middle[1]
    aside = radius * np.arctan2(middle[0], middle[2] - skin.axis_z)

    def points(found: Float) -> Float:
        high, turn = found[: height.size], found[height.size :] / radius
        return skin.point(high, turn, skin.at(high, turn))

    def lacking(found: Float) -> Float:
        at = points(found)
        long = np.linalg.norm(at[ends[:, 0]] - at[ends[:, 1]], axis=1)
        shift = MIDDLE * (found[height.size + top] - aside)
        return np.concatenate([long - lengths, weight * (found[: height.size] - kept), [shift]])

    found = least_squares(
        lacking,
        np.concatenate([height, radius * angle]),
        jac_sparsity=_depends(ends, height.size, top),
        x_scale=0.001,
        diff_step=[1e-5],
        max_nfev=ENOUGH,
    ).x
    return np.asarray(points(found).reshape(rest.shape))


def _depends(ends: Int, count: int, top: int) -> csr_array:
    """Which residual depends on which height and angle."""
    links = np.arange(len(ends))
    rows = np.concatenate([np.repeat(links, 4), len(ends) + np.arange(count), [len(ends) + count]])
    columns = np.concatenate(
        [np.concatenate([ends, ends + count], 1).ravel(), np.arange(count), [count + top]]
    )
    return csr_array((np.ones(rows.size), (rows, columns)), shape=(len(ends) + count + 1, 2 * count))
