"""Cloth wrapped all the way around the head: neck gaiters and bandanas."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.masks.design.block import Block, Positive, Range


class Tube(Block):
    """A seamless knitted tube. The sizes are those of the tube lying flat: half its girth, and its length."""

    kind: Literal["tube"]
    ears: tuple[Literal["over", "under"], ...] = ("under",)  # where it passes the ears: one is drawn
    bunching: Range = (0.3, 0.6)
    """How much more cloth lies below the chin than the way down to the collar is long, as a part of that:
    it gathers in folds."""
    folds_mm: Annotated[float, Field(ge=12, le=60)] = 24  # from one of these to the next


class Kerchief(Block):
    """A square folded to a triangle and tied behind the head. The sizes are those of the triangle: its long
    side, and from there to its tip."""

    kind: Literal["kerchief"]
    ears: tuple[Literal["over", "under"], ...] = ("over", "under")
    knot_mm: Positive = 28  # height to which the cloth is gathered at the knot
    folds: Annotated[float, Field(ge=0, le=6)] = 3.5  # that run towards the knot, one below the other
