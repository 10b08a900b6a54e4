"""Patterns of single marks: dots, confetti, stars, rings, crosses, leopard."""

from __future__ import annotations

import numpy as np

from pipeline.masks.prints.plan import InkMap, Plan, Shape, blob, fill, noise, place, scatter


def dots(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Polka dots in rows, every second row moved by half a pitch."""
    radius = rng.uniform(0.18, 0.32) * plan.size
    rows = round(plan.side / plan.size)
    shapes = [
        (
            blob(((column + 0.5 * (row % 2)) * plan.size, row * plan.size), radius),
            1 + (row + column) % plan.inks,
        )
        for row in range(rows)
        for column in range(rows)
    ]
    return fill(plan, shapes)


def confetti(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Specks of all sizes strewn about."""
    points = scatter(plan.side, 0.55 * plan.size, rng)
    shapes = [
        (blob(point, plan.size * rng.uniform(0.06, 0.24)), int(rng.integers(1, plan.inks + 1)))
        for point in points
    ]
    return fill(plan, shapes)


def stars(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Five-pointed stars strewn about."""
    outline = blob((0, 0), np.tile([0.5, 0.2], 5)) * plan.size
    shapes = [
        (place(outline * rng.uniform(0.5, 1), point, rng.uniform(0, 7)), int(rng.integers(1, plan.inks + 1)))
        for point in scatter(plan.side, 1.1 * plan.size, rng)
    ]
    return fill(plan, shapes)


def rings(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Thin circles that overlap in a lattice, each through the middles of its neighbours."""
    x, y = plan.axis()[None], plan.axis()[:, None]
    width = plan.size * rng.uniform(0.012, 0.03)
    ink = plan.bare()
    for dx, dy in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        across = (x / plan.size + dx) % 1 - 0.5
        up = (y / plan.size + dy) % 1 - 0.5
        ink[np.abs(np.hypot(across, up) - 0.5) * plan.size < width] = 1
    return ink


def crosses(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Outlined crosses set off from row to row."""
    arm = np.array([1, 3, 3, 1, 1, -1, -1, -3, -3, -1, -1, 1]) / 6
    outline = np.stack([np.roll(arm, 2), np.roll(arm, -1)], -1) * 0.8 * plan.size
    rows = round(plan.side / plan.size)
    shapes: list[Shape] = []
    for row in range(rows):
        for column in range(rows):
            at = ((column + 0.5 * (row % 2)) * plan.size, row * plan.size)
            turn = 0.35 if rows % 2 == 0 else 0.0
            shapes += [(place(outline, at, turn), 1), (place(0.72 * outline, at, turn), 0)]
    return fill(plan, shapes)


def leopard(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Broken rosettes with a darker heart; ink 1 the rosette, ink 2 the heart."""
    shapes: list[Shape] = []
    for point in scatter(plan.side, 0.95 * plan.size, rng):
        bulge = 1 + 0.22 * np.cumsum(rng.normal(size=24))[:24] / 4
        bulge = (bulge + bulge[::-1]) / 2
        squash = np.array([1.0, rng.uniform(0.65, 1.0)])
        outline = place(blob((0, 0), 0.44 * plan.size * bulge) * squash, (0, 0), rng.uniform(0, 7))
        shapes.append((outline + point, 1))
        shapes.append((0.56 * outline + point, plan.any_ink(2)))
        for cut in rng.uniform(0, 2 * np.pi, 2):
            wedge = np.array([[0.0, 0.0], [0.62, 0.16], [0.62, -0.16]]) * plan.size
            shapes.append((place(wedge, point, cut), 0))
        shapes.append((0.5 * outline + point, plan.any_ink(2)))
    speck = noise(plan, (0.22 * plan.size, 0.22 * plan.size), rng) > 2.3
    ink = fill(plan, shapes)
    return np.where(speck & (ink == 0), 1, ink).astype(np.uint8)
