"""What is finished: append-only rows, one file per shard, that survive a kill at any moment.

A journal belongs to one recipe (everything but the list of photos that the data set depends on). A
run under another recipe sweeps the journals of the old one away and so starts afresh.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pipeline.dataset.journal.index import JournalIndex
from pipeline.dataset.journal.locks import hold, locks
from pipeline.dataset.rows import Row as Row
from pipeline.dataset.rows import json_line
from pipeline.files import sha256_of
from pipeline.records import PhotoSource

Stat = list[int] | None

FRESH_S = 2.0
"""Files changed so shortly ago, or in the future, may change again and look the same: clocks tick coarsely,
and not all run alike."""


class Journal:
    """Rows of one recipe: all that were found at the start, and those this process adds.

    Of ``sources`` alone where they are given, which costs less. ``shard`` is the one that this process holds
    (`shard_held`), None where it only reads.
    """

    def __init__(
        self,
        folder: Path,
        sources: Iterable[PhotoSource] | None = None,
        shard: tuple[int, int] | None = None,
    ) -> None:
        self._file = None if shard is None else folder / f"{shard[0]}-of-{shard[1]}.jsonl"
        if self._file is not None:
            _end_torn_line(self._file)
        wanted = None if sources is None else ((source.name, source.identity) for source in sources)
        self._index = JournalIndex(folder, wanted)

    def add(self, row: Row) -> None:
        """Append one row of kind sample, reject or photo."""
        assert self._file is not None
        line = (json_line(row) + "\n").encode()
        with self._file.open("ab") as file:
            start = file.tell()
            file.write(line)
        self._index.take(row, self._file.name, start, len(line))

    def photo(self, source: PhotoSource) -> Row | None:
        """The row that says this photo was finished once."""
        return self._index.photo(source.name, source.identity)

    def of_photo(self, source: PhotoSource) -> Iterator[Row]:
        """Samples and rejections of one photo by face and variant; of earlier contents of the file too.

        -1 stands for a rejection of the whole photo or the whole face, which so comes first.
        """
        return self._index.of_photo(source.name, source.identity)

    def finished(self, source: PhotoSource, variants: int) -> bool:
        """Whether this very file, described this way, is done with this number of variants."""
        row = self.photo(source)
        if row is None or (row["given"], row["variants"]) != (given(source), variants):
            return False
        return is_same_file(source, row)

    def close(self) -> None:
        """Drop what is known of the rows; the journals stay."""
        self._index.close()


def state_of(source: PhotoSource, sha256: str | None, stat: Stat) -> dict[str, Any]:
    """What a photo's row says of the file: ``stat`` before it was read, its content, and whether the former
    alone will tell it from another."""
    settled = stat is None or max(stat[1:]) < (time.time() - FRESH_S) * 1e9
    return {"stat": stat, "settled": settled, "content": sha256 or _content(source)}


def is_same_file(source: PhotoSource, row: Row) -> bool:
    """Whether a photo is its row's file: by size and times, or by content where those may lie."""
    found, content = stat_of(source), row["content"]
    if found == row["stat"] and (row["settled"] or content is None):
        return True
    if found is None or row["stat"] is None or found[0] != row["stat"][0] or content is None:
        return False
    return bool(_content(source) == content)


def _content(source: PhotoSource) -> str | None:
    path = Path(source.path)
    try:
        if not path.is_file():
            return None
        return sha256_of(path)
    except (OSError, ValueError):
        return None


def sweep_others(journals: Path) -> bool:
    """Delete the journals of other recipes beside these; whether anything stood in them.

    Raises Busy when a process is still writing to one.
    """
    swept = False
    for other in sorted(journals.parent.iterdir()):
        if other != journals:
            with ExitStack() as held:
                for lock in locks(other):
                    hold(held, lock, "this output with other settings")
                swept = swept or any(other.glob("*.jsonl"))  # a run that was refused leaves locks alone
                shutil.rmtree(other, ignore_errors=True)
    return swept


def journals_of(state: Path, recipe: str) -> Path:
    """Where the journals of a recipe are, whether there are any or not."""
    return state / "journal" / recipe[:32]


def stat_of(source: PhotoSource) -> Stat:
    """Size and times of change in ns, by which an unchanged file is known without reading it.

    The second time is the file system's own, which no program sets (on Windows, when the file was made).
    """
    try:
        status = Path(source.path).stat()
    except (OSError, ValueError):
        return None
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def given(source: PhotoSource) -> list[str | float | None]:
    """What the table says about a photo and the labels repeat."""
    return [source.source, source.licence, source.consent, source.beard_mm]


def _end_torn_line(file: Path) -> None:
    """A row that a kill cut off must not swallow the next one."""
    if file.exists() and file.stat().st_size:
        with file.open("rb+") as end:
            end.seek(-1, os.SEEK_END)
            if end.read(1) != b"\n":
                end.write(b"\n")
