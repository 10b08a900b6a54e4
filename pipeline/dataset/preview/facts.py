"""Labels as lines that a person can read: a name, and a value of a few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

LONGEST_LIST = 12
LONGEST_TEXT = 400


def facts(labels: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every value of sample.json under its dotted name, those of the whole sample first; of long lists their
    length."""
    return sorted(_walk("", labels), key=lambda fact: "." in fact[0])


def _walk(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, list):
        yield name, _list(value)
    else:
        yield name, _scalar(value)


def _list(values: list[Any]) -> str:
    shape = _shape(values)
    size = 1
    for length in shape:
        size *= length
    if size > LONGEST_LIST or any(isinstance(value, Mapping) for value in values):
        return f"{' × '.join(map(str, shape))} values"
    if len(shape) > 1:
        return "; ".join(_list(row) for row in values)
    return ", ".join(_scalar(value) for value in values) or "none"


def _shape(values: list[Any]) -> tuple[int, ...]:
    if values and all(isinstance(value, list) and len(value) == len(values[0]) for value in values):
        return (len(values), *_shape(values[0]))
    return (len(values),)


def _scalar(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)[:LONGEST_TEXT] or "none"
