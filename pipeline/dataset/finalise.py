"""Journals of all shards -> the data set's tables and contact sheet, row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.contact_sheet import SAMPLES, draw_contact_sheet
from pipeline.dataset.distribution import Distribution, Shares, distribution, distribution_json
from pipeline.dataset.journal.journal import Journal
from pipeline.dataset.read import MANIFEST, REJECTS, SUMS, rejects, rows
from pipeline.dataset.rows import Row, json_line
from pipeline.dataset.strangers import remove_strangers
from pipeline.files import write_whole, writing_whole
from pipeline.records import PhotoSource


@dataclass(frozen=True)
class Table:
    """Rows of a file of the data set: read from it each time they are asked for."""

    read: Callable[[], Iterator[Row]]
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Row]:
        return self.read()


@dataclass(frozen=True)
class Tables:
    """What stands in the data set after `finalise`."""

    samples: Table
    rejects: Table
    faces: int  # found in the finished photos
    flagged: int  # of these
    unfinished: int  # photos that this recipe has still to make
    removed: int  # samples of earlier recipes or photos that were deleted
    distribution: Distribution  # of the samples


@dataclass
class _Counts:
    samples: int = 0
    rejects: int = 0
    faces: int = 0
    flagged: int = 0
    unfinished: int = 0
    shown: list[tuple[Row, PhotoSource]] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    """People whose photos cannot be reached, of whom nothing is deleted: a disk may not be mounted."""


@dataclass(frozen=True)
class _Files:
    manifest: BinaryIO
    rejects: BinaryIO
    sums: BinaryIO
    known: sqlite3.Connection


def sample_id(photo_sha256: str, face: int, variant: int) -> str:
    """Name of a sample: depends on nothing but the photo's bytes, the face and the variant."""
    return f"{photo_sha256[:16]}-f{face}-v{variant:02d}"


def reject_row(
    source: PhotoSource, stage: str, reason: str, sha256: str | None, face: int | None, variant: int | None
) -> dict[str, Any]:
    """A row of rejects.jsonl."""
    return {
        "photo": source.name,
        "identity": source.identity,
        "sha256": sha256,
        "face": face,
        "variant": variant,
        "stage": stage,
        "reason": reason,
    }


def finalise(
    output: Path,
    entries: Sequence[tuple[PhotoSource, str]],
    journals: Path,
    variants: int,
    resolved: str,
    wanted: Shares,
    open_photo: Callable[[PhotoSource], NDArray[np.uint8]],
) -> Tables:
    """Write manifest, rejects, hashes, distribution, resolved configuration and contact sheet.

    ``entries`` are all photos of the job (not one shard's) with the problem found while listing them,
    ``journals`` the folder of this recipe's. Rows come in the order of the input and are never held
    together: memory does not grow with them. Once nothing is unfinished, samples that belong to no row any
    more are deleted; so nobody may write here meanwhile, which the caller sees to (`gate`). ``wanted`` are
    the shares that the masks are drawn with. ``open_photo`` gives the pixels of a photo.
    """
    counts = _Counts()
    with ExitStack() as stack:
        journal = stack.enter_context(closing(Journal(journals)))
        known = stack.enter_context(closing(sqlite3.connect("", isolation_level=None)))
        known.execute("CREATE TABLE samples (identity, name, PRIMARY KEY (identity, name)) WITHOUT ROWID")
        known.execute("BEGIN")
        with ExitStack() as whole:
            names = (MANIFEST, REJECTS, SUMS)
            manifest, refused, sums = (whole.enter_context(writing_whole(output / name)) for name in names)
            files = _Files(manifest, refused, sums, known)
            samples = _written(entries, journal, variants, files, counts)
            found = distribution(samples, wanted)
        write_whole(output / "config.resolved.yaml", resolved.encode())
        write_whole(output / "distribution.json", distribution_json(found))
        sheet = draw_contact_sheet(output, counts.shown, counts.samples, open_photo)
        write_whole(output / "contact_sheet.png", sheet)
        removed = 0
        if not counts.unfinished:
            removed = remove_strangers(output, lambda identity: _names(known, identity), counts.away)
    return Tables(
        samples=Table(partial(rows, output), counts.samples),
        rejects=Table(partial(rejects, output), counts.rejects),
        faces=counts.faces,
        flagged=counts.flagged,
        unfinished=counts.unfinished,
        removed=removed,
        distribution=found,
    )


def valid_rows(journal: Journal, source: PhotoSource, variants: int) -> Iterator[Row]:
    """Journal rows of what this very file came to, of a photo that is finished."""
    photo = journal.photo(source)
    assert photo is not None
    for row in journal.of_photo(source):
        if row["sha256"] == photo["sha256"] and (row["variant"] or 0) < variants:
            yield row


def _written(
    entries: Sequence[tuple[PhotoSource, str]],
    journal: Journal,
    variants: int,
    files: _Files,
    counts: _Counts,
) -> Iterator[Row]:
    """Rows of the manifest, each written with all that goes beside it before it is yielded."""
    for source, problem in entries:
        if problem:
            _line(files.rejects, reject_row(source, "photos", problem, None, None, None))
            counts.rejects += 1
            if not Path(source.path).is_file():
                counts.away.add(source.identity)
            continue
        if not journal.finished(source, variants):
            counts.unfinished += 1
            continue
        photo = journal.photo(source) or {}
        if photo["content"] is None:
            counts.away.add(source.identity)
        counts.faces += photo["faces"]
        counts.flagged += photo["flagged"]
        for row in valid_rows(journal, source, variants):
            if row["kind"] != "sample":
                _line(files.rejects, row["row"])
                counts.rejects += 1
                continue
            counts.samples += 1
            if len(counts.shown) < SAMPLES:
                counts.shown.append((row["row"], source))
            _line(files.manifest, row["row"])
            for place, sha256 in row["files"].items():
                files.sums.write(f"{sha256}  {place}\n".encode())
            name = (row["row"]["identity"], row["row"]["sample_id"])
            files.known.execute("INSERT OR IGNORE INTO samples VALUES (?, ?)", name)
            yield row["row"]


def _line(file: BinaryIO, row: Row) -> None:
    file.write((json_line(row) + "\n").encode())


def _names(known: sqlite3.Connection, identity: str) -> set[str]:
    return {name for (name,) in known.execute("SELECT name FROM samples WHERE identity = ?", (identity,))}
