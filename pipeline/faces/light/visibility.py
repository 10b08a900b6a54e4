"""Which lamps each point of a head sees: noses, brows and chins shade what lies behind them.

A table for the head model, built once by tools/build_visibility.py over several heads, stands in for
shadow tests on the face at hand: those cost a z-buffer for every direction.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.records import Float

FILE = Path(__file__).parent / "visibility.npz"
LEVELS = 15  # the table stores fifteenths
BOUNCE = 0.3  # reflectance of skin, roughly


def _spread(count: int) -> Float:
    """Unit vectors (count, 3) evenly over the sphere: a Fibonacci spiral."""
    turn = np.arange(count) * math.pi * (3 - math.sqrt(5))
    z = 1 - 2 * (np.arange(count) + 0.5) / count
    ring = np.sqrt(1 - z * z)
    return np.asarray(np.stack([ring * np.cos(turn), ring * np.sin(turn), z], axis=1))


DIRECTIONS: Float = _spread(128)
"""Unit vectors (D, 3) towards lamps, head frame, about 18 degrees apart."""


@cache
def lamp_visibility() -> Float:
    """Part of a lamp in each of `DIRECTIONS` that each vertex of the head model sees, (V, D) 0..1.

    Where skin faces away from the lamp the value has no meaning.
    """
    with np.load(FILE) as stored:
        table = np.asarray(stored["levels"] / np.float32(LEVELS), np.float64)
    table.setflags(write=False)
    return table


def open_sky(seen: Float, facing: Float) -> Float:
    """Part (n,) of light from everywhere that arrives at points of the head.

    seen (n, D): their rows of `lamp_visibility`; facing (n, D): clamped cosines towards the same lamps.
    What skin around them throws back is counted in, as if it all were as bright as they are.
    """
    part = (seen * facing).sum(axis=1) / np.maximum(facing.sum(axis=1), 1e-9)
    return np.asarray(part + BOUNCE * (1 - part))


def seen_between(seen: Float, lamps: Float, towards: Float) -> Float:
    """Visibility (n, L) of lamps in any unit directions towards (L, 3), from rows seen (n, D) of the table.

    lamps (D, 3): `DIRECTIONS` in the frame of towards.
    """
    near = np.exp((towards @ lamps.T - 1) / (1 - math.cos(math.radians(12))))
    return np.asarray(seen @ (near / near.sum(axis=1, keepdims=True)).T)
