"""Taking every trace out of a data set's folder. Each step may be done again."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.contact_sheet import SAMPLES, draw_contact_sheet
from pipeline.dataset.distribution import distribution, distribution_json
from pipeline.dataset.forget.forgotten import add_forgotten
from pipeline.dataset.forget.kept import remove_kept
from pipeline.dataset.forget.traces import Traces, journals
from pipeline.dataset.read import MANIFEST, REJECTS, SUMS, rows
from pipeline.dataset.strangers import remove_empty, samples_on_disk
from pipeline.files import write_whole, writing_whole
from pipeline.records import PhotoSource

Row = Mapping[str, Any]
SHEET, PREVIEW = "contact_sheet.png", "preview.html"


def remove(
    folder: Path, traces: Traces, caches: list[Path], photo: Callable[[Row], NDArray[np.uint8] | None]
) -> Iterator[str]:
    """Do all of it; yields a line on what was done after each step.

    ``photo`` gives the pixels of the photo of a row that stays, for the contact sheet.
    """
    state = folder / ".maskdrape"
    people = [traces.person] if traces.person is not None else []
    add_forgotten(state, people, traces.photos, traces.contents.items())
    yield f"pictures and labels: {_samples(folder, traces)} files"
    yield from remove_kept(folder, caches, traces)
    taken = sum(_without(file, _row_of(traces.of_journal)) for file in journals(folder))
    yield f"journals: {taken} rows"
    tables = sum(_without(folder / name, _row_of(traces.of_row)) for name in (MANIFEST, REJECTS))
    yield f"{MANIFEST}, {REJECTS}: {tables} rows"
    listed = _without(folder / SUMS, lambda line: traces.of_sample(line[66:].decode().rstrip("\n")))
    yield f"{SUMS}: {listed} lines"
    if _counted(folder):
        yield "distribution.json: counted anew"
    yield from _sheet(folder, photo)
    yield from _left_overs(folder)
    inputs = _inputs(folder, traces)
    if inputs:
        yield f"photos in the data set's own inputs: {inputs}"


def _samples(folder: Path, traces: Traces) -> int:
    """Delete files and folders of samples, also of earlier runs that no table speaks of."""
    gone = 0
    for _, _, place in samples_on_disk(folder):
        if traces.of_sample(place.relative_to(folder).as_posix()):
            gone += _deleted(place)
    remove_empty(folder)
    return gone


def _without(file: Path, goes: Callable[[bytes], bool]) -> int:
    """Write a file again without the lines that are to go; how many those were."""
    if not file.exists():
        return 0
    dropped = 0
    with file.open("rb") as lines, writing_whole(file) as kept:
        for line in lines:
            if goes(line):
                dropped += 1
            else:
                kept.write(line)
    return dropped


def _row_of(goes: Callable[[Row], bool]) -> Callable[[bytes], bool]:
    """The same of lines of a .jsonl file. Torn ones go as well."""

    def line_goes(line: bytes) -> bool:
        try:
            return goes(json.loads(line))
        except (ValueError, KeyError, TypeError):
            return True

    return line_goes


def _counted(folder: Path) -> bool:
    file = folder / "distribution.json"
    if not file.exists() or not (folder / MANIFEST).exists():
        return False
    before = json.loads(file.read_bytes())
    wanted = {
        kind: {name: one["wanted"] for name, one in names.items() if one["wanted"] is not None}
        for kind, names in before.items()
        if any(one["wanted"] is not None for one in names.values())
    }
    write_whole(file, distribution_json(distribution(rows(folder), wanted)))
    return True


def _sheet(folder: Path, photo: Callable[[Row], NDArray[np.uint8] | None]) -> Iterator[str]:
    """Draw the contact sheet again from what is left; without the photos there is none."""
    sheet = folder / SHEET
    if not sheet.exists() or not (folder / MANIFEST).exists():
        return
    shown: list[tuple[Row, PhotoSource]] = []
    pixels: dict[str, NDArray[np.uint8]] = {}
    total = 0
    for row in rows(folder):
        total += 1
        if len(shown) < SAMPLES and (found := photo(row)) is not None:
            name = str(len(shown))
            pixels[name] = found
            shown.append((row, PhotoSource("", name, str(row["identity"]))))
    if shown:
        write_whole(sheet, draw_contact_sheet(folder, shown, total, lambda source: pixels[source.name]))
        yield f"{SHEET}: drawn anew"
    else:
        sheet.unlink()
        yield f"{SHEET}: removed; the next run draws it again"


def _left_overs(folder: Path) -> Iterator[str]:
    """Delete what may show anybody and is easily made again."""
    if _deleted(folder / PREVIEW):
        yield f"{PREVIEW}: removed; maskdrape preview makes it again"
    state = folder / ".maskdrape"
    places = [*state.glob("log-*"), *state.glob("journal/*/*.workshop"), *folder.rglob(".*.part")]
    if any([_deleted(place) for place in places]):
        yield "logs and unfinished files: removed"


def _inputs(folder: Path, traces: Traces) -> int:
    """The demo keeps its photos, and a table of them, in the data set; a table of photos elsewhere is the
    user's."""
    table = folder / "inputs" / "people.csv"
    if not table.exists():
        return 0
    text = table.read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    lines = list(reader)
    home = table.parent.resolve()
    if not all(home in (home / (line.get("path") or "")).resolve().parents for line in lines):
        return 0
    kept, gone = [], 0
    for line in lines:
        place = (line["path"], line["identity"])
        if line["identity"] == traces.person or place in traces.photos:
            gone += _deleted(table.parent / line["path"])
        else:
            kept.append(line)
    made = io.StringIO()
    writer = csv.DictWriter(made, reader.fieldnames or (), lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept)
    write_whole(table, made.getvalue().encode())
    return gone


def _deleted(place: Path) -> int:
    """Delete a file, or a folder with all that is in it; how many files that were."""
    if place.is_dir() and not place.is_symlink():
        count = sum(1 for inner in place.rglob("*") if inner.is_file())
        shutil.rmtree(place)
        return max(count, 1)
    if not place.exists() and not place.is_symlink():
        return 0
    place.unlink()
    return 1
