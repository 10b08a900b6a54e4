"""An exhalation valve."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.masks.design.block import Block, NotNegative


class Valve(Block):
    """A plastic box welded into the mask; where its middle lies is measured on the flat pattern."""

    shape: Literal["round", "rectangular"] = "round"
    """Whether the valve is a round or a rectangular box."""
    width_mm: Annotated[float, Field(ge=10, le=60)] = 36
    """How wide the valve is."""
    height_mm: Annotated[float, Field(ge=10, le=60)] = 36
    """How high the valve is."""
    proud_mm: Annotated[float, Field(ge=2, le=20)] = 8
    """How far the valve stands out of the mask."""
    across_mm: float = 0
    """How far from the middle of the mask the valve sits, to the wearer's left."""
    down_mm: NotNegative = 75
    """How far below the middle of the upper edge the valve sits, along the flat mask."""
