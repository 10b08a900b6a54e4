"""Where an export is written: beside its place first, and moved there when whole."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.dataset.export.errors import ExportError

MARK = "export.json"
"""Lies in every export and says what it is; nothing without it is overwritten."""


def check_place(data_set: Path, output: Path, form: str) -> None:
    """Raise ExportError where the export must not be written."""
    inside, outside = output.resolve(), data_set.resolve()
    if inside == outside or outside in inside.parents or inside in outside.parents:
        raise ExportError(f"--output {output}: give a folder outside the data set {data_set}")
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    found = _mark(output)
    if found is None:
        raise ExportError(f"--output {output}: holds something that is no export of MaskDrape; give another")
    if found != form:
        raise ExportError(f"--output {output}: holds an export to {found}; give another")


@contextmanager
def workshop(output: Path) -> Iterator[Path]:
    """A folder beside ``output`` that is gone afterwards; what is in its ``export/`` then is moved there."""
    folder = output.with_name(f".{output.name}.{os.getpid()}.part")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "export").mkdir(parents=True)
    try:
        yield folder
        _replace(output, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_mark(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the export's own description."""
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (folder / MARK).write_text(text, encoding="utf-8")


def _replace(output: Path, folder: Path) -> None:
    before = folder / "before"
    if output.exists():
        output.replace(before)
    try:
        (folder / "export").replace(output)
    except OSError:
        if before.exists():
            before.replace(output)
        raise


def _mark(output: Path) -> str | None:
    try:
        found = json.loads((output / MARK).read_text(encoding="utf-8"))
        return str(found["format"]) if found["made_by"] == "maskdrape export" else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
