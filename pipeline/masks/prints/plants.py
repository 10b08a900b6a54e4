"""Flowers, paisley and lace."""

from __future__ import annotations

import numpy as np

from pipeline.masks.prints.plan import InkMap, Plan, Shape, blob, fill, leaf, place, scatter
from pipeline.records import Float


def flowers(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Strewn flowers with leaves; the last ink is that of the leaves, the one before of the hearts."""
    green, heart = plan.inks, plan.any_ink(max(2, plan.inks - 1))
    petals_in = max(1, plan.inks - 2)
    shapes: list[Shape] = []
    for point in scatter(plan.side, 0.9 * plan.size, rng):
        width = plan.size * rng.uniform(0.45, 1.0)
        turn = rng.uniform(0, 2 * np.pi)
        for side in range(int(rng.integers(1, 4))):
            way = turn + 2.3 * side + rng.uniform(-0.3, 0.3)
            shapes.append((leaf(point, 0.75 * width, 0.22 * width, way), green))
        shapes += _flower(point, width, turn, int(rng.integers(1, petals_in + 1)), heart, rng)
    for point in scatter(plan.side, 0.45 * plan.size, rng):
        shapes.insert(0, (blob(point, 0.05 * plan.size, points=16), int(rng.integers(1, plan.inks + 1))))
    return fill(plan, shapes)


def paisley(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Drops with bent tips, one inside another, with beads around and small flowers between (boteh)."""
    inner = plan.any_ink(2)
    shapes: list[Shape] = []
    for point in scatter(plan.side, 0.3 * plan.size, rng):
        way = rng.uniform(0, 2 * np.pi)
        for side in (0.0, 2.2, 4.0):
            shapes.append((leaf(point, 0.26 * plan.size, 0.07 * plan.size, way + side), inner))
        shapes += _flower(point, rng.uniform(0.12, 0.24) * plan.size, way, 1, inner, rng)
    rows = max(1, round(plan.side / plan.size))
    for row in range(rows):
        for column in range(rows):
            at = np.array([column + 0.5 * (row % 2) + 0.5, row + 0.5]) * plan.size
            mirror = np.array([1.0 if (row + column) % 2 else -1.0, 1.0])
            turn = rng.uniform(-0.5, 0.5)
            drop = _drop() * mirror * 0.85 * plan.size
            for scale, ink in (
                (1.3, 0),
                (1.06, 1),
                (0.96, 0),
                (0.84, inner),
                (0.62, 0),
                (0.52, 1),
                (0.28, 0),
            ):
                shapes.append((place(scale * drop, at, turn), ink))
            shapes += _flower(at, 0.22 * plan.size, turn, inner, 1, rng)
            for bead in place(1.26 * drop, at, turn)[::3]:
                shapes.append((blob(bead, 0.022 * plan.size, points=12), 1))
            for bead in place(0.73 * drop, at, turn)[::3]:
                shapes.append((blob(bead, 0.018 * plan.size, points=12), 1))
    return fill(plan, shapes)


def lace(plan: Plan, rng: np.random.Generator) -> InkMap:
    """A net of fine threads with flowers worked into it, in ink 1; the holes show the lining."""
    x, y = plan.axis()[None], plan.axis()[:, None]
    mesh = plan.side / round(plan.side / 0.0016)
    k = 2 * np.pi / mesh
    net = np.minimum(np.abs(np.sin(k * (x + y) / 2)), np.abs(np.sin(k * (x - y) / 2))) < 0.22
    shapes: list[Shape] = []
    for point in scatter(plan.side, 0.8 * plan.size, rng):
        width, turn = plan.size * rng.uniform(0.5, 0.95), rng.uniform(0, 7)
        for side in range(3):
            shapes.append((leaf(point, 0.8 * width, 0.25 * width, turn + 2.1 * side), 1))
        petals = _flower(point, width, turn, 1, plan.half(1), rng)
        shapes += petals
        shapes.append((blob(point, 0.07 * width), 1))
    worked = fill(plan, shapes)
    return np.where(worked > 0, worked, np.where(net, 1, 0)).astype(np.uint8)


def _flower(
    at: Float, width: float, turn: float, ink: int, heart: int, rng: np.random.Generator
) -> list[Shape]:
    count = int(rng.integers(5, 8))
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radius = width / 2 * (0.62 + 0.38 * np.abs(np.cos(count * angle / 2)) ** 0.7)
    return [(blob(at, radius, turn), ink), (blob(at, 0.14 * width, points=20), heart)]


def _drop() -> Float:
    """A boteh of height about 1 around its belly: a circle drawn out to a tip that bends over."""
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, 72, endpoint=False)
    x, y = 0.34 * np.cos(angle), 0.34 * np.sin(angle)
    rise = np.clip((y + 0.1) / 0.44, 0, 1)
    narrow = 1 - 0.97 * rise**1.6
    lifted = y + 0.38 * rise**2.2
    drop: Float = np.stack([x * narrow + 0.36 * rise**2.4, lifted], -1)
    return drop
