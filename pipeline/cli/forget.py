"""``maskdrape forget``: a person or a photo out of a data set and all that was made from it, with proof."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from pipeline.cli.job import ALL_DONE, CRASH
from pipeline.cli.photos import photo_of
from pipeline.dataset.export.place import foreign_in, parts_beside
from pipeline.dataset.forget.elsewhere import Made, caches_elsewhere, delete_exports, exports
from pipeline.dataset.forget.forgotten import read_forgotten
from pipeline.dataset.forget.kept import entries
from pipeline.dataset.forget.remove import remove
from pipeline.dataset.forget.search import Searched, search
from pipeline.dataset.forget.traces import Traces, drop_plan, find_traces, keep_plan
from pipeline.dataset.journal.locks import alone_in
from pipeline.dataset.read import DataSetError
from pipeline.recipe import ConfigError


def forget(folder: Path, wanted: str, dry_run: bool, yes: bool) -> int:
    """Remove, then search every byte; returns `ALL_DONE` only where nothing is left.

    Raises DataSetError where nothing is known of ``wanted``, ConfigError without consent, Busy.
    """
    state = folder / ".maskdrape"
    try:
        traces = find_traces(folder, wanted)
    except DataSetError as error:
        if read_forgotten(state).knows_name(wanted):
            print(f"{wanted} was forgotten before; looking again")
            return _proof(folder, _caches(folder), Traces(wanted))
        if any(any(entries(cache)) for cache in _caches(folder)):
            raise DataSetError(
                f"{error}; a run that was killed early may have left a fit without a row: the folder "
                f"{state / 'cache'} can be deleted, the next run makes it again"
            ) from error
        raise
    made = exports(folder)
    for line in _plan(traces, made):
        print(line)
    if dry_run:
        print("nothing was removed (--dry-run)")
        return ALL_DONE
    _consent(yes)
    with alone_in(folder):
        traces, made = find_traces(folder, wanted), exports(folder)  # a run may have ended meanwhile
        caches = _caches(folder)
        keep_plan(folder, wanted, traces)
        for line in remove(folder, traces, caches, photo_of(folder, None)):
            print(line, flush=True)
        delete_exports(folder, made)
        for line in _fates(made):
            print(line)
        drop_plan(folder)
        return _proof(folder, caches, traces)


def _plan(traces: Traces, made: list[Made]) -> Iterator[str]:
    photos = f"{len(traces.photos)} photo{'s' * (len(traces.photos) != 1)}"
    what = f"{len(traces.samples)} samples, {traces.rows} rejects"
    if traces.person is not None:
        yield f"to be forgotten: the person {traces.person}: {photos}, {what}"
    else:
        yield f"to be forgotten: {photos}: {what}"
    for name, identity in sorted(traces.photos)[:10]:
        yield f"  {name} (identity {identity})"
    if len(traces.photos) > 10:
        yield f"  and {len(traces.photos) - 10} more"
    for one in made:
        if one.now == "here":
            yield f"  the whole export {one.place} ({one.form}), which can be made again afterwards"
            yield from _own_files(one)
        elif one.now == "another's":
            yield f"  NOT: the export {one.place} ({one.form}), made of a data set that lay elsewhere"
        elif one.now == "replaced":
            yield f"  NOT: the export at {one.place}, which was made of another data set since"
        elif one.now == "gone":
            yield f"  NOT: the export made at {one.place}, which is not there any more: look for copies"
        for part in parts_beside(one.place) if one.now in ("here", "gone", "never") else ():
            yield f"  what a killed export left: {part}"


def _own_files(one: Made) -> Iterator[str]:
    foreign = foreign_in(one.place)
    if foreign:
        yield f"  NOT: what else lies in it: {', '.join(foreign[:5])}{', ...' * (len(foreign) > 5)}"


def _fates(made: list[Made]) -> Iterator[str]:
    """What became of the exports, and how those that were deleted are made again."""
    again = []
    for one in made:
        if one.now == "another's":
            yield (
                f"export: {one.place} ({one.form}) stays: it was made of a data set that lay elsewhere; "
                "delete it yourself if this is that one, moved"
            )
        elif one.now == "gone":
            yield (
                f"export: {one.place} was not there; copies of it that are elsewhere still hold what was "
                "forgotten"
            )
        elif one.now == "here":
            stays = "; what others put there stays: move it away before" * one.place.exists()
            yield f"export: {one.place} ({one.form}) deleted whole, not rewritten{stays}"
            again.append(shlex.join(one.command) if one.command else f"maskdrape export ... --to {one.form}")
    if again:
        yield "exports of what is left are made again with:"
        yield from (f"  {command}" for command in again)


def _consent(yes: bool) -> None:
    """Raises ConfigError where the user does not agree."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError("forgetting cannot be undone: give --yes, or --dry-run to see what would go")
    if input("This cannot be undone. Go on? [y/N] ").strip().lower() not in {"y", "yes"}:
        raise ConfigError("nothing was removed")


def _caches(folder: Path) -> list[Path]:
    state = folder / ".maskdrape"
    return [place for place in (state / "cache", *caches_elsewhere(state)) if place.is_dir()]


def _proof(folder: Path, caches: list[Path], traces: Traces) -> int:
    """Search, and say what was searched and what was found."""
    inside = folder.resolve()
    places = [folder, *(cache for cache in caches if inside not in cache.resolve().parents)]
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("looking through every byte", total=sum(map(_size, places)))
        looked = search(places, traces, lambda size: bar.advance(task, size))
    for line in _report(looked, places):
        print(line)
    return CRASH if looked.found else ALL_DONE


def _report(looked: Searched, places: list[Path]) -> Iterator[str]:
    where = " and ".join(str(place) for place in places)
    yield (
        f"searched: {looked.files:,} files, {looked.size:,} bytes, and their paths, in {where}, for "
        f"{looked.names} names and {looked.hashes} hashes and sample ids"
    )
    for other in looked.others:
        yield f"stays, with such a name in its own: {other}"
    if not looked.found:
        yield "found: nothing"
        yield "not searched: the photos themselves, backups, and copies made by hand"
        return
    for place, what in looked.found:
        yield f"STILL THERE: {place}: {what}"


def _size(folder: Path) -> int:
    return sum(
        path.stat().st_size
        for above, _, names in os.walk(folder)
        for path in (Path(above, name) for name in names)
        if path.is_file()
    )
