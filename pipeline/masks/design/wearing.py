"""How a mask can be put on: the usual way and the ways people get it wrong."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.masks.design.block import Block, NotNegative, Range


class Wearing(Block):
    """One state. Spreads are standard deviations about the usual place."""

    upper_edge: Annotated[float, Field(ge=-0.5, le=3)]
    """How low the middle of the upper edge lies, in distances between the eyes below where it is measured
    from."""
    measured_from: Literal["eyes", "nose", "chin"] = "eyes"
    """What the upper edge is measured from: the pupils, the base of the nose, or the underside of the
    chin."""
    upper_edge_spread: NotNegative = 0.06
    """How differently high people wear it: the standard deviation, in distances between the eyes."""
    sideways_spread_mm: NotNegative = 1.5
    """How far off the middle it sits by chance: the standard deviation."""
    sideways_mm: Range = (0.0, 0.0)
    """How far it is shifted besides, to either side."""
    tilt_spread_degrees: NotNegative = 1.2
    """How far askew it sits by chance: the standard deviation."""
    tilt_degrees: Range = (0.0, 0.0)
    """How far askew it sits besides, to either side."""
    below_chin_mm: Range = (0.0, 0.0)
    """How far the lower edge is pulled past the chin; pleats open for it."""
    corners_up_mm: Range = (0.0, 0.0)
    """How much higher the upper edge runs at the sides than in the middle."""
    wire: Literal["pressed", "unbent", "under glasses"] = "pressed"
    """What was done with the wire: pressed to the nose, left straight, or held down by the rims of
    glasses."""
    loops: Literal["both", "one", "crossed", "upper"] = "both"
    """How the loops are hooked on: on both ears, on one alone, twisted into an 8, or of two straps the upper
    one alone."""
    over: tuple[str, ...] = ()
    """The designs of which one is worn below this mask, correctly."""
