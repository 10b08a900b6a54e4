"""What holds a mask on the head."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.masks.design.block import Block, NotNegative, Positive


class EarLoops(Block):
    """One elastic a side, from the upper to the lower corner, behind the ear."""

    kind: Literal["ear loops"]
    length_mm: Positive  # of one loop, slack
    width_mm: Annotated[float, Field(ge=1, le=30)]
    thickness_mm: Annotated[float, Field(ge=0.3, le=6)]
    inset_mm: NotNegative  # from the corner to where the loop is fixed


Fasteners = EarLoops
