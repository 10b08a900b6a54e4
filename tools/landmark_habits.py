"""How a detector's landmarks stray from their places: `pipeline.head.landmarks.Habits`.

Learned from people whose truth is known. What a detector does on the left of a face it does, mirrored, on
the right: every portrait counts twice, as it is and mirrored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.fit.view import FEATURES, ODD, features, view_of
from pipeline.head.model import HeadModel
from pipeline.records import Float, Int

AZIMUTHS = np.radians([0, 15, 30, 45, 60, 75])
REACH = np.radians(15)  # of the views whose errors count for one of these
FOLDS = 5  # errors are those on portraits that were not learned from
LOST = 0.02  # m: a portrait on which half of the landmarks are farther off was not understood at all
CLIP = 3.0  # standard deviations beyond which an error counts as if it were so large
RIDGE_VIEW, RIDGE_IDENTITY, RIDGE_EXPRESSION = 1e-4, 0.1, 0.01  # by cross-validation
LEAST = 2e-4  # m: no landmark is surer


@dataclass(frozen=True)
class Strays:
    """What P portraits tell: where landmarks are, less where their places are."""

    strays: Float  # (P, N, 2) m, along the view's axes
    terms: Float  # (P, FEATURES)
    azimuth: Float  # (P,)
    across: (
        Float  # (P, 2, 3): the head's axes along the view's, so that a step d in the head shows as across @ d
    )
    coefficients: Float  # (P, K)
    fold: Int  # (P,)


def observe(
    places: Float,
    landmarks: Float,
    rotation: Float,
    translation: Float,
    focal_px: Float,
    coefficients: Float,
) -> Strays:
    """Strays of landmarks (P, N, 2) px from their true places (P, N, 2) px, and what they may depend on."""
    views = [view_of(turn, shift) for turn, shift in zip(rotation, translation, strict=True)]
    axes = np.array([view.axes for view in views])
    metres = translation[:, 2] / focal_px
    strays = np.einsum("pij,pnj->pni", axes, (landmarks - places) * metres[:, None, None])
    return Strays(
        strays,
        np.array([features(view) for view in views]),
        np.array([view.azimuth for view in views]),
        axes @ rotation[:, :2],
        coefficients,
        (np.arange(len(strays)) % FOLDS).astype(np.int32),
    )


def both_ways(seen: Strays, partner: Int, mirrored: Float) -> Strays:
    """The portraits and their mirror images, by `mirror_of_coefficients`."""
    flip = np.array([-1.0, 1.0])
    return Strays(
        np.concatenate([seen.strays, seen.strays[:, partner] * flip]),
        np.concatenate([seen.terms, seen.terms * np.where(ODD, -1, 1)]),
        np.concatenate([seen.azimuth, -seen.azimuth]),
        np.concatenate([seen.across, seen.across * flip[:, None] * [-1, 1, 1]]),
        np.concatenate([seen.coefficients, seen.coefficients @ mirrored.T]),
        np.concatenate([seen.fold, seen.fold]),
    )


def mirror_of_coefficients(head: HeadModel) -> Float:
    """(K, K) matrix that turns coefficients of a head into those of its mirror image."""
    blocks = []
    for basis in (head.identity_basis, head.expression_basis):
        there = (basis[:, head.mirror] * [-1, 1, 1]).reshape(len(basis), -1)
        blocks.append(np.linalg.lstsq(basis.reshape(len(basis), -1).T, there.T, rcond=None)[0])
    size = sum(len(block) for block in blocks)
    whole = np.zeros((size, size))
    start = 0
    for block in blocks:
        end = start + len(block)
        whole[start:end, start:end] = block
        start = end
    # Modes are even or odd, expressions have a twin: each has one partner.
    return np.where(abs(whole) > 0.5, np.sign(whole), 0.0)


def learn(
    seen: Strays, basis: Float, identities: int, partner: Int, mirrored: Float
) -> dict[str, NDArray[np.generic]]:
    """The arrays of `Habits`, from portraits both ways.

    basis (K, N, 3) m: how coefficients move the places, the first `identities` of them identity modes.
    """
    seen = _understood(seen)
    weight = _weights(seen)
    design = _design(seen)
    ridge = _ridge(seen, identities)
    left = np.zeros_like(seen.strays)
    for fold in range(FOLDS):
        out = seen.fold == fold
        found = _solve(design[~out], seen.strays[~out], weight[~out], ridge)
        left[out] = seen.strays[out] - _apply(design[out], found)
    solved = _solve(design, seen.strays, weight, ridge)  # (columns, N)
    offsets = solved[: 2 * FEATURES].reshape(2, FEATURES, -1).transpose(1, 2, 0)
    drift = solved[2 * FEATURES :].reshape(seen.coefficients.shape[1], 3, -1).transpose(0, 2, 1)
    sign = np.where(ODD, -1, 1)[:, None, None] * np.array([-1, 1])
    # Alike on both sides to the last bit, as a mirrored photo is to give the mirrored fit; the head model's
    # own expressions are not quite.
    offsets = (offsets + sign * offsets[:, partner]) / 2
    moves = basis + drift
    moves = (moves + np.einsum("jk,jnd->knd", mirrored, moves[:, partner] * [-1, 1, 1])) / 2
    drift = moves - basis
    spread = [_spread(left, seen.azimuth, azimuth) for azimuth in AZIMUTHS]
    return {
        "drift": drift.astype(np.float32),
        "offsets": offsets.astype(np.float32),
        "azimuths": AZIMUTHS.astype(np.float32),
        "spread": np.array(spread).astype(np.float32),
    }


def _understood(seen: Strays) -> Strays:
    off = np.median(np.linalg.norm(seen.strays, axis=2), axis=1)
    keep = off < LOST
    return Strays(**{name: values[keep] for name, values in vars(seen).items()})


def _weights(seen: Strays) -> Float:
    """(P,) portraits seen from aside count less, as landmarks err more there."""
    sigma = 0.002 + 0.003 * seen.azimuth**2
    return np.asarray(sigma**-2 / np.mean(sigma**-2))


def _design(seen: Strays) -> Float:
    """(P, 2, columns): what each unknown of a landmark adds to its stray."""
    count = len(seen.terms)
    shifts = np.zeros((count, 2, 2, FEATURES))
    shifts[:, 0, 0] = shifts[:, 1, 1] = seen.terms
    drifts = np.einsum("pk,pij->pikj", seen.coefficients, seen.across)
    return np.concatenate([shifts.reshape(count, 2, -1), drifts.reshape(count, 2, -1)], axis=2)


def _ridge(seen: Strays, identities: int) -> Float:
    view = np.full(FEATURES, RIDGE_VIEW)
    view[0] = 0
    expressions = seen.coefficients.shape[1] - identities
    per_axis = np.r_[np.full(identities, RIDGE_IDENTITY), np.full(expressions, RIDGE_EXPRESSION)]
    return np.concatenate([view, view, np.repeat(per_axis, 3)])


def _solve(design: Float, strays: Float, weight: Float, ridge: Float) -> Float:
    """(columns, N) by ridge regression, large errors clipped after a first round."""
    rows = design.reshape(-1, design.shape[2])
    heavy = np.repeat(weight, 2)[:, None] * rows
    normal = rows.T @ heavy + np.diag(ridge * weight.sum())
    target = strays
    for _ in range(3):
        found = np.linalg.solve(normal, heavy.T @ target.transpose(0, 2, 1).reshape(len(rows), -1))
        expected = _apply(design, found)
        left = strays - expected
        scale = 1.4826 * np.median(abs(left) * np.sqrt(weight)[:, None, None], axis=0)
        limit = CLIP * scale / np.sqrt(weight)[:, None, None]
        target = expected + np.clip(left, -limit, limit)
    return np.asarray(found)


def _apply(design: Float, found: Float) -> Float:
    """Strays (P, N, 2) that a solution explains."""
    return np.asarray((design @ found).transpose(0, 2, 1))


def _spread(left: Float, azimuth: Float, about: float) -> Float:
    """Standard deviation (N, 2) m of what is left over, around one azimuth; robust."""
    weight = np.exp(-0.5 * ((azimuth - about) / REACH) ** 2)
    flat = abs(left).reshape(len(left), -1)
    return np.maximum(1.4826 * _median(flat, weight), LEAST).reshape(left.shape[1:])


def _median(values: Float, weight: Float) -> Float:
    """Weighted medians (M,) of the columns of values (P, M)."""
    order = np.argsort(values, axis=0)
    share = np.cumsum(weight[order], axis=0) / weight.sum()
    return np.asarray(
        np.take_along_axis(values, order, axis=0)[(share < 0.5).sum(axis=0), range(values.shape[1])]
    )
