"""The record between laying a sheet before a head and fastening it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Float, Int, Patch


@dataclass(frozen=True)
class Laid:
    """A sheet in front of one head, without its fasteners. Metres; see `pipeline.records.RestMask`."""

    patches: tuple[Patch, ...]
    rest: Float  # (M, 3) x to the wearer's left, y up, z away from the face
    start: Float  # (M, 3) head frame
    targets: Float  # (M, 3) head frame, of the pinned vertices
    pins: Float  # (M,)
    faces: Int  # (F, 3)
    uv: Float  # (F, 3, 2)
    parts: NDArray[np.uint8]  # (F,)
    bending: Float  # (M,)
    welds: Int  # (P, 2)
    bound: NDArray[np.bool_]  # (M,)
    upper_edge: Int  # (E,)
    lower_edge: Int  # (E,)
    corners: Mapping[str, Int]
    """Where fasteners begin, by names such as "upper left": (2, 2) pairs of vertices, upper one first; the
    first pair inside the sheet, the second at its edge."""
    outside: float = 0.0  # m off the middle of the sheet, where fasteners are fixed to it
    seats: Mapping[str, Float] | None = None
    """Where each corner will lie, (3,) m, head frame; None: about where it starts."""
    stiffness: Float | None = None
    """(M,) factor on the sheet's tension, more where it is of several layers; None: 1 throughout."""
