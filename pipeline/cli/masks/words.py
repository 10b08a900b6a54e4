"""What a design says, in lines of what and how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.cli.words import Line
from pipeline.masks.design.design import Design

UNITS = {"_mm": "mm", "_degrees": "°", "_g_m2": "g/m2"}


def size_lines(design: Design) -> Iterator[Line]:
    """Name of every size, and its dimensions."""
    for name, size in design.sizes.items():
        yield name, f"{size.width_mm:g} x {size.height_mm:g}, faces up to {size.for_faces_up_to_mm:g}"


def value_lines(values: Mapping[str, Any]) -> Iterator[Line]:
    """Every plain value of a part of a design file and of the blocks in it; drawings show the outlines."""
    for key, value in values.items():
        word = named(key)
        if isinstance(value, Mapping):
            inner = {name: one for name, one in value.items() if not isinstance(one, Mapping)}
            yield from ((f"{word} {what}", much) for what, much in value_lines(inner))
        elif value is not None and not (isinstance(value, list) and _nested(value)):
            yield word, value_text(value)


def named(key: str) -> str:
    """A key of a design file in words, with its unit as one writes it."""
    for suffix, unit in UNITS.items():
        if key.endswith(suffix):
            return f"{key.removesuffix(suffix).replace('_', ' ')}, {unit}"
    return key.replace("_", " ")


def _nested(value: list[Any]) -> bool:
    return not value or any(isinstance(one, Mapping | list) for one in value)


def value_text(value: object) -> str:
    """A value of a design file as a person would write it; a rising pair of numbers is a range."""
    if isinstance(value, list | tuple):
        if len(value) == 2 and all(isinstance(one, int | float) for one in value) and value[0] <= value[1]:
            return value_text(value[0]) if value[0] == value[1] else f"{value[0]:g} to {value[1]:g}"
        return ", ".join(value_text(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
