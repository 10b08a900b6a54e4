"""The rows of an export in a database on disk: looked up, sorted and counted without being in memory."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.dataset.rows import Row

_SCHEMA = """
CREATE TABLE identities (
    id INTEGER PRIMARY KEY, name TEXT UNIQUE, draw BLOB, samples INTEGER DEFAULT 0,
    photos INTEGER DEFAULT 0, leader INTEGER, split TEXT DEFAULT '', number INTEGER, fold INTEGER
);
CREATE TABLE faces (
    id INTEGER PRIMARY KEY, photo TEXT, face INTEGER, identity INTEGER, hash INTEGER, picture INTEGER,
    UNIQUE (photo, face, identity)
);
CREATE TABLE crowds (photo TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE samples (
    position INTEGER PRIMARY KEY, face INTEGER, first INTEGER, identity INTEGER, draw BLOB,
    licence TEXT, row TEXT
);
"""


@dataclass(frozen=True)
class Item:
    """One sample of an export."""

    row: Row
    split: str  # empty where the export is not split
    number: int  # of the identity among those of its split, from 0, in the order of their names
    first: bool  # of the samples that show this face of this photo


def open_index(file: Path) -> sqlite3.Connection:
    """An empty index in a new file, which nobody needs after the process."""
    index = sqlite3.connect(file, isolation_level=None)
    index.execute("PRAGMA journal_mode = OFF")
    index.execute("PRAGMA synchronous = OFF")
    index.executescript(_SCHEMA)
    return index


def fill(
    index: sqlite3.Connection,
    rows: Iterable[Row],
    rejects: Iterable[Row],
    belongs: Callable[[Row], bool],
    seed: int,
) -> int:
    """Take up the rows that belong to the export; returns how many did not.

    ``draw`` of samples and identities are bytes by which to sort for an order that is random, but the same
    for the same ``seed`` wherever a row stands in the manifest. ``photos`` of identities is the number of
    those with one face; ``crowds`` are the photos in which others were found.
    """
    left_out = 0
    index.execute("BEGIN")
    for row in rejects:
        _crowd(index, row)
    for position, row in enumerate(rows):
        _crowd(index, row)
        if not belongs(row):
            left_out += 1
            continue
        identity = _identity(index, str(row["identity"]), seed)
        face, first = _face(index, row, identity)
        index.execute(
            "INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                position,
                face,
                first,
                identity,
                draw(seed, "sample", str(row["sample_id"])),
                row.get("licence") or None,
                json.dumps(row, ensure_ascii=False),
            ),
        )
        index.execute("UPDATE identities SET samples = samples + 1 WHERE id = ?", (identity,))
    index.execute("CREATE INDEX of_identity ON samples (identity)")
    index.execute("CREATE INDEX of_leader ON identities (leader)")
    index.execute("CREATE INDEX of_face ON samples (face)")
    index.execute("CREATE INDEX faces_of_identity ON faces (identity)")
    index.execute(
        "UPDATE identities SET photos = (SELECT count(*) FROM faces WHERE faces.identity = identities.id "
        "AND photo NOT IN (SELECT photo FROM crowds))"
    )
    index.execute("COMMIT")
    return left_out


def number_identities(index: sqlite3.Connection) -> None:
    """Number the identities of every split in the order of their names, as ImageFolder does."""
    index.execute(
        "UPDATE identities SET number = ranked.place FROM (SELECT id, row_number() "
        "OVER (PARTITION BY split ORDER BY name) - 1 AS place FROM identities) AS ranked "
        "WHERE ranked.id = identities.id"
    )


def items(index: sqlite3.Connection, *, shuffled: bool = False) -> Iterator[Item]:
    """All samples in the order of the manifest, or in the order drawn by the seed."""
    order = "samples.draw" if shuffled else "position"
    found = index.execute(
        "SELECT row, split, number, first FROM samples JOIN identities ON identities.id = identity "
        f"ORDER BY {order}"
    )
    for row, split, number, first in found:
        yield Item(json.loads(row), split, number, bool(first))


def count(index: sqlite3.Connection) -> int:
    """How many samples there are."""
    return int(index.execute("SELECT count(*) FROM samples").fetchone()[0])


def counts_by_split(index: sqlite3.Connection) -> Mapping[str, Mapping[str, int]]:
    """Identities and samples of every split ("" where there is none)."""
    found = index.execute(
        "SELECT split, count(*), sum(samples) FROM identities WHERE samples > 0 GROUP BY split ORDER BY split"
    )
    return {split: {"identities": people, "samples": samples} for split, people, samples in found}


def licences(index: sqlite3.Connection) -> dict[str | None, int]:
    """How many samples are under which licence, by name; None where none is stated."""
    return dict(index.execute("SELECT licence, count(*) FROM samples GROUP BY licence ORDER BY licence"))


def draw(seed: int, *what: Any) -> bytes:
    """Eight bytes that depend on nothing but these."""
    return hashlib.blake2b("\0".join(map(str, (seed, *what))).encode(), digest_size=8).digest()


def _crowd(index: sqlite3.Connection, row: Row) -> None:
    if row["face"] and row["sha256"]:  # numbered from 0
        index.execute("INSERT OR IGNORE INTO crowds VALUES (?)", (row["sha256"],))


def _identity(index: sqlite3.Connection, name: str, seed: int) -> int:
    found = index.execute("SELECT id FROM identities WHERE name = ?", (name,)).fetchone()
    if found:
        return int(found[0])
    made = index.execute(
        "INSERT INTO identities (name, draw) VALUES (?, ?)", (name, draw(seed, "identity", name))
    )
    return int(made.lastrowid or 0)


def _face(index: sqlite3.Connection, row: Row, identity: int) -> tuple[int, bool]:
    key = (row["sha256"], row["face"], identity)
    found = index.execute(
        "SELECT id FROM faces WHERE photo = ? AND face = ? AND identity = ?", key
    ).fetchone()
    if found:
        return int(found[0]), False
    face_hash = row.get("face_hash")
    # SQLite's integers are signed
    number = None if not face_hash else int.from_bytes(bytes.fromhex(face_hash), "big", signed=True)
    made = index.execute(
        "INSERT INTO faces (photo, face, identity, hash) VALUES (?, ?, ?, ?)", (*key, number)
    )
    return int(made.lastrowid or 0), True
