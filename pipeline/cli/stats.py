"""``maskdrape stats``: what a data set holds, as tables or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.cli.job import ALL_DONE
from pipeline.dataset.stats import statistics

LOOKED_AT = 20_000
MOST_NAMES = 15
_BARS = "▁▂▃▄▅▆▇█"
_UNITS = {
    "yaw_degrees": "turned, ° (+ to their left)",
    "pitch_degrees": "bowed, ° (+ down)",
    "roll_degrees": "tilted, ° (+ left ear up)",
    "face_px": "face, px",
    "residual_mm": "landmarks off the head, mm",
    "photo_width_px": "photo, px wide",
    "photo_height_px": "photo, px high",
}


def show_statistics(folder: Path, as_json: bool) -> int:
    """Print what there is. Raises DataSetError."""
    found = statistics(folder, LOOKED_AT)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return ALL_DONE
    console = Console(highlight=False)
    console.print(Text(folder.resolve().name, style="bold"))
    for line in _opening(found):
        console.print(Text(line))
    for table in _tables(found):
        console.print()
        console.print(table)
    return ALL_DONE


def _opening(found: Mapping[str, Any]) -> Iterator[str]:
    verdicts = ", ".join(f"{count:,} {name}" for name, count in found["verdicts"].items())
    yield f"{found['samples']:,} samples{f' ({verdicts})' if verdicts else ''}, {found['rejects']:,} rejects"
    each = found["samples_per_identity"]
    spread = (
        f": {each['least']:g} to {each['most']:g} samples each, median {each['median']:g}" if each else ""
    )
    yield (
        f"{found['identities']:,} identities{spread}; "
        f"{found['faces']:,} faces in {found['photos']:,} photos were masked"
    )
    for name in ("licences", "sources", "consents"):
        items = list(found[name].items())
        words = ", ".join(f"{text} ({count:,})" for text, count in items[:6])
        if items:
            yield f"{name}: {words}{f', and {len(items) - 6} more' if len(items) > 6 else ''}"


def _tables(found: Mapping[str, Any]) -> Iterator[Table]:
    yield _masks(found["masks"])
    if found["rejects_by_reason"]:
        table = _table("Rejects", "stage", "reason (numbers left out)", ">rejects")
        for one in found["rejects_by_reason"][:MOST_NAMES]:
            table.add_row(one["stage"], Text(one["reason"]), f"{one['rejects']:,}")
        _rest(table, len(found["rejects_by_reason"]))
        yield table
    if found["flagged"]:
        table = _table("Flagged", "reason (numbers left out)", ">samples")
        for one in found["flagged"][:MOST_NAMES]:
            table.add_row(Text(one["reason"]), f"{one['samples']:,}")
        _rest(table, len(found["flagged"]))
        yield table
    part = f" of {found['looked_at']:,} samples" if found["looked_at"] < found["samples"] else ""
    for title, key in ((f"Faces{part}", "face"), (f"Checks of the cloth{part}", "checks")):
        if found[key]:
            yield _spreads(title, found[key])


def _masks(kinds: Mapping[str, Any]) -> Table:
    table = _table("Masks", "kind", "name", ">samples", ">share", ">wanted")
    for kind, names in kinds.items():
        often = sorted(names.items(), key=lambda item: (-item[1]["samples"], item[0]))
        for number, (name, one) in enumerate(often[:MOST_NAMES]):
            wanted = "" if one["wanted"] is None else f"{100 * one['wanted']:.1f} %"
            share = f"{100 * one['share']:.1f} %"
            first = kind if number == 0 else ""
            table.add_row(first, Text(name), f"{one['samples']:,}", share, wanted)
        _rest(table, len(often))
        table.add_section()
    return table


def _spreads(title: str, spreads: Mapping[str, Any]) -> Table:
    table = _table(title, "", ">least", ">5 %", ">median", ">95 %", ">most", "spread")
    for name, one in spreads.items():
        numbers = [_number(one[key]) for key in ("least", "p05", "median", "p95", "most")]
        table.add_row(_UNITS.get(name, name.replace("_", " ")), *numbers, _bars(one["histogram"]))
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _bars(counts: list[int]) -> str:
    """A histogram in one line of text; what is there at all shows."""
    most = max(counts)
    return "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] if count else " " for count in counts)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None)
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if right else "left", overflow="fold")
    return table


def _rest(table: Table, names: int) -> None:
    if names > MOST_NAMES:
        table.add_row(*["" if n else f"and {names - MOST_NAMES} more" for n in range(len(table.columns))])
