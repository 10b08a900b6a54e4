"""What was made of a data set and lies outside it: exports, and a cache that a configuration put there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.dataset.rows import json_line
from pipeline.files import write_whole

EXPORTS, MARK = "exports.jsonl", "export.json"
CACHES = "caches.txt"


@dataclass(frozen=True)
class Made:
    """One export as its data set remembers it."""

    place: Path
    form: str
    now: Literal["here", "gone", "another's"]
    """Whether that folder still holds an export of MaskDrape. One made before the data set was moved, or of
    the data set that this is a copy of, is another's."""


def exports(folder: Path) -> list[Made]:
    """Exports that were made from a data set, each place once."""
    file = folder / ".maskdrape" / EXPORTS
    if not file.exists():
        return []
    found: dict[str, Made] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            row: Mapping[str, Any] = json.loads(line)
            place, of = Path(str(row["output"])), row["data_set"]
        except (ValueError, KeyError, TypeError):
            continue
        ours = of == str(folder.resolve())
        now: Literal["here", "gone", "another's"] = "here" if ours else "another's"
        found[str(place)] = Made(place, str(row.get("format", "")), now if _is_export(place) else "gone")
    return list(found.values())


def remember_export(folder: Path, place: Path, form: str) -> None:
    """Write down that an export was made from a data set, so that `forget` finds it. Raises OSError."""
    file = folder / ".maskdrape" / EXPORTS
    file.parent.mkdir(exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        row = {"format": form, "output": str(place.resolve()), "data_set": str(folder.resolve())}
        lines.write(json_line(row) + "\n")


def delete_exports(folder: Path, made: list[Made]) -> None:
    """Delete exports, and forget where they were; those of another data set stay, and stay known."""
    for one in made:
        if one.now == "here" and _is_export(one.place):
            shutil.rmtree(one.place)
    file = folder / ".maskdrape" / EXPORTS
    stay = {str(one.place) for one in made if one.now == "another's"}
    known = file.read_text(encoding="utf-8").splitlines() if stay else []
    kept = [line for line in known if any(json_line({"output": place})[1:-1] in line for place in stay)]
    write_whole(file, "".join(f"{line}\n" for line in kept).encode())


def remember_cache(state: Path, cache: Path) -> None:
    """Write down where fits and drapes are kept, if not in the usual place, so that they can be removed."""
    state, cache = state.resolve(), cache.resolve()
    places = caches_elsewhere(state)
    if cache != state / "cache" and cache not in places:
        text = "".join(f"{place}\n" for place in [*places, cache])
        write_whole(state / CACHES, text.encode())


def caches_elsewhere(state: Path) -> list[Path]:
    """Caches outside the data set that its runs have used."""
    file = state / CACHES
    return [Path(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def _is_export(place: Path) -> bool:
    try:
        found = json.loads((place / MARK).read_bytes())
        return bool(found["made_by"] == "maskdrape export")
    except (OSError, ValueError, KeyError, TypeError):
        return False
