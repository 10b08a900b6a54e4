"""The square that a printed pattern repeats over, sampled finely, and how shapes are put on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Float

InkMap = NDArray[np.uint8]
"""(n, n) number of the ink on each sample: 0 bare cloth, 1..K an ink in full, K+1..2K an ink at half tone."""


@dataclass(frozen=True)
class Plan:
    """One repeat of a pattern. Row 0 lies at v = 0, rows run upwards; samples are centres of squares."""

    side: float  # m
    count: int  # samples along a side
    size: float  # m, of what the pattern is made of: the pitch of stripes, the width of a flower
    inks: int

    def axis(self) -> Float:
        """(n,) m, places of the samples along either side."""
        axis: Float = (np.arange(self.count) + 0.5) * (self.side / self.count)
        return axis

    def bare(self) -> InkMap:
        return np.zeros((self.count, self.count), np.uint8)

    def any_ink(self, wanted: int) -> int:
        """Ink ``wanted`` (from 1), or the last there is."""
        return min(wanted, self.inks)

    def half(self, ink: int) -> int:
        """Number of ``ink`` at half tone."""
        return ink + self.inks


Point = Float | Sequence[float]
"""(2,) m in the repeat."""
Shape = tuple[Float, int]
"""An outline (K, 2) in m, and the number of the ink that fills it."""


def fill(plan: Plan, shapes: Iterable[Shape]) -> InkMap:
    """Fills ``shapes`` one over another; what crosses a side of the square comes in again at the other.

    A sample is inked where its centre lies inside, so that the share of ink does not depend on their number.
    """
    ink = plan.bare()
    for outline, number in shapes:
        corner, inside = _samples_inside(outline * (plan.count / plan.side))
        rows, columns = (
            (first + np.arange(many)) % plan.count for first, many in zip(corner, inside.shape, strict=True)
        )
        square = np.ix_(rows, columns)
        ink[square] = np.where(inside, np.uint8(number), ink[square])
    return ink


def _samples_inside(outline: Float) -> tuple[tuple[int, int], NDArray[np.bool_]]:
    """First row and column of the samples around ``outline`` (K, 2), and which of those lie inside it."""
    x, y = outline.T
    left, low = int(np.floor(x.min())), int(np.floor(y.min()))
    rows, columns = int(np.ceil(y.max())) - low + 1, int(np.ceil(x.max())) - left + 1
    centre = low + np.arange(rows)[:, None] + 0.5
    xs, ys = np.roll(x, -1), np.roll(y, -1)
    crossed = (y <= centre) != (ys <= centre)
    row, side = np.nonzero(crossed)
    at = x[side] + (centre[row, 0] - y[side]) / (ys - y)[side] * (xs - x)[side]
    first = np.clip(np.ceil(at - left - 0.5).astype(int), 0, columns)
    turns = np.bincount(row * (columns + 1) + first, minlength=rows * (columns + 1))
    return (low, left), np.cumsum(turns.reshape(rows, columns + 1), axis=1)[:, :-1] % 2 == 1


def blob(centre: Point, radius: Float | float, turn: float = 0.0, points: int = 48) -> Float:
    """Outline (K, 2) of a circle, or of a ring of ``radius`` (K,) around ``centre``, all in m."""
    radii = np.full(points, radius) if np.ndim(radius) == 0 else np.asarray(radius, float)
    angle = turn + np.linspace(0, 2 * np.pi, radii.size, endpoint=False)
    outline: Float = np.stack([np.cos(angle), np.sin(angle)], -1) * radii[:, None] + np.asarray(centre, float)
    return outline


def leaf(base: Point, length: float, width: float, turn: float) -> Float:
    """Outline of a leaf that grows from ``base`` in direction ``turn`` (radians)."""
    along = np.linspace(0, 1, 14)
    half = width / 2 * np.sin(np.pi * along**0.8) ** 0.9
    flat = np.concatenate([np.stack([along, half / length], -1), np.stack([along, -half / length], -1)[::-1]])
    return place(flat * length, base, turn)


def place(outline: Float, at: Point, turn: float) -> Float:
    """``outline`` (K, 2) turned by ``turn`` radians about its origin and moved to ``at``."""
    c, s = np.cos(turn), np.sin(turn)
    moved: Float = outline @ np.array([[c, s], [-s, c]]) + np.asarray(at, float)
    return moved


def scatter(side: float, least: float, rng: np.random.Generator, tries: int = 1500) -> Float:
    """Points (N, 2) m in the repeat, no two nearer than ``least`` across its sides too (dart throwing)."""
    kept = np.empty((0, 2))
    for point in rng.uniform(0, side, (tries, 2)):
        away = np.abs(kept - point)
        away = np.minimum(away, side - away)
        if not len(kept) or np.hypot(*away.T).min() >= least:
            kept = np.concatenate([kept, point[None]])
    return kept


def noise(plan: Plan, grain: tuple[float, float], rng: np.random.Generator) -> Float:
    """Smooth noise (n, n) of mean 0 and deviation 1 that repeats; ``grain`` is its size across and up, m.

    Drawn as waves, so the same generator gives the same shapes at any number of samples.
    """
    reach = [max(2, int(np.ceil(1.6 * plan.side / g))) for g in grain]
    kx, ky = (np.arange(-r, r + 1) for r in reach)
    weight = np.exp(
        -0.5 * ((kx[None] * grain[0]) ** 2 + (ky[:, None] * grain[1]) ** 2) * (2 / plan.side) ** 2
    )
    wave = weight * np.exp(2j * np.pi * rng.random(weight.shape)) * rng.rayleigh(1.0, weight.shape)
    wave[reach[1], reach[0]] = 0
    turn = 2j * np.pi * plan.axis() / plan.side
    field = (np.exp(np.outer(turn, ky)) @ wave @ np.exp(np.outer(kx, turn))).real
    smooth: Float = (field - field.mean()) / max(float(field.std()), 1e-12)
    return smooth
