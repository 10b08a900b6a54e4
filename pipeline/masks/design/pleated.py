"""A rectangle with knife pleats: surgical masks, pleated cloth masks, masks with a window between pleats."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.masks.design.block import Block, Fraction, FractionRange, Positive


class Pleats(Block):
    depth_mm: Annotated[float, Field(ge=4, le=25)]
    at_height: Annotated[tuple[Fraction, ...], Field(min_length=1, max_length=5)]
    memory: FractionRange

    @model_validator(mode="after")
    def _in_order(self) -> Pleats:
        if any(b <= a for a, b in pairwise((0.0, *self.at_height, 1.0))):
            raise ValueError("at_height must rise from above 0 to below 1")
        return self


class Edges(Block):
    top_mm: Annotated[float, Field(ge=3, le=20)]
    bottom_mm: Annotated[float, Field(ge=3, le=20)]
    side_mm: Annotated[float, Field(ge=3, le=20)]


class Window(Block):
    """A clear film let into the panel between two pleats."""

    width_mm: Positive
    below_pleat: Annotated[int, Field(ge=1)]  # the pleat above it, counted from the top
    margin_mm: Positive  # of cloth between the film and the folds above and below it


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
