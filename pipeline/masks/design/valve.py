"""An exhalation valve."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.masks.design.block import Block, NotNegative


class Valve(Block):
    """A plastic box welded into the mask; where its middle lies is measured on the flat pattern."""

    shape: Literal["round", "rectangular"] = "round"
    width_mm: Annotated[float, Field(ge=10, le=60)] = 36
    height_mm: Annotated[float, Field(ge=10, le=60)] = 36
    proud_mm: Annotated[float, Field(ge=2, le=20)] = 8  # how far it stands out
    across_mm: float = 0  # from the middle of the mask to the wearer's left
    down_mm: NotNegative = 75  # below the middle of the upper edge
