"""A rectangle with knife pleats: surgical masks, pleated cloth masks, masks with a window between pleats."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.masks.design.block import Block, Fraction, FractionRange, Positive


class Pleats(Block):
    depth_mm: Annotated[float, Field(ge=4, le=25)]
    """How deep each pleat is folded in, in a mask 95 mm high; each hides twice its depth, so deeper ones open
    farther under the chin."""
    at_height: Annotated[tuple[Fraction, ...], Field(min_length=1, max_length=5)]
    """Where the fold lines lie, as parts of the height from the top."""
    memory: FractionRange
    """How far open the pleats stay by themselves: 0 shut, 1 ironed out."""

    @model_validator(mode="after")
    def _in_order(self) -> Pleats:
        if any(b <= a for a, b in pairwise((0.0, *self.at_height, 1.0))):
            raise ValueError("at_height must rise from above 0 to below 1")
        return self


class Edges(Block):
    top_mm: Annotated[float, Field(ge=3, le=20)]
    """How broad the band along the top is, which is folded over and holds the wire."""
    bottom_mm: Annotated[float, Field(ge=3, le=20)]
    """How broad the band along the bottom is."""
    side_mm: Annotated[float, Field(ge=3, le=20)]
    """How broad the strips are that hold the pleats shut at the sides."""


class Window(Block):
    """A clear film let into the panel between two pleats."""

    width_mm: Positive
    """How wide the clear film is."""
    below_pleat: Annotated[int, Field(ge=1)]
    """Which pleat the film lies below, counted from the top."""
    margin_mm: Positive
    """How much cloth is left between the film and the folds above and below it."""


class Pleated(Block):
    """The sizes are those of the mask lying flat with its pleats closed."""

    kind: Literal["pleated"]
    pleats: Pleats
    edges: Edges
    window: Window | None = None

    @model_validator(mode="after")
    def _window_between_pleats(self) -> Pleated:
        if self.window and self.window.below_pleat > len(self.pleats.at_height):
            raise ValueError(f"there is no pleat {self.window.below_pleat} above the window")
        return self
