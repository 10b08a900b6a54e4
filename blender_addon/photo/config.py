"""The panel Photo and the configuration: a table of one photo."""

from __future__ import annotations

import csv
import io

from ..photo_name import photo_name

TABLE = "photos.csv"
_COLUMNS = ("path", "identity", "source", "licence", "consent")


def to_config(group) -> dict:
    return {"photos": {"table": TABLE}}


def from_config(group, config: dict) -> None:
    """The photos of a configuration may be many: they are the panel Batch's."""


def files(group) -> dict[str, bytes]:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    if group.path:
        rows.writerow((photo_name(group), *(getattr(group, column) for column in _COLUMNS[1:])))
    return {TABLE: text.getvalue().encode()}
