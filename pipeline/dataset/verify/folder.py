"""Whether a data set is what it says: every file there and unchanged, every label its sample's own."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from pipeline.dataset.read import MANIFEST, REJECTS, SUMS, DataSetError, labels, rejects, rows, sums
from pipeline.dataset.rows import Row
from pipeline.dataset.strangers import PLACES, folders
from pipeline.dataset.verify.rows import lacking, mismatches
from pipeline.dataset.verify.whose import note_changed, told_apart
from pipeline.dataset.write import jpeg_name, place_of

Kind = Literal["missing", "changed", "orphan", "row", "label", "pixels", "photo", "table"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, by its path inside the data set, and in one plain sentence what."""

    kind: Kind
    place: str
    words: str


class Unreadable(ValueError):
    """A file that cannot be decoded: its place in the data set, and why in words."""

    def __init__(self, place: str, words: str) -> None:
        super().__init__(f"{place} {words}")
        self.place, self.words = place, words


@dataclass(frozen=True)
class Verified:
    """One sample is looked through, whatever was found; ``files`` of it were there."""

    sample_id: str
    files: int


Labels = Mapping[str, Any]
Files = Mapping[str, bytes]
Check = Callable[[Path, Row, Labels, Files], Iterator[tuple[Kind, str, str]]]
"""From a data set, a row, its sample.json and contents of its files by place to kinds, places below the data
set, and words of problems. Raises Unreadable."""


def verify(folder: Path, checks: Sequence[Check] = ()) -> Iterator[Problem | Verified]:
    """All that is wrong with a data set, sample by sample; ``checks`` are made of each on top.

    Of every sample: its files are those that SHA256SUMS lists, with these hashes and no other; those that
    sample.json lists are the same; row and sample.json agree. Of one with files that changed or are missing,
    which is said, no more is compared: OpenEXR may crash on broken bytes. Of the whole: nothing in images/,
    jpeg/ and labels/ belongs to no row; rejects speak of no sample that there is; one photo has one identity.
    Memory does not grow with the data set. Raises DataSetError for a folder that is no data set.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as known:
        known.execute(
            "CREATE TABLE samples (identity, name, sums, listed INT, PRIMARY KEY (identity, name)) "
            "WITHOUT ROWID"
        )
        known.execute("CREATE TABLE photos (sha256 PRIMARY KEY, identity, name) WITHOUT ROWID")
        known.execute("BEGIN")
        yield from _read_sums(folder, known)
        yield from _samples(folder, known, checks)
        yield from (Problem("changed", place, words) for place, words in told_apart(folder, known))
        for identity, name in known.execute("SELECT identity, name FROM samples WHERE listed = 0"):
            yield Problem(
                "table", SUMS, f"lists files of {name} ({identity}), which {MANIFEST} does not name"
            )
        yield from _orphans(folder, known)
        yield from _rejects(folder, known)


def _samples(
    folder: Path, known: sqlite3.Connection, checks: Sequence[Check]
) -> Iterator[Problem | Verified]:
    for number, row in enumerate(rows(folder), start=1):
        if wrong := lacking(row):
            yield Problem("row", MANIFEST, f"line {number} {wrong}")
            continue
        identity, name = row["identity"], row["sample_id"]
        yield from _photo(number, row, known)
        found = known.execute(
            "SELECT sums, listed FROM samples WHERE identity = ? AND name = ?", (identity, name)
        ).fetchone()
        if found is None:
            yield Problem("table", SUMS, f"lists no file of {name} ({identity})")
            known.execute("INSERT INTO samples VALUES (?, ?, '{}', 1)", (identity, name))
        elif found[1]:
            yield Problem("row", MANIFEST, f"line {number} names {name} ({identity}) again")
            continue
        known.execute("UPDATE samples SET listed = 1 WHERE identity = ? AND name = ?", (identity, name))
        expected = json.loads(found[0]) if found else {}
        files: dict[str, bytes] = {}
        hashes: dict[str, str] = {}
        for one in _there(folder, row, expected):
            if isinstance(one, Problem):
                yield one
                continue
            place, data = one
            hashes[place] = hashlib.sha256(data).hexdigest()
            if hashes[place] != expected[place]:
                note_changed(known, place, hashes[place], expected[place])
            elif checks:
                files[place] = data
        if f"{row['labels']}/sample.json" in hashes:
            try:
                said = labels(folder, row)
            except DataSetError as error:
                place = f"{row['labels']}/sample.json"
                yield Problem("label", place, str(error).removeprefix(f"{place} "))
            else:
                yield from _of_sample(row, said, expected, hashes, known)
                if len(files) == len(expected):
                    yield from _compared(folder, row, said, files, checks)
        yield Verified(name, len(hashes))


def _of_sample(
    row: Row, said: Labels, expected: Mapping[str, str], hashes: Mapping[str, str], known: sqlite3.Connection
) -> Iterator[Problem]:
    """What sample.json says, against the row and the files."""
    place = f"{row['labels']}/sample.json"
    yield from (Problem("label", place, words) for words in mismatches(row, said))
    for name, sha256 in (said.get("files") or {}).items():
        own = place_of(row["identity"], row["sample_id"], name)
        if own in hashes and hashes[own] == expected[own] != sha256:
            owner = known.execute(
                "SELECT key FROM samples, json_each(sums) WHERE value = ? AND key != ? LIMIT 1",
                (hashes[own], own),
            ).fetchone()
            of = f"it is {owner[0]}, of another sample" if owner else "it changed, or is of another sample"
            yield Problem("label", own, f"is not the file that {place} was written with: {of}")


def _compared(
    folder: Path, row: Row, said: Labels, files: Files, checks: Sequence[Check]
) -> Iterator[Problem]:
    """What checks say of a sample whose files are all there, and those that SHA256SUMS lists."""
    for check in checks:
        try:
            yield from (Problem(kind, where, words) for kind, where, words in check(folder, row, said, files))
        except Unreadable as broken:
            yield Problem("pixels", broken.place, broken.words)
            return
        except (LookupError, TypeError, ValueError) as error:
            words = f"does not hold what labels do ({type(error).__name__}: {error}): pixels not compared"
            yield Problem("label", f"{row['labels']}/sample.json", words)


def _there(folder: Path, row: Row, expected: Mapping[str, str]) -> Iterator[Problem | tuple[str, bytes]]:
    """Place and content of what is expected and there; problems of the rest."""
    image, inside = row["image"], row["labels"]
    there = {image} if (folder / image).is_file() else set()
    jpeg = jpeg_name(row["identity"], row["sample_id"])
    if jpeg in expected or (folder / jpeg).exists():
        there |= {jpeg} if (folder / jpeg).is_file() else set()
    try:
        there |= {f"{inside}/{name}" for name in os.listdir(folder / inside)}  # noqa: PTH208 (fast)
    except FileNotFoundError:
        pass
    except OSError as error:
        yield Problem("missing", inside, f"cannot be looked into: {error.strerror or error}")
        return
    for place in sorted(set(expected) - there):
        yield Problem("missing", place, "is not there")
    for place in sorted(there):
        if place not in expected:
            yield Problem("orphan", place, f"is in {SUMS} nowhere")
            continue
        try:
            data = (folder / place).read_bytes()
        except OSError as error:
            yield Problem("missing", place, f"cannot be read: {error.strerror or error}")
        else:
            yield place, data


def _read_sums(folder: Path, known: sqlite3.Connection) -> Iterator[Problem]:
    """Hashes of every sample into ``known``, a row each."""
    lines = ((*_sample_of(place), place, sha256) for place, sha256 in sums(folder))
    for (identity, name), files in groupby(lines, key=lambda line: line[:2]):
        if not name:
            for *_, place, _ in files:
                yield Problem("table", SUMS, f"lists {place}, which is no file of a sample")
            continue
        own = {place: sha256 for *_, place, sha256 in files}
        known.execute(
            "INSERT INTO samples VALUES (?, ?, ?, 0) ON CONFLICT DO UPDATE SET "
            "sums = json_patch(sums, excluded.sums)",
            (identity, name, json.dumps(own)),
        )


def _sample_of(place: str) -> tuple[str, str]:
    """Identity and sample id of a file's path inside the data set; empty where it is nobody's."""
    parts = place.split("/")
    for top, end in PLACES:
        if parts[0] == top and len(parts) == (3 if end else 4) and parts[2].endswith(end):
            return parts[1], parts[2].removesuffix(end)
    return "", ""


def _photo(number: int, row: Row, known: sqlite3.Connection) -> Iterator[Problem]:
    """One photo has one identity and one name."""
    said = known.execute("SELECT identity, name FROM photos WHERE sha256 = ?", (row["sha256"],)).fetchone()
    if said is None:
        known.execute("INSERT INTO photos VALUES (?, ?, ?)", (row["sha256"], row["identity"], row["photo"]))
    elif said != (row["identity"], row["photo"]):
        swapped = ": identities are swapped" * (said[0] != row["identity"])
        words = (
            f"line {number} gives {row['photo']} to {row['identity']}; it was {said[1]} of {said[0]} before"
            f"{swapped}"
        )
        yield Problem("row", MANIFEST, words)


def _orphans(folder: Path, known: sqlite3.Connection) -> Iterator[Problem]:
    """What lies in the folders of samples and belongs to none."""
    for top, end in PLACES:
        if not (folder / top).is_dir():
            continue
        identities = set(folders(folder / top))
        for entry in sorted(os.listdir(folder / top)):  # noqa: PTH208 (fast)
            if entry not in identities:
                yield Problem("orphan", f"{top}/{entry}", "belongs to no sample")
                continue
            names = known.execute("SELECT name FROM samples WHERE identity = ? AND listed = 1", (entry,))
            whole = {name + end for (name,) in names}
            inside = os.listdir(folder / top / entry)  # noqa: PTH208 (fast)
            for name in sorted(name for name in inside if name not in whole):
                yield Problem("orphan", f"{top}/{entry}/{name}", f"belongs to no row of {MANIFEST}")


def _rejects(folder: Path, known: sqlite3.Connection) -> Iterator[Problem]:
    for number, row in enumerate(rejects(folder), start=1):
        if any(
            key not in row for key in ("photo", "identity", "sha256", "face", "variant", "stage", "reason")
        ):
            yield Problem("row", REJECTS, f"line {number} lacks something that every row has")
            continue
        if not row["reason"]:
            yield Problem("row", REJECTS, f"line {number} gives no reason")
        if row["sha256"] is None:
            continue
        start = f"{row['sha256'][:16]}-f"
        if row["face"] is not None:
            start += f"{row['face']}-v"
            start += "" if row["variant"] is None else f"{row['variant']:02d}"
        there = known.execute(
            "SELECT name FROM samples WHERE identity = ? AND name >= ? AND name < ? AND listed = 1",
            (row["identity"], start, start + "\x7f"),
        ).fetchone()
        if there and (row["variant"] is None or there[0] == start):
            yield Problem("row", REJECTS, f"line {number} rejects what {MANIFEST} has as {there[0]}")
