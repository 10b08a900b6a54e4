"""A shell pressed in a mould: N95 cups."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator

from pipeline.masks.design.block import Block, Fraction, Positive

Fullness = Annotated[float, Field(ge=1, le=5)]
Points = tuple[tuple[Fraction, Fraction, float], ...]


class Dome(Block):
    """How full the shell is between its apex and its rim: 1 straight as a cone, 2 a bowl, 4 a box."""

    depth: Annotated[float, Field(ge=0.15, le=0.9)]
    """How far the shell stands out in front, as a part of its height."""
    apex_at: Annotated[float, Field(ge=0.2, le=0.8)]
    """Where it stands out most, as a part of the height from the top."""
    up: Fullness
    """How full the shell is above its apex: 1 straight as a cone, 2 a bowl, 4 a box."""
    sideways: Fullness
    """How full the shell is to the sides: 1 straight as a cone, 2 a bowl, 4 a box."""
    down: Fullness
    """How full the shell is below its apex: 1 straight as a cone, 2 a bowl, 4 a box."""


class Rim(Block):
    """The border around the shell, pressed flat and welded."""

    flange_mm: Positive
    """How broad the flat, welded border around the shell is."""
    leans_back_degrees: Annotated[float, Field(ge=0, le=70)] = 0.0
    """How far the border leans outwards and back, as the skin does that it lies on."""


class Moulded(Block):
    """The sizes are those of the shell seen from the front, its flange included."""

    kind: Literal["moulded"]
    outline: Annotated[Points, Field(min_length=4)]
    """Half the shell's outline seen from the front, from its top to its bottom: how far down, as a share of
    the height, how far out, as a share of half the width, and how far forward, in millimetres."""
    dome: Dome
    rim: Rim
    straps_at: tuple[Fraction, Fraction] = (0.38, 0.68)
    """Where the upper and the lower strap leave the rim, as shares of the height from the top."""

    @field_validator("outline")
    @classmethod
    def _from_top_to_bottom(cls, points: Points) -> Points:
        down = [down for down, _, _ in points]
        if down[0] != 0 or down[-1] != 1 or any(b <= a for a, b in pairwise(down)):
            raise ValueError("the outline must run from 0 at the top to 1 at the bottom, ever downwards")
        if points[0][1] != 0 or points[-1][1] != 0:
            raise ValueError("the outline must begin and end in the middle: [0, 0, ...] and [1, 0, ...]")
        if max(out for _, out, _ in points) != 1:
            raise ValueError("the outline must reach 1, half the width, where it is widest")
        return points
