"""Whose files those are that are not what they should be: of another sample, or of none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from pipeline.dataset.read import SUMS, sums

NOBODYS = f"is not what {SUMS} says: a bit or more of it changed"


def note_changed(known: sqlite3.Connection, place: str, found: str, expected: str) -> None:
    """Keep for later a file that has the hash ``found`` in the place of ``expected``."""
    known.execute("CREATE TABLE IF NOT EXISTS changed (place PRIMARY KEY, found, expected) WITHOUT ROWID")
    known.execute("INSERT OR IGNORE INTO changed VALUES (?, ?, ?)", (place, found, expected))


def told_apart(folder: Path, known: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Place of every changed file, and in words what it is now. Reads SHA256SUMS once, if there are any."""
    if known.execute("SELECT 1 FROM sqlite_master WHERE name = 'changed'").fetchone() is None:
        return
    known.execute("CREATE TABLE owners (found, name, place, PRIMARY KEY (found, name)) WITHOUT ROWID")
    known.execute("CREATE INDEX of_found ON changed (found)")
    for place, sha256 in sums(folder):
        if known.execute("SELECT 1 FROM changed WHERE found = ?", (sha256,)).fetchone():
            known.execute("INSERT OR IGNORE INTO owners VALUES (?, ?, ?)", (sha256, _name(place), place))
    for place, found, expected in known.execute("SELECT * FROM changed ORDER BY place").fetchall():
        likeliest = "SELECT place FROM owners WHERE found = ? ORDER BY name != ?, place"
        owner = known.execute(likeliest, (found, _name(place))).fetchone()
        if owner is None:
            yield place, NOBODYS
            continue
        other = known.execute("SELECT found FROM changed WHERE place = ?", owner).fetchone()
        if other == (expected,):
            yield place, f"is swapped with {owner[0]}"
        else:
            own = _sample(owner[0]) == _sample(place)
            what = "is overwritten" if own else "belongs to another sample"
            yield place, f"{what}: it is {owner[0]}, byte for byte"


def _name(place: str) -> str:
    """What kind of file it is."""
    return place.rpartition("/")[2] if place.startswith("labels/") else place.partition("/")[0]


def _sample(place: str) -> tuple[str, str]:
    _, identity, sample = place.split("/")[:3]
    return identity, sample.partition(".")[0]
