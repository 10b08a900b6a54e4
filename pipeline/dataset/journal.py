"""What is finished: append-only rows, one file per shard, that survive a kill at any moment.

A journal belongs to one recipe (everything but the list of photos that the data set depends on). A
run under another recipe sweeps the journals of the old one away and so starts afresh.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.dataset.rows import Row as Row
from pipeline.dataset.rows import json_line
from pipeline.records import PhotoSource

Stat = list[int] | None


class Busy(Exception):
    """Another process is at work where this one would write."""


class Journal:
    """Rows of one recipe: all that were found at the start, and those this process adds.

    ``photos`` maps (name, identity) to the row of a photo that is finished; ``rows`` maps the same to
    its samples and rejections by (face, variant), whether the photo is finished or not; -1 stands for
    a rejection of the whole photo or the whole face.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.photos: dict[tuple[str, str], Row] = {}
        self.rows: dict[tuple[str, str], dict[tuple[int, int], Row]] = {}
        for file in sorted(folder.glob("*.jsonl")):
            for row in _read(file):
                self._take(row)
        self._file: Path | None = None

    @contextmanager
    def writing(self, shard: tuple[int, int]) -> Iterator[Path]:
        """Hold this shard's journal; yields a folder only this process uses. Raises Busy."""
        name = f"{shard[0]}-of-{shard[1]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = self.folder / f"{name}.jsonl"
        try:
            with FileLock(self.folder / f"{name}.lock", timeout=0):
                _end_torn_line(self._file)
                yield self.folder / f"{name}.workshop"
        except Timeout as error:
            raise Busy(
                f"another MaskDrape is working on shard {shard[0]}/{shard[1]} of this output"
            ) from error

    def add(self, row: Row) -> None:
        """Append one row of kind sample, reject or photo."""
        assert self._file is not None
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json_line(row) + "\n")
        self._take(row)

    def finished(self, source: PhotoSource, variants: int) -> bool:
        """Whether this very file, described this way, is done with this number of variants."""
        row = self.photos.get((source.name, source.identity))
        wanted = (stat_of(source), given(source), variants)
        return row is not None and (row["stat"], row["given"], row["variants"]) == wanted

    def of_photo(self, source: PhotoSource) -> list[Row]:
        """Samples and rejections of one photo by face and variant; of earlier contents of the file too."""
        rows = self.rows.get((source.name, source.identity), {})
        return [rows[within] for within in sorted(rows)]

    def _take(self, row: Row) -> None:
        place = (row["name"], row["identity"])
        if row["kind"] == "photo":
            self.photos[place] = row
        else:
            face, variant = row["face"], row["variant"]
            within = (-1 if face is None else face, -1 if variant is None else variant)
            self.rows.setdefault(place, {})[within] = row


def open_journal(state: Path, recipe: str) -> tuple[Journal, bool]:
    """The journal of one recipe below ``state``; and whether that of another was swept away.

    Raises Busy when a process is still writing to the other.
    """
    root, name = state / "journal", recipe[:32]
    root.mkdir(parents=True, exist_ok=True)
    swept = False
    with FileLock(state / "sweep.lock"):
        for other in sorted(root.iterdir()):
            if other.name != name:
                _sweep(other)
                swept = True
    return Journal(root / name), swept


def stat_of(source: PhotoSource) -> Stat:
    """Size and time of change, by which an unchanged file is known without reading it."""
    try:
        status = Path(source.path).stat()
    except (OSError, ValueError):
        return None
    return [status.st_size, status.st_mtime_ns]


def given(source: PhotoSource) -> list[str | float | None]:
    """What the table says about a photo and the labels repeat."""
    return [source.source, source.licence, source.consent, source.beard_mm]


def _sweep(folder: Path) -> None:
    with ExitStack() as held:
        for lock in sorted(folder.glob("*.lock")):
            try:
                held.enter_context(FileLock(lock, timeout=0))
            except Timeout as error:
                raise Busy(
                    "another MaskDrape is working in this output with other settings; wait for it, "
                    "or give another --output"
                ) from error
        shutil.rmtree(folder, ignore_errors=True)


def _read(file: Path) -> Iterator[Row]:
    for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue  # torn by a kill
        if isinstance(row, dict) and "kind" in row:
            yield row


def _end_torn_line(file: Path) -> None:
    if file.exists():
        data = file.read_bytes()
        if data and not data.endswith(b"\n"):
            with file.open("ab") as end:
                end.write(b"\n")
