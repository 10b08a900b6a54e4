"""What a design says, in lines of what and how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.cli.words import Line
from pipeline.masks.design.design import Design


def size_lines(design: Design) -> Iterator[Line]:
    """Name of every size, and its dimensions."""
    for name, size in design.sizes.items():
        yield name, f"{size.width_mm:g} x {size.height_mm:g}, faces up to {size.for_faces_up_to_mm:g}"


def value_lines(values: Mapping[str, Any], *skipped: str) -> Iterator[Line]:
    """Every value of a part of a design file; of blocks within it the keys are joined."""
    for key, value in values.items():
        if key in skipped or value is None:
            continue
        word = key.replace("_", " ")
        if isinstance(value, Mapping):
            for inner, text in value_lines(value):
                yield f"{word} {inner}", text
        else:
            yield word, value_text(value)


def value_text(value: object) -> str:
    """A value of a design file as a person would write it; a pair of numbers is a range."""
    if isinstance(value, list | tuple):
        numbers = len(value) == 2 and all(isinstance(one, int | float) for one in value)
        if numbers and value[0] <= value[1]:
            return value_text(value[0]) if value[0] == value[1] else f"{value[0]:g} to {value[1]:g}"
        return ", ".join(value_text(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
