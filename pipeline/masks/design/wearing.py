"""How a mask can be put on: the usual way and the ways people get it wrong."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.masks.design.block import Block, NotNegative, Range


class Wearing(Block):
    """One state. Spreads are standard deviations about the usual place."""

    upper_edge: Annotated[float, Field(ge=-0.5, le=3)]  # below the eyes, in distances between the eyes
    upper_edge_spread: NotNegative
    sideways_spread_mm: NotNegative
    tilt_spread_degrees: NotNegative
    tilt_degrees: Range = (0.0, 0.0)  # askew by so much besides, to either side
    below_chin_mm: Range  # how far the lower edge is pulled past the chin
    wire: Literal["pressed", "unbent"] = "pressed"
    loops: Literal["both", "one", "crossed"] = "both"
