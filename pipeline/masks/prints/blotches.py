"""Camouflage: fields of colour with smooth, drawn-out outlines."""

from __future__ import annotations

import numpy as np

from pipeline.masks.prints.plan import InkMap, Plan, noise


def camouflage(plan: Plan, rng: np.random.Generator) -> InkMap:
    """One ink over another, each in blotches wider than high; the last ink in few, thin ones."""
    ink = plan.bare()
    for number in range(1, plan.inks + 1):
        field = noise(plan, (0.5 * plan.size, 0.32 * plan.size), rng)
        field += 0.35 * noise(plan, (0.16 * plan.size, 0.12 * plan.size), rng)
        ink[field > (0.25 if number < plan.inks else 0.85)] = number
    return ink


def digital(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Camouflage in squares of a sixteenth of its size."""
    cells = Plan(plan.side, round(16 * plan.side / plan.size), plan.size, plan.inks)
    nearest = np.floor((np.arange(plan.count) + 0.5) * cells.count / plan.count).astype(int)
    coarse = camouflage(cells, rng)
    return np.asarray(coarse[np.ix_(nearest, nearest)])
