"""What was made of a data set and lies outside it: exports, and a cache that a configuration put there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.dataset.export.place import MARK, foreign_in, mark_of, parts_beside
from pipeline.dataset.rows import json_line, jsonl
from pipeline.files import sha256_of, write_whole

EXPORTS, CACHES = "exports.jsonl", "caches.txt"
SHARED = "shared.txt"
"""Lies in a cache that a data set uses and that is not its own."""

Now = Literal["here", "gone", "never", "replaced", "another's"]


@dataclass(frozen=True)
class Made:
    """One export as its data set remembers it."""

    place: Path
    form: str
    of: str  # the place of the data set
    command: tuple[str, ...]  # makes it again; empty where that is not known
    now: Now
    """Whether that folder still holds an export of MaskDrape; never: one was begun, and killed or refused
    before it was there; replaced: another one was made in its place, of another data set. One made before
    the data set was moved, or of the data set that this is a copy of, is another's."""


def exports(folder: Path) -> list[Made]:
    """Exports that were made from a data set, each place once."""
    file = folder / ".maskdrape" / EXPORTS
    if not file.exists():
        return []
    found: dict[str, Made] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            row: Mapping[str, Any] = json.loads(line)
            place, of = Path(str(row["output"])), str(row["data_set"])
        except (ValueError, KeyError, TypeError):
            continue
        before = found.get(str(place))
        never = row.get("begun", False) and (before is None or before.now == "never")
        now: Now = "never" if never else "gone"
        if mark_of(place) is not None:
            now = "here" if of == str(folder.resolve()) else "another's"
            if now == "here" and row.get("mark", mark := sha256_of(place / MARK)) != mark:
                now = "replaced"
        command = tuple(map(str, row.get("command", ())))
        found[str(place)] = Made(place, str(row.get("format", "")), of, command, now)
    return list(found.values())


def remember_begun(folder: Path, place: Path, form: str, command: Sequence[str]) -> None:
    """Write down that an export will be made from a data set, so that `forget` finds it and what is left of
    it when it is killed. ``command`` makes it again. Raises OSError."""
    _remember(folder, {"format": form, "begun": True}, place, command)


def remember_made(folder: Path, place: Path, form: str, command: Sequence[str]) -> None:
    """Write down that it is there. Raises OSError."""
    _remember(folder, {"format": form, "mark": sha256_of(place / MARK)}, place, command)


def delete_exports(folder: Path, made: list[Made]) -> None:
    """Delete exports, and what killed ones left beside their places, and forget where they were.

    What others put into their folders stays. Exports of another data set stay, and stay known.
    """
    for one in made:
        if one.now in ("another's", "replaced"):
            continue
        for part in parts_beside(one.place):
            shutil.rmtree(part)
        if mark_of(one.place) is not None:
            _delete_export(one.place)
    stay = [_row(one) for one in made if one.now == "another's"]
    write_whole(folder / ".maskdrape" / EXPORTS, jsonl(stay))


def remember_cache(state: Path, cache: Path) -> None:
    """Write down where fits and drapes are kept, if not in the usual place, so that they can be removed."""
    state, cache = state.resolve(), cache.resolve()
    if cache == state / "cache":
        return
    places = caches_elsewhere(state)
    if cache not in places:
        text = "".join(f"{place}\n" for place in [*places, cache])
        write_whole(state / CACHES, text.encode())
    if not (cache / SHARED).exists():
        with suppress(OSError):  # one that cannot be written loses nothing either
            write_whole(cache / SHARED, b"used by other data sets than the one it may lie in\n")


def caches_elsewhere(state: Path) -> list[Path]:
    """Caches outside the data set that its runs have used."""
    file = state / CACHES
    return [Path(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def _remember(folder: Path, row: Mapping[str, Any], place: Path, command: Sequence[str]) -> None:
    file = folder / ".maskdrape" / EXPORTS
    file.parent.mkdir(exist_ok=True)
    where = {"output": str(place.resolve()), "data_set": str(folder.resolve()), "command": list(command)}
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json_line({**row, **where}) + "\n")


def _row(one: Made) -> dict[str, Any]:
    return {"format": one.form, "output": str(one.place), "data_set": one.of, "command": list(one.command)}


def _delete_export(place: Path) -> None:
    foreign = set(foreign_in(place))
    for inner in sorted(place.iterdir(), key=lambda inner: inner.name == MARK):  # known until the end
        if inner.name in foreign:
            continue
        if inner.is_dir() and not inner.is_symlink():
            shutil.rmtree(inner)
        else:
            inner.unlink()
    if not foreign:
        place.rmdir()
