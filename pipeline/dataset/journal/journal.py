"""What is finished: append-only rows, one file per shard, that survive a kill at any moment.

A journal belongs to one recipe (everything but the list of photos that the data set depends on). A
run under another recipe sweeps the journals of the old one away and so starts afresh.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline.dataset.journal.index import JournalIndex
from pipeline.dataset.rows import Row as Row
from pipeline.dataset.rows import json_line
from pipeline.files import write_whole
from pipeline.records import PhotoSource

Stat = list[int] | None

FRESH_S = 2.0
"""Files changed so shortly ago, or in the future, may change again and look the same: clocks tick coarsely,
and not all run alike."""
PATIENCE_S = 0.5
"""How long a lock is waited for: another process may hold it for a moment, to see whether it is free."""
_LOCK = re.compile(r"(\d+)-of-(\d+)\.lock")


class Busy(Exception):
    """Another process is at work where this one would write."""


class Journal:
    """Rows of one recipe: all that were found at the start, and those this process adds.

    Of ``sources`` alone where they are given, which costs less.
    """

    def __init__(self, folder: Path, sources: Iterable[PhotoSource] | None = None) -> None:
        self.folder = folder
        wanted = None if sources is None else ((source.name, source.identity) for source in sources)
        self._index = JournalIndex(folder, wanted)
        self._file: Path | None = None

    @contextmanager
    def writing(self, shard: tuple[int, int]) -> Iterator[Path]:
        """Hold this shard's journal; yields a folder only this process uses. Raises Busy."""
        name = f"{shard[0]}-of-{shard[1]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            lock = self.folder / f"{name}.lock"
            _hold(held, lock, f"shard {shard[0]}/{shard[1]} of this output")
            for other in _locks(self.folder):
                if _shards(other) != shard[1]:  # some of its photos are among ours
                    with ExitStack() as tried:
                        words = other.stem.replace("-of-", "/")
                        _hold(tried, other, f"shard {words} of this output, which shares photos with ours")
            write_whole(_holder(lock), json.dumps(_oneself()).encode())
            self._file = self.folder / f"{name}.jsonl"
            _end_torn_line(self._file)
            yield self.folder / f"{name}.workshop"

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
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def open_journal(state: Path, recipe: str) -> tuple[Path, bool]:
    """The folder of one recipe's journals below ``state``; and whether those of another were swept away.

    Raises Busy when a process is still writing to the other.
    """
    own = journals_of(state, recipe)
    own.parent.mkdir(parents=True, exist_ok=True)
    swept = False
    with FileLock(state / "sweep.lock"):
        for other in sorted(own.parent.iterdir()):
            if other != own:
                _sweep(other)
                swept = True
    return own, swept


def journals_of(state: Path, recipe: str) -> Path:
    """Where the journals of a recipe are, whether there are any or not."""
    return state / "journal" / recipe[:32]


def others_at_work(folder: Path) -> bool:
    """Whether a process holds a journal of this folder; asked by one that holds none."""
    for lock in _locks(folder):
        try:
            with FileLock(lock, timeout=0):
                pass
        except Timeout:
            return True
    return False


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


def _sweep(folder: Path) -> None:
    with ExitStack() as held:
        for lock in _locks(folder):
            _hold(held, lock, "this output with other settings")
        shutil.rmtree(folder, ignore_errors=True)


def _locks(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.lock") if _LOCK.fullmatch(path.name))


def _shards(lock: Path) -> int:
    found = _LOCK.fullmatch(lock.name)
    return int(found[2]) if found else 0


def _hold(held: ExitStack, lock: Path, what: str) -> None:
    """Keep ``lock`` for as long as ``held`` lasts. Raises Busy with who has it."""
    try:
        held.enter_context(FileLock(lock, timeout=PATIENCE_S))
    except Timeout as error:
        raise Busy(
            f"another MaskDrape is working on {what}{_who(lock)}; wait for it, or give another --output"
        ) from error


def _holder(lock: Path) -> Path:
    return lock.with_suffix(".holder.json")


def _oneself() -> dict[str, Any]:
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _who(lock: Path) -> str:
    try:
        who = json.loads(_holder(lock).read_bytes())
        return f" (process {who['pid']} on {who['host']}, since {who['since']})"
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _end_torn_line(file: Path) -> None:
    """A row that a kill cut off must not swallow the next one."""
    if file.exists() and file.stat().st_size:
        with file.open("rb+") as end:
            end.seek(-1, os.SEEK_END)
            if end.read(1) != b"\n":
                end.write(b"\n")
