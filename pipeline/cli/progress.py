"""Progress and summary: a live line on a terminal, one plain line a photo elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from pipeline.dataset.distribution import Distribution
from pipeline.farm.local import Event, Finished, PhotoDone, Started

MOST_NAMES = 12  # of one kind in the summary


def show(events: Iterable[Event], stream: TextIO) -> Finished:
    """Follow a run on ``stream`` until its last event, which is returned."""
    console = Console(file=stream, highlight=False, soft_wrap=True)
    lines = _live(events, console) if console.is_terminal else _plain(events)
    last: Finished | None = None
    for line in lines:
        if isinstance(line, Finished):
            last = line
        else:
            console.print(line)
    assert last is not None
    return last


def _plain(events: Iterable[Event]) -> Iterator[Text | Finished]:
    number = total = 0
    for event in events:
        if isinstance(event, Started):
            number, total = event.done, event.photos
            yield from _opening(event)
        elif isinstance(event, PhotoDone):
            number += 1
            yield Text(f"[{number}/{total}] {_result(event)}")
        else:
            yield event


def _live(events: Iterable[Event], console: Console) -> Iterator[Text | Finished]:
    began, samples, rejects = time.monotonic(), 0, 0
    columns = (
        TextColumn("photos"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("photos", total=None, counts="")
        for event in events:
            if isinstance(event, Started):
                bar.update(task, total=event.photos, completed=event.done)
                yield from _opening(event)
            elif isinstance(event, PhotoDone):
                samples += event.samples
                rejects += len(event.rejects)
                rate = samples / max(time.monotonic() - began, 1e-9) * 60
                bar.update(
                    task, advance=1, counts=f"{samples} samples, {rejects} rejects, {rate:.1f} samples/min"
                )
                if event.rejects:
                    yield Text(_result(event), style="yellow")
            else:
                yield event


def _opening(event: Started) -> Iterator[Text]:
    if event.note:
        yield Text(event.note)
    if event.done:
        yield Text(f"{event.done} of {event.photos} photos need nothing more")


def _result(event: PhotoDone) -> str:
    parts = [f"{event.faces} face{'s' * (event.faces != 1)}"] if event.faces else []
    if event.flagged:
        parts.append(f"{event.flagged} flagged")
    parts.append(f"{event.samples} sample{'s' * (event.samples != 1)}")
    parts += [_where(row) + str(row["reason"]) for row in event.rejects]
    return f"{event.name}: {', '.join(parts)}"


def _where(row: dict[str, object]) -> str:
    if row["face"] is None:
        return "rejected: "
    variant = "" if row["variant"] is None else f" variant {row['variant']}"
    return f"face {row['face']}{variant} rejected: "


def shares_in_words(found: Distribution) -> list[str]:
    """A line for every kind of mask that there is more than one of: per cent made, and wanted in brackets."""
    lines = []
    for kind, names in found.items():
        if len(names) > 1:
            often = sorted(names.items(), key=lambda item: -(item[1]["share"] or 0))
            words = [f"{name} {_per_cent(one)}" for name, one in often[:MOST_NAMES]]
            more = f", and {len(often) - MOST_NAMES} more" if len(often) > MOST_NAMES else ""
            lines.append(f"{kind}, % (wanted): {', '.join(words)}{more}")
    return lines


def _per_cent(one: Mapping[str, float | int | None]) -> str:
    wanted = one["wanted"]
    return f"{100 * (one['share'] or 0):.0f}" + ("" if wanted is None else f" ({100 * wanted:.0f})")


def summary(finished: Finished, output: Path) -> list[str]:
    """The last words of a run."""
    tables = finished.tables
    if tables is None:
        return [
            f"made here: {finished.made_here} samples, rejected: {finished.rejected_here}",
            "other processes are at work in this output; the last of them writes its tables",
            f"data set: {output}",
        ]
    stages = Counter(str(row["stage"]) for row in tables.rejects)
    rejected = (
        f" ({', '.join(f'{name}: {count}' for name, count in sorted(stages.items()))})" if stages else ""
    )
    lines = [
        f"faces found: {tables.faces}   flagged: {tables.flagged}   samples: {len(tables.samples)}   "
        f"rejected: {len(tables.rejects)}{rejected}"
    ]
    if tables.unfinished:
        lines.append(f"photos not made yet (other shards, or left out by --only): {tables.unfinished}")
    if tables.removed:
        lines.append(f"samples of earlier settings or photos removed: {tables.removed}")
    lines += shares_in_words(tables.distribution)
    lines.append(f"data set: {output}")
    lines.append(f"all shares, made and wanted: {output / 'distribution.json'}")
    lines.append(f"look at: {output / 'contact_sheet.png'}")
    if tables.rejects:
        lines.append(f"reasons: {output / 'rejects.jsonl'}")
    return lines
