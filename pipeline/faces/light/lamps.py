"""Ambient light and a few distant lamps that explain how skin is shaded.

Non-negative least squares over the fitted head's normals: each lamp lights a surface by the clamped
cosine of its angle, where nose, brows or chin do not stand in between. Spherical harmonics are not used:
for a face seen from the front they leave the direction of the light nearly open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear, nnls

from pipeline.colour import LUMINANCE
from pipeline.faces.light.skin import Surface
from pipeline.faces.light.visibility import seen_between
from pipeline.records import Float, Light
from pipeline.sky import light_sky, sky_irradiance

MOST_LAMPS = 8
JOINED = math.radians(25)  # lamps nearer to each other than this act as one
WEAK = 0.02  # part of all light below which a lamp is left out
BEHIND = math.radians(115)  # from the way to the camera: lamps further round light no skin it sees
ENOUGH = 1000  # cells tell the lamps as well as all do
# Rooms and skies send light from everywhere, but on a face seen from the front a lamp at the camera
# explains as much: so the ambient part starts from an expected share, worth a part of all cells.
AMBIENT_SHARE, AMBIENT_WORTH = 0.4, 0.1  # of the face's median level
RIDGE = 0.003  # keeps lamps that graze the face from growing beyond what cells can tell
# Blood, which differs most over a face, hardly absorbs red; but red light travels furthest under the skin,
# and shows less of the difference between the face's sides than a mask will.
CHANNELS: Float = np.array([0.3, 0.5, 0.2])
ROUNDS = 6
COLOUR_PULL = 0.1  # how strongly lamps keep the face's common hue,
MOST_COLOUR = 1.5  # and by what factor a channel of one may leave it: what is beside the face may be no light


@dataclass(frozen=True)
class Shading:
    """Light times skin: what a white surface would show, times the albedo of the skin."""

    ambient: Float  # (3,)
    directions: Float  # (L, 3) unit, camera frame
    lamps: Float  # (L, 3)
    trust: Float  # (n,) how far each cell of skin was believed, 0..1

    def of(self, surface: Surface, lamps: Float) -> Float:
        """What skin shows at points of the head, linear (n, 3); lamps (D, 3) as in `design`."""
        amounts = np.concatenate([self.ambient[None], self.lamps])
        return np.asarray(design(surface, lamps, self.directions) @ amounts)


def irradiance(light: Light, normals: Float) -> Float:
    """What a white diffuse surface shows, linear RGB (..., 3), for unit normals (..., 3), camera frame."""
    ambient = light.ambient if light.around is None else sky_irradiance(light_sky(light), normals)
    return np.asarray(ambient + np.maximum(normals @ light.directions.T, 0) @ light.irradiance)


def design(surface: Surface, lamps: Float, directions: Float) -> Float:
    """What ambient light of 1 and a lamp of 1 in each direction (L, 3) give at n points: (n, 1 + L).

    lamps (D, 3): the table's directions in the camera frame.
    """
    clamped = np.maximum(surface.normals @ directions.T, 0)
    return np.column_stack([surface.sky, clamped * seen_between(surface.seen, lamps, directions)])


def fit_shading(skin: Surface, lamps: Float) -> Shading:
    """The light that explains skin of one albedo; lamps (D, 3): the table's directions, camera frame."""
    level = skin.colours @ CHANNELS
    some = np.arange(0, len(level), max(1, len(level) // ENOUGH))
    directions, amounts = _lamps(skin.only(_mask(some, len(level))), level[some], lamps)
    columns = design(skin, lamps, directions)
    trust = _trust(level, columns @ amounts)
    hue = np.median(skin.colours / level[:, None], axis=0)
    radiance = np.stack(
        [_amounts(columns, skin.colours[:, c], trust, amounts * hue[c]) for c in range(3)], axis=1
    )
    lit = np.concatenate([[True], radiance[1:] @ LUMINANCE > 0])
    return Shading(radiance[0], directions[lit[1:]], radiance[lit][1:], trust)


def _mask(index: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    kept = np.zeros(count, bool)
    kept[index] = True
    return kept


def _lamps(skin: Surface, level: Float, lamps: Float) -> tuple[Float, Float]:
    """Directions (L, 3) of the lamps, and amounts (1 + L,) with the ambient first."""
    ahead = lamps[:, 2] < -math.cos(BEHIND)
    directions = lamps[ahead]
    clamped = np.maximum(skin.normals @ directions.T, 0)
    columns = np.column_stack([skin.sky, clamped * skin.seen[:, ahead]])
    trust = np.ones(len(level))
    for number in range(ROUNDS):
        amounts = _solve(columns, level, trust)
        if number >= 2:
            directions, amounts = _joined(directions, amounts)
            columns = design(skin, lamps, directions)
            amounts = _solve(columns, level, trust)
        trust = _trust(level, columns @ amounts)
    return directions, amounts


def _trust(level: Float, explained: Float) -> Float:
    """Weights (n,) by Geman and McClure (1987) of relative errors.

    Relative, because skin varies by a part of what it shows, and so do hair and cast shadow.
    """
    error = level / np.maximum(explained, 0.05 * np.median(level)) - 1
    scale = 2.0 * max(1.4826 * float(np.median(np.abs(error))), 0.03)
    return np.asarray(1 / (1 + (error / scale) ** 2) ** 2)


def _solve(columns: Float, target: Float, trust: Float) -> Float:
    """Non-negative least squares by its normal equations: cells are many, lamps few."""
    normal = columns.T @ (columns * trust[:, None])
    normal[np.diag_indices_from(normal)] += RIDGE * np.trace(normal) / len(normal)
    normal[0, 0] += AMBIENT_WORTH * trust.sum()
    aim = columns.T @ (target * trust)
    aim[0] += AMBIENT_WORTH * trust.sum() * AMBIENT_SHARE * np.median(target)
    root = np.linalg.cholesky(normal)
    return np.asarray(nnls(root.T, np.linalg.solve(root, aim))[0])


def _joined(directions: Float, amounts: Float) -> tuple[Float, Float]:
    """Neighbouring lamps joined into one between them; the strongest few kept."""
    ambient, left = amounts[0], amounts[1:].copy()
    kept: list[tuple[float, Float]] = []
    while len(kept) < MOST_LAMPS and left.max(initial=0) > WEAK * amounts.sum():
        near = directions @ directions[left.argmax()] > math.cos(JOINED)
        middle = left[near] @ directions[near]
        kept.append((float(left[near].sum()), middle / np.linalg.norm(middle)))
        left[near] = 0
    return (
        np.array([where for _, where in kept]).reshape(-1, 3),
        np.array([ambient, *(amount for amount, _ in kept)]),
    )


def _amounts(columns: Float, channel: Float, trust: Float, expected: Float) -> Float:
    """Amounts (1 + L,) of one colour channel, held near those expected (1 + L,) and within MOST_COLOUR."""
    normal = columns.T @ (columns * trust[:, None])
    pull = COLOUR_PULL * np.trace(normal) / len(normal)
    target = columns.T @ (channel * trust) + pull * expected
    normal[np.diag_indices_from(normal)] += pull
    root = np.linalg.cholesky(normal)
    some = expected > 0
    limits = expected[some] / MOST_COLOUR, expected[some] * MOST_COLOUR
    amounts = np.zeros(len(expected))
    amounts[some] = lsq_linear(root.T[:, some], np.linalg.solve(root, target), limits, method="bvls").x
    return amounts
