"""Where in the journals the row of which photo stands: a temporary database, so that memory stays small."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.dataset.rows import Row, json_line

_PHOTO = (-2, -2)
_OPEN = 64  # files at a time
_CACHE_KIB = 64 << 10


class JournalIndex:
    """Rows of all journals of one folder, by photo; of equal ones the latest take.

    ``wanted`` are (name, identity) of the photos that are of interest; None: all. SQLite keeps it in a file
    of its own that nobody else sees, and drops it when closed.
    """

    def __init__(self, folder: Path, wanted: Iterable[tuple[str, str]] | None = None) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        self._names: list[str] = []
        self._rows = sqlite3.connect("", isolation_level=None, cached_statements=16)
        self._rows.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._rows.execute(
            "CREATE TABLE rows (name TEXT, identity TEXT, face INT, variant INT, take INT, file INT, "
            "start INT, length INT, PRIMARY KEY (name, identity, face, variant)) WITHOUT ROWID"
        )
        prefixes = None if wanted is None else {_prefix(name, identity) for name, identity in wanted}
        self._rows.execute("BEGIN")
        for file in sorted(folder.glob("*.jsonl")):
            number = self._number(file.name)
            places = (_place(row, number, start, length) for row, start, length in _read(file, prefixes))
            self._rows.executemany(_TAKE, places)
        self._rows.execute("COMMIT")

    def take(self, row: Row, file: str, start: int, length: int) -> None:
        """Add a row that now stands in a journal."""
        self._rows.execute(_TAKE, _place(row, self._number(file), start, length))

    def photo(self, name: str, identity: str) -> Row | None:
        """The row that says a photo is finished."""
        found = self._rows.execute(f"{_FIND} AND face = -2", (name, identity)).fetchone()
        return None if found is None else self._row(*found)

    def of_photo(self, name: str, identity: str) -> Iterator[Row]:
        """Samples and rejections of a photo, by face and variant; of the whole photo or face first."""
        found = self._rows.execute(f"{_FIND} AND face > -2 ORDER BY face, variant", (name, identity))
        for place in found.fetchall():
            yield self._row(*place)

    def close(self) -> None:
        self._rows.close()
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _number(self, name: str) -> int:
        if name not in self._names:
            self._names.append(name)
        return self._names.index(name)

    def _row(self, file: int, start: int, length: int) -> Row:
        name = self._names[file]
        handle = self._files.pop(name, None) or (self._folder / name).open("rb")
        self._files[name] = handle
        if len(self._files) > _OPEN:
            self._files.pop(next(iter(self._files))).close()
        handle.seek(start)
        row: dict[str, Any] = json.loads(handle.read(length))
        return row


_TAKE = (
    "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET take = excluded.take, "
    "file = excluded.file, start = excluded.start, length = excluded.length WHERE excluded.take >= take"
)
_FIND = "SELECT file, start, length FROM rows WHERE name = ? AND identity = ?"


def _place(row: Row, file: int, start: int, length: int) -> tuple[str | int, ...]:
    face, variant = _PHOTO if row["kind"] == "photo" else (row["face"], row["variant"])
    within = (-1 if face is None else face, -1 if variant is None else variant)
    return (row["name"], row["identity"], *within, row.get("take", 0), file, start, length)


def _read(file: Path, prefixes: set[bytes] | None) -> Iterator[tuple[Row, int, int]]:
    """Rows with their place in the file. What a kill tore is passed over."""
    start = 0
    with file.open("rb") as lines:
        for line in lines:
            length = len(line)
            if prefixes is None or line.partition(b', "kind": ')[0] in prefixes:
                try:
                    row = json.loads(line)
                except ValueError:
                    row = None
                if line.endswith(b"\n") and isinstance(row, dict) and "kind" in row:
                    yield row, start, length
            start += length


def _prefix(name: str, identity: str) -> bytes:
    """How the line of every row of a photo begins."""
    return json_line({"name": name, "identity": identity})[:-1].encode()
