"""A design as plain nested values, as in its YAML file: read, changed, and held against what it was.

A path names a value, "construction.pleats.depth_mm". A ``*`` in a parameter's path stands for a name: of the
chosen size, wearing, colour and so on.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from ..decimals import shortest

ABSENT = object()
"""Where a document has no such value."""
FOR_ALL_FACES = 1000.0
"""mm: a size for faces up to this length is chosen for every face."""
_NAMED_BY = {
    "sizes": "size",
    "wearing": "wearing",
    "material.fabrics": "fabric",
    "material.colours": "colour",
    "material.prints": "print",
    "construction.panels": "panel",
}
"""Which field of the panel names the entry of a mapping that a ``*`` stands for."""


@lru_cache(maxsize=16)
def parsed(text: str) -> dict[str, Any]:
    """The document of a stored text; shared, so not to be changed."""
    return json.loads(text) if text else {}


def stored(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def get(document: Any, path: str) -> Any:
    """The value at ``path``, or ABSENT."""
    for step in path.split("."):
        if not isinstance(document, dict) or step not in document:
            return ABSENT
        document = document[step]
    return document


def put(document: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with ``value`` at ``path``, whose parents exist; ABSENT takes it away."""
    first, _, rest = path.partition(".")
    if rest:
        return {**document, first: put(document[first], rest, value)}
    if value is ABSENT:
        return {name: one for name, one in document.items() if name != first}
    return {**document, first: value}


def resolved(path: str, names: Mapping[str, str]) -> str:
    """``path`` with the chosen ``names`` in place of its stars; empty where one of them is not chosen."""
    head, star, tail = path.partition(".*")
    if not star:
        return path
    name = names.get(_NAMED_BY.get(head, ""), "")
    # A name with a dot in it would be taken for two steps.
    return f"{head}.{name}{tail}" if name and "." not in name else ""


def same(a: Any, b: Any) -> bool:
    """Whether two values are one in Blender, which stores numbers in single precision."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(one, other) for one, other in zip(a, b, strict=True))
    if _is_number(a) and _is_number(b):
        return bool(np.float32(a) == np.float32(b))
    if isinstance(a, str) and isinstance(b, str) and a.startswith("#"):
        return a.lower() == b.lower()
    return type(a) is type(b) and a == b


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: float) -> float:
    """As a person would have typed it."""
    short = shortest(value)
    return short if math.isfinite(short) else 0.0


def with_one_size(document: Mapping[str, Any], size: str) -> dict[str, Any]:
    """The design whose ``size`` every face is given; the others stay, for what is measured by them."""
    sizes = {
        name: {
            **one,
            "for_faces_up_to_mm": FOR_ALL_FACES + (0.0 if name == size else one["for_faces_up_to_mm"]),
        }
        for name, one in document["sizes"].items()
    }
    return {**document, "sizes": sizes}


def names_in(document: Mapping[str, Any], field: str) -> list[str]:
    """Names that a field of the panel can have with this design; empty where it does not say."""
    for path, named in _NAMED_BY.items():
        if named == field:
            block = get(document, path)
            return list(block) if isinstance(block, dict) else []
    return []


def kind_of(document: Mapping[str, Any]) -> str:
    kind = get(document, "construction.kind")
    return kind if isinstance(kind, str) else ""
