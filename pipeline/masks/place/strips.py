"""Strips of quads that pull a sheet to the head while it is draped; the simulated ends of fasteners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.masks.pattern.grid import corner_values, grid_faces
from pipeline.masks.place.laid import Laid
from pipeline.records import Float, Int


@dataclass(frozen=True)
class Strip:
    """K steps of two vertices each, from a place of the sheet's edge outwards. Metres."""

    root: Int  # (2,) the two vertices of the sheet that it begins between
    rest: Float  # (K, 2, 3) flat, beside the sheet's rest shape
    start: Float  # (K, 2, 3) head frame
    goal: Float  # (K, 2, 3) head frame, of the pinned vertices
    pins: Float  # (K,) weights
    tension: float  # in the solver's units, absolute


@dataclass(frozen=True)
class Band:
    """One fastener: see `pipeline.records.Fastener`. Its strips have no numbers yet."""

    part: int
    roots: tuple[Int, Int]  # (2, 2) each
    strips: tuple[Strip, Strip]
    over: Float  # (P, 3) m, head frame
    width: float  # m
    thickness: float  # m
    offset: float = 0.0  # m


@dataclass(frozen=True)
class Hold:
    """What holds one mask on the head."""

    bands: tuple[Band, ...]
    parameters: Mapping[str, float]  # that came out on the way, for the labels
    joined: tuple[tuple[int, int], ...] = ()  # strips whose ends are sewn together, counted over the bands


def straight(
    laid: Laid, root: Int, to: Float, length: float, tension: float, steps: int, hold: Float | None = None
) -> Strip:
    """A strip whose slack length is ``length`` m, straight from ``root`` (2,) to the points ``to`` (2, 3) m,
    where it is pinned; it starts at ``hold`` (2, 3) m instead where that is given."""
    fractions = np.arange(1, steps + 1)[:, None, None] / steps
    sign = 1.0 if laid.rest[root, 0].mean() > 0 else -1.0
    start = laid.start[root] + fractions * ((to if hold is None else hold) - laid.start[root])
    goal = start.copy()
    goal[-1] = to
    pins = np.zeros(steps)
    pins[-1] = 1.0
    rest = laid.rest[root] + fractions * np.array([sign * length, 0.0, 0.0])
    return Strip(root, rest, start, goal, pins, tension)


def strip_faces(laid: Laid, strip: Strip, ids: Int) -> tuple[Int, Float]:
    """Triangles (F, 3) and their corners' uv (F, 3, 2) of a strip whose vertices are ``ids`` (K, 2)."""
    sign = 1 if strip.rest[-1, :, 0].mean() >= laid.rest[strip.root, 0].mean() else -1
    grid = np.concatenate([strip.root[None], ids]).T[:, ::sign]
    flat = np.concatenate([laid.rest[strip.root][None], strip.rest])[..., :2].swapaxes(0, 1)[:, ::sign]
    return grid_faces(grid), corner_values(np.ascontiguousarray(flat))
