"""Files written whole or not at all, and with the same bytes every time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np


def write_whole(path: Path, data: bytes) -> None:
    """Replace ``path`` in one step; a reader or a killed writer never leaves half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)


def json_line(row: Mapping[str, Any]) -> str:
    """One row of a .jsonl file, without the line's end."""
    return json.dumps(row, ensure_ascii=False, separators=(", ", ": "), default=plain)


def jsonl(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Bytes of a .jsonl file."""
    return "".join(json_line(row) + "\n" for row in rows).encode()


def plain(value: object) -> object:
    """NumPy arrays and scalars, and mappings, as JSON knows them."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
