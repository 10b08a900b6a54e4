"""Aligned faces numbered within each identity, as LFW names its pictures."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from pipeline.dataset.export.pictures import masked_crop, save, unmasked_crop
from pipeline.dataset.export.rights import MASKED, UNMASKED
from pipeline.dataset.export.table import metadata_tables
from pipeline.dataset.export.task import Task, split_folder
from pipeline.dataset.rows import Row

_TABLE = """
CREATE TABLE pictures AS SELECT
    identity, kind, face, sample,
    row_number() OVER (PARTITION BY identity ORDER BY kind DESC, sample) AS number
FROM (
    SELECT identity, 'masked' AS kind, face, position AS sample FROM samples
    UNION ALL SELECT identity, 'unmasked', face, position FROM samples WHERE first
);
CREATE INDEX picture_of_face ON pictures (face, kind);
CREATE TABLE folders (identity INTEGER PRIMARY KEY, folder TEXT UNIQUE);
"""


def number_pictures(index: sqlite3.Connection) -> None:
    """Number the aligned faces of every identity from 1: those without a mask first, then the samples.

    Its folder has the identity's name, without blanks: readers of such lists split lines at them.
    """
    index.executescript(_TABLE)
    index.execute("BEGIN")
    blank = []
    for identity, name in index.execute("SELECT id, name FROM identities"):
        if name.split() == [name]:
            index.execute("INSERT INTO folders VALUES (?, ?)", (identity, name))
        else:
            blank.append((identity, name))
    for identity, name in blank:
        folder = "_".join(name.split()) or "_"
        while index.execute("SELECT 1 FROM folders WHERE folder = ?", (folder,)).fetchone():
            folder += "_"
        index.execute("INSERT INTO folders VALUES (?, ?)", (identity, folder))
    index.execute("COMMIT")


def write_pictures(task: Task) -> int:
    """``images/<identity>/<identity>_0001.png`` and so on, below each split; returns how many."""
    written = 0
    with metadata_tables(task) as note:
        for split, kind, row, name in _pictures(task.index):
            data = masked_crop(task, row) if kind == MASKED else unmasked_crop(task, row)
            save(split_folder(task, split) / "images" / name, data)
            note(split, f"images/{name}", kind, row)
            written += 1
    return written


def name_and_number(index: sqlite3.Connection, kind: str, face: int, sample: int) -> tuple[str, int]:
    """Folder and number of a face's picture with this sample's mask, or without any."""
    found = index.execute(
        "SELECT folder, number FROM pictures JOIN folders USING (identity) "
        "WHERE face = ? AND kind = ? AND (kind = ? OR sample = ?)",
        (face, kind, UNMASKED, sample),
    ).fetchone()
    return str(found[0]), int(found[1])


def file_name(folder: str, number: int) -> str:
    """Where such a picture lies below ``images/``."""
    return f"{folder}/{folder}_{number:04d}.png"


def _pictures(index: sqlite3.Connection) -> Iterator[tuple[str, str, Row, str]]:
    found = index.execute(
        "SELECT split, kind, row, folder, pictures.number FROM pictures JOIN folders USING (identity) "
        "JOIN identities ON identities.id = pictures.identity JOIN samples ON samples.position = sample "
        "ORDER BY sample, kind DESC"
    )
    for split, kind, row, folder, number in found:
        yield split, kind, json.loads(row), file_name(folder, number)
