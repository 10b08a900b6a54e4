"""The kinds of values that design files are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _ascending(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError(f"the first number of a range may not exceed the second, got {list(pair)}")
    return pair


Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Range = Annotated[tuple[NotNegative, NotNegative], AfterValidator(_ascending)]
SignedRange = Annotated[tuple[float, float], AfterValidator(_ascending)]
Fraction = Annotated[float, Field(ge=0, le=1)]
FractionRange = Annotated[tuple[Fraction, Fraction], AfterValidator(_ascending)]
Hex = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Block(BaseModel):
    """A part of a design file: an unknown key is an error.

    The text below a field says what one sees when it is changed: Blender's add-on shows it beside its slider.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
