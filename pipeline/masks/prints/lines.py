"""Patterns of straight threads: stripes, gingham, tartan, houndstooth."""

from __future__ import annotations

import numpy as np

from pipeline.masks.prints.plan import InkMap, Plan
from pipeline.records import Float


def stripes(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Stripes along v, each ink once a pitch."""
    ink = _bands(_widths(plan, rng), plan.axis() / plan.side)
    return np.asarray(np.tile(ink, (plan.count, 1)))


def gingham(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Squares: full ink where the dyed threads cross, half tone where one of them meets a white one."""
    dyed = plan.axis() / plan.side < 0.5
    both = dyed[None].astype(int) + dyed[:, None]
    return np.asarray(np.array([0, plan.half(1), 1], np.uint8)[both])


def tartan(plan: Plan, rng: np.random.Generator) -> InkMap:
    """The same sequence of coloured bands across and up, blending where they cross bare cloth.

    It runs to and fro between two pivots, and the last colour is but a few threads wide.
    """
    widths = _widths(plan, rng)
    widths[-1] *= 0.2
    across = _bands(widths / widths.sum(), 1 - np.abs(2 * plan.axis() / plan.side - 1))
    up = across[:, None]
    full = np.where((across > 0) & (up > 0), np.maximum(across, up), 0)
    one = np.maximum(across, up)
    return np.where(full > 0, full, np.where(one > 0, plan.half(1) + one - 1, 0)).astype(np.uint8)


def houndstooth(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Four dark and four light threads both ways in a two-and-two twill."""
    thread = np.floor(plan.axis() / plan.side * 8).astype(int)
    warp, weft = thread[None], thread[:, None]
    dark = np.where((warp - weft) % 4 < 2, warp % 8 < 4, weft % 8 < 4)
    return dark.astype(np.uint8)


def _widths(plan: Plan, rng: np.random.Generator) -> Float:
    widths: Float = rng.uniform(0.25, 1.0, 2 * plan.inks)
    return np.asarray(widths / widths.sum())


def _bands(widths: Float, at: Float) -> InkMap:
    """Ink (n,) at places ``at`` (n,) in [0, 1]: bare, ink 1, bare, ink 2, ... of shares ``widths``."""
    number = np.searchsorted(np.cumsum(widths)[:-1], at, side="right")
    return np.asarray(np.where(number % 2, number // 2 + 1, 0), np.uint8)
