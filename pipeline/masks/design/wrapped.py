"""Cloth wrapped all the way around the head: neck gaiters and bandanas."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.masks.design.block import Block, Positive, Range


class Tube(Block):
    """A seamless knitted tube. The sizes are those of the tube lying flat: half its girth, and its length."""

    kind: Literal["tube"]
    neck: Annotated[float, Field(gt=0, le=1)] = 0.84
    """How wide the lower end is, as a part of the upper one: the tube narrows from the chin on."""
    ears: tuple[Literal["over", "under"], ...] = ("under",)
    """Where it passes the ears, over or under them; of several, one is drawn."""
    hangs_mm: Range = (50, 80)
    """How far it reaches below the chin before the neck; what is longer is tucked away, and behind the head
    it is turned up."""


class Kerchief(Block):
    """A square folded to a triangle and tied behind the head. The sizes are those of the triangle: its long
    side, and from there to its tip."""

    kind: Literal["kerchief"]
    ears: tuple[Literal["over", "under"], ...] = ("over", "under")
    """Where it passes the ears, over or under them; of several, one is drawn."""
    hangs_mm: Range = (80, 120)
    """How far the tip hangs below the chin; what is longer is turned in at the upper edge."""
    knot_mm: Positive = 28
    """The height to which the cloth is gathered at the knot; less makes its folds tighter."""
    folds: Annotated[float, Field(ge=0, le=6)] = 3.5
    """How many folds run towards the knot, one below the other."""
