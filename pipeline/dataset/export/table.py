"""metadata.csv: a line for every picture, with all that the manifest says of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from pipeline.dataset.export.rights import RIGHTS, with_rights
from pipeline.dataset.export.task import Task, split_folder
from pipeline.dataset.rows import Row

METADATA = "metadata.csv"
"""The name under which Hugging Face's imagefolder finds it; ``file_name`` is its key."""
COLUMNS = (
    "sample_id",
    "identity",
    "photo",
    "sha256",
    "face",
    "variant",
    "design",
    "size",
    "wearing",
    "nose",
    "fabric",
    "colour",
    "print",
    "verdict",
    "reason",
    *RIGHTS,
    "face_hash",
    "synthetic",
)
NUMBERS = frozenset({"face", "variant"})
"""Columns that are not text."""
OF_THE_MASK = frozenset(
    {"sample_id", "variant", "design", "size", "wearing", "nose", "fabric", "colour", "print"}
)
"""Columns that say nothing of a picture without a mask."""

Add = Callable[[str, str, str, Row], None]


@contextmanager
def metadata_tables(task: Task) -> Iterator[Add]:
    """Write a metadata.csv a split: call what it gives with split, file name in it, kind and row.

    Kinds are masked and unmasked. Hugging Face's imagefolder wants the table where the split is.
    """
    with ExitStack() as opened:
        tables = {}

        def add(split: str, name: str, kind: str, row: Row) -> None:
            if split not in tables:
                folder = split_folder(task, split)
                folder.mkdir(exist_ok=True)
                path = folder / METADATA
                file = opened.enter_context(path.open("w", newline="", encoding="utf-8"))
                tables[split] = csv.writer(file, lineterminator="\n")
                tables[split].writerow(("file_name", "split", "kind", *COLUMNS))
            tables[split].writerow((name, split or None, kind, *cells(row, kind)))

        yield add


def cells(row: Row, kind: str) -> list[object]:
    """The values of `COLUMNS`; None where they say nothing."""
    values = with_rights(row, kind)
    return [None if kind == "unmasked" and name in OF_THE_MASK else values.get(name) for name in COLUMNS]
