"""Rows as JSON, with the same bytes every time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

Row = Mapping[str, Any]


def json_line(row: Row) -> str:
    """One row of a .jsonl file, without the line's end."""
    return json.dumps(row, ensure_ascii=False, separators=(", ", ": "), default=plain)


def jsonl(rows: Iterable[Row]) -> bytes:
    """Bytes of a .jsonl file."""
    return "".join(json_line(row) + "\n" for row in rows).encode()


def readable_json(values: Row) -> str:
    """JSON with a line for every value, and for every list that holds nothing but numbers."""
    text = json.dumps(values, ensure_ascii=False, indent=1, default=plain)
    return _NUMBERS.sub(lambda found: " ".join(found[0].split()).replace("[ ", "[").replace(" ]", "]"), text)


_NUMBERS = re.compile(r'\[[^\[\]{}"]*\]')


def plain(value: object) -> object:
    """NumPy arrays and scalars, and mappings, as JSON knows them."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
