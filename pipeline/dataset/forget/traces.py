"""All that a data set knows of one person or one photo: names, hashes, samples, files."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.dataset.read import MANIFEST, REJECTS, SUMS, DataSetError, rejects, rows, sums
from pipeline.files import write_whole

Row = Mapping[str, Any]

PLAN = "forgetting.json"
"""What is being forgotten, while it is: a killed command goes on from it."""
_SAME_FILE = re.compile(r"the same file as (?P<name>.*) \(identity (?P<identity>.*)\)")


@dataclass
class Traces:
    """What is to be forgotten. ``photos`` are (name, identity)."""

    person: str | None  # the identity, where all of it goes
    photos: set[tuple[str, str]] = field(default_factory=set)
    contents: dict[str, int | None] = field(default_factory=dict)  # SHA-256 of photos, and size in bytes
    samples: set[tuple[str, str]] = field(default_factory=set)  # (identity, sample id)
    files: set[str] = field(default_factory=set)  # SHA-256 of files that only these samples have
    identities: set[str] = field(default_factory=set)  # of which nothing is left afterwards
    rows: int = 0  # of rejects.jsonl
    _prefixes: set[str] = field(default_factory=set, repr=False, compare=False)

    def of_row(self, row: Row) -> bool:
        """Whether a row of the manifest or of the rejects is one of those to go."""
        if row["identity"] == self.person or (row["photo"], row["identity"]) in self.photos:
            return True
        return (row["sha256"] or "") in self.contents or _twin(row) in self.photos

    def of_journal(self, row: Row) -> bool:
        """The same of a row of a journal."""
        if row["identity"] == self.person or (row["name"], row["identity"]) in self.photos:
            return True
        return any((row.get(key) or "") in self.contents for key in ("sha256", "content"))

    def of_sample(self, path: str) -> bool:
        """The same of a file by its path inside the data set."""
        top, identity, rest = (*path.split("/", 2), "", "")[:3]
        if top not in {"images", "labels", "jpeg"}:
            return False
        return identity == self.person or rest[:16] in self.prefixes

    @property
    def prefixes(self) -> set[str]:
        """What the ids of all samples of these photos begin with."""
        if len(self._prefixes) != len(self.contents):  # photos are only ever added
            self._prefixes = {sha256[:16] for sha256 in self.contents}
        return self._prefixes


def find_traces(folder: Path, wanted: str) -> Traces:
    """What the data set knows of ``wanted``: an identity, else the name or the SHA-256 of a photo.

    Goes on with what a killed command began. Raises DataSetError where nothing is known of it.
    """
    traces = _begun(folder, wanted) or Traces(_matched(folder, wanted))
    before = -1
    while before != len(traces.photos) + len(traces.contents):
        before = len(traces.photos) + len(traces.contents)
        for row in mentions(folder):
            if _is(row, wanted) or traces.of_row(row):
                traces.photos.add((row["photo"], row["identity"]))
                if row["sha256"]:
                    size = traces.contents.get(row["sha256"]) or row.get("bytes")
                    traces.contents[row["sha256"]] = size
                if twin := _twin(row):
                    traces.photos.add(twin)
    _files(folder, traces)
    return traces


def keep_plan(folder: Path, wanted: str, traces: Traces) -> None:
    """Write down what is about to be removed, in case that is not seen to its end."""
    values = {
        "wanted": wanted,
        "person": traces.person,
        "photos": sorted(traces.photos),
        "contents": traces.contents,
        "samples": sorted(traces.samples),
        "files": sorted(traces.files),
        "identities": sorted(traces.identities),
    }
    write_whole(folder / ".maskdrape" / PLAN, json.dumps(values, ensure_ascii=False).encode())


def drop_plan(folder: Path) -> None:
    (folder / ".maskdrape" / PLAN).unlink(missing_ok=True)


def mentions(folder: Path) -> Iterator[Row]:
    """Every row that speaks of a photo, of the tables and the journals.

    With at least ``photo``, ``identity`` and ``sha256``; ``bytes`` of its file where that is known.
    """
    found = False
    for name, read in ((MANIFEST, rows), (REJECTS, rejects)):
        if (folder / name).exists():
            found = True
            yield from read(folder)
    for journal in journals(folder):
        found = True
        for row in journal_rows(journal):
            inner = row.get("row") or {}
            stat = row.get("stat")
            yield {
                "photo": row["name"],
                "identity": row["identity"],
                "sha256": row.get("sha256") or row.get("content"),
                "reason": inner.get("reason", ""),
                "sample_id": inner.get("sample_id"),
                "bytes": stat[0] if stat else None,
                "files": row.get("files", {}),
            }
    if not found:
        raise DataSetError(f"{folder} is not a data set of MaskDrape")


def journals(folder: Path) -> list[Path]:
    """Journals of all recipes."""
    return sorted((folder / ".maskdrape" / "journal").glob("*/*.jsonl"))


def journal_rows(file: Path) -> Iterator[dict[str, Any]]:
    """Rows of one journal; what a kill tore is passed over."""
    with file.open("rb") as lines:
        for line in lines:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and {"kind", "name", "identity"} <= set(row):
                yield row


def _matched(folder: Path, wanted: str) -> str | None:
    """``wanted`` where it is an identity, None where it is a photo. Raises DataSetError."""
    names: set[str] = set()
    photo = False
    for row in mentions(folder):
        if row["identity"] == wanted:
            return wanted
        photo = photo or _is(row, wanted)
        names |= {str(row["identity"]), str(row["photo"])}
    if photo:
        return None
    near = difflib.get_close_matches(wanted, sorted(names), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise DataSetError(f"nothing in {folder} speaks of an identity or a photo {wanted!r}{hint}")


def _is(row: Row, wanted: str) -> bool:
    return row["photo"] == wanted or (row["sha256"] == wanted and len(wanted) == 64)


def _twin(row: Row) -> tuple[str, str] | None:
    """The photo that this one is a copy of, as its reject says."""
    found = _SAME_FILE.fullmatch(str(row.get("reason", "")))
    return (found["name"], found["identity"]) if found else None


def _files(folder: Path, traces: Traces) -> None:
    """Fill in samples, hashes of their files, and which identities have nothing else."""
    traces.identities |= {identity for _, identity in traces.photos} | {traces.person or ""} - {""}
    for row in mentions(folder):
        if not traces.of_row(row):
            traces.identities.discard(row["identity"])
            continue
        if row.get("sample_id"):
            traces.samples.add((row["identity"], row["sample_id"]))
        traces.rows += bool(row.get("stage"))
    for path, sha256 in _hashes(folder):
        if traces.of_sample(path):
            traces.files.add(sha256)
    for path, sha256 in _hashes(folder):
        if not traces.of_sample(path):  # an empty matte looks the same in everybody's folder
            traces.files.discard(sha256)


def _hashes(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of the files of all samples."""
    if (folder / SUMS).exists():
        yield from sums(folder)
    for row in mentions(folder):
        yield from row.get("files", {}).items()


def _begun(folder: Path, wanted: str) -> Traces | None:
    try:
        found = json.loads((folder / ".maskdrape" / PLAN).read_bytes())
    except (OSError, ValueError):
        return None
    if found["wanted"] != wanted:
        raise DataSetError(f"forgetting {found['wanted']!r} was begun and not finished: do that first")
    return Traces(
        found["person"],
        {(name, identity) for name, identity in found["photos"]},
        dict(found["contents"]),
        {(identity, name) for identity, name in found["samples"]},
        set(found["files"]),
        set(found["identities"]),
    )
