"""A rectangle with three knife pleats: surgical masks and pleated cloth masks."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.masks.design.block import Block, Fraction, FractionRange


class Pleats(Block):
    depth_mm: Annotated[float, Field(ge=4, le=25)]
    at_height: tuple[Fraction, Fraction, Fraction]
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


class Pleated(Block):
    """The sizes are those of the mask lying flat with its pleats closed."""

    kind: Literal["pleated"]
    pleats: Pleats
    edges: Edges
