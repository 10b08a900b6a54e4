"""Where an export is written: beside its place first, and moved there when whole."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.dataset.export.errors import ExportError

MARK = "export.json"
"""Lies in every export and says what it is; nothing without it is overwritten."""
_MADE_BY = "maskdrape export"
_OF_THE_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""File managers leave them behind wherever somebody looks."""


@dataclass(frozen=True)
class Mark:
    """What an export says of itself."""

    form: str
    names: frozenset[str] | None  # of what it put into its folder; None: an older one, which does not say


def check_place(data_set: Path, output: Path, form: str) -> None:
    """Raise ExportError where the export must not be written."""
    inside, outside = output.resolve(), data_set.resolve()
    if inside == outside or outside in inside.parents or inside in outside.parents:
        raise ExportError(f"--output {output}: give a folder outside the data set {data_set}")
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    found = mark_of(output)
    if found is None:
        raise ExportError(f"--output {output}: holds something that is no export of MaskDrape; give another")
    if found.form != form:
        raise ExportError(f"--output {output}: holds an export to {found.form}; give another")
    _refuse_foreign(output)


@contextmanager
def workshop(output: Path) -> Iterator[Path]:
    """A folder beside ``output`` that is gone afterwards; what is in its ``export/`` then is moved there."""
    # Processes in containers share numbers.
    folder = output.with_name(f".{output.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    (folder / "export").mkdir(parents=True)
    try:
        yield folder
        _replace(output, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def parts_beside(output: Path) -> list[Path]:
    """Folders that exports to ``output`` left when they were killed, or are writing in."""
    if not output.parent.is_dir():
        return []
    part = re.compile(rf"\.{re.escape(output.name)}\.\d+(-[0-9a-f]{{8}})?\.part")
    return sorted(place for place in output.parent.iterdir() if part.fullmatch(place.name) and place.is_dir())


def write_mark(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the export's own description, the last of its files."""
    names = sorted([MARK, *(place.name for place in folder.iterdir())])
    text = json.dumps({"made_by": _MADE_BY, **content, "holds": names}, indent=1, ensure_ascii=False) + "\n"
    (folder / MARK).write_text(text, encoding="utf-8")


def mark_of(place: Path) -> Mark | None:
    """What the export in a folder says of itself; None where there is none."""
    try:
        found = json.loads((place / MARK).read_bytes())
        names = found.get("holds")
        if found["made_by"] != _MADE_BY:
            return None
        return Mark(str(found["format"]), None if names is None else frozenset(map(str, names)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def foreign_in(place: Path) -> list[str]:
    """Names of what lies in an export's folder and was put there by somebody else, sorted."""
    mark = mark_of(place)
    if mark is None or mark.names is None:
        return []
    return sorted({inner.name for inner in place.iterdir()} - mark.names - _OF_THE_SYSTEM)


def _refuse_foreign(output: Path) -> None:
    foreign = foreign_in(output)
    if foreign:
        named = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        raise ExportError(
            f"--output {output}: would be replaced, and holds {named}, which no export put there; move that "
            "away or give another folder"
        )


def _replace(output: Path, folder: Path) -> None:
    before = folder / "before"
    if output.exists():
        _refuse_foreign(output)  # also what came while the export was made
        output.replace(before)
    try:
        (folder / "export").replace(output)
    except OSError:
        if before.exists():
            before.replace(output)
        raise
