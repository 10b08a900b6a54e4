"""Whose files those are that are not what they should be: of another sample, or of none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from pipeline.dataset.read import SUMS, sums

NOBODYS = f"is not what {SUMS} says: a bit or more of it changed"


_LIKELIEST = """
SELECT owners.place, changed.found FROM owners LEFT JOIN changed USING (place) WHERE owners.found = ?
ORDER BY changed.found IS NOT ?, name != ?, owners.place
"""


def note_changed(known: sqlite3.Connection, place: str, found: str, expected: str) -> None:
    """Keep for later a file that has the hash ``found`` in the place of ``expected``."""
    known.execute("CREATE TABLE IF NOT EXISTS changed (place PRIMARY KEY, found, expected) WITHOUT ROWID")
    known.execute("INSERT OR IGNORE INTO changed VALUES (?, ?, ?)", (place, found, expected))


def told_apart(folder: Path, known: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Place of every changed file, and in words what it is now. Reads SHA256SUMS once, if there are any."""
    if known.execute("SELECT 1 FROM sqlite_master WHERE name = 'changed'").fetchone() is None:
        return
    known.execute("CREATE TABLE owners (found, name, place, PRIMARY KEY (found, place)) WITHOUT ROWID")
    known.execute("CREATE INDEX of_found ON changed (found)")
    for place, sha256 in sums(folder):
        if known.execute("SELECT 1 FROM changed WHERE found = ?", (sha256,)).fetchone():
            known.execute("INSERT OR IGNORE INTO owners VALUES (?, ?, ?)", (sha256, _name(place), place))
    for place, found, expected in known.execute("SELECT * FROM changed ORDER BY place").fetchall():
        owner = known.execute(_LIKELIEST, (found, expected, _name(place))).fetchone()
        if owner is None:
            yield place, NOBODYS
            continue
        whose = _whose(owner[0], place)
        if owner[1] == expected:
            yield place, f"is swapped with {whose}"
        elif _sample(owner[0]) == _sample(place):
            yield place, f"is overwritten with {whose}"
        else:
            yield place, f"belongs to another sample: it is {whose}, byte for byte"


def _whose(owner: str, place: str) -> str:
    """The file ``owner``: by its sample where it is of the same kind as ``place``."""
    if _name(owner) != _name(place):
        return owner
    identity, sample = _sample(owner)
    return f"that of {sample} ({identity})"


def _name(place: str) -> str:
    """What kind of file it is."""
    return place.rpartition("/")[2] if place.startswith("labels/") else place.partition("/")[0]


def _sample(place: str) -> tuple[str, str]:
    _, identity, sample = place.split("/")[:3]
    return identity, sample.partition(".")[0]
