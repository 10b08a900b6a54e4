"""The panel Photo and the configuration: a table of one photo."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import bpy

TABLE = "photos.csv"
_COLUMNS = ("path", "identity", "source", "licence", "consent")


def name(group) -> str:
    """What the photo is called in the table, and so in requests."""
    return Path(bpy.path.abspath(group.path)).as_posix() if group.path else ""


def to_config(group) -> dict:
    return {"photos": {"table": TABLE}}


def from_config(group, config: dict) -> None:
    """The photos of a configuration may be many: they are the panel Batch's."""


def files(group) -> dict[str, bytes]:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    if group.path:
        rows.writerow((name(group), *(getattr(group, column) for column in _COLUMNS[1:])))
    return {TABLE: text.getvalue().encode()}
