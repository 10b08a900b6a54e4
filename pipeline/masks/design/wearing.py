"""How a mask can be put on: the usual way and the ways people get it wrong."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.masks.design.block import Block, NotNegative, Range


class Wearing(Block):
    """One state. Spreads are standard deviations about the usual place."""

    upper_edge: Annotated[
        float, Field(ge=-0.5, le=3)
    ]  # its middle, in distances between the eyes below what comes next
    measured_from: Literal["eyes", "nose", "chin"] = (
        "eyes"  # the pupils, the base of the nose, under the chin
    )
    upper_edge_spread: NotNegative = 0.06
    sideways_spread_mm: NotNegative = 1.5
    sideways_mm: Range = (0.0, 0.0)  # shifted by so much besides, to either side
    tilt_spread_degrees: NotNegative = 1.2
    tilt_degrees: Range = (0.0, 0.0)  # askew by so much besides, to either side
    below_chin_mm: Range = (0.0, 0.0)  # how far the lower edge is pulled past the chin; pleats open for it
    corners_up_mm: Range = (0.0, 0.0)  # how much higher than its middle the edge runs at the sides
    wire: Literal["pressed", "unbent", "under glasses"] = "pressed"  # to the nose; left straight; by rims
    loops: Literal["both", "one", "crossed", "upper"] = (
        "both"  # ears that they are hooked on; twisted into an 8; of two straps, the upper one alone
    )
    over: tuple[str, ...] = ()  # designs of which one is worn below it, correctly
