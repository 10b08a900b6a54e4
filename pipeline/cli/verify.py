"""``maskdrape verify``: whether a data set is what it says."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.cli.job import ALL_DONE, WITH_REJECTS
from pipeline.dataset.read import MANIFEST
from pipeline.dataset.verify.folder import Check, Problem, Verified, verify
from pipeline.recipe import ConfigError

MOST = 50  # problems that are listed where a person reads
ADVICE = (
    "a sample is made anew, with the same bytes, once its files in images/ and labels/ are deleted and the "
    "same configuration is run again"
)


def verify_data_set(folder: Path, photos: Path | None, fast: bool, as_json: bool) -> int:
    """Print what is wrong; returns the exit code. Raises ConfigError, DataSetError."""
    if photos is not None and not photos.is_dir():
        raise ConfigError(f"--photos {photos}: no such folder")
    samples = files = 0
    kinds = Counter[str]()
    for one in _followed(verify(folder, _checks(folder, photos, fast)), folder):
        if isinstance(one, Verified):
            samples, files = samples + 1, files + one.files
            continue
        kinds[one.kind] += 1
        if as_json:
            print(json.dumps(asdict(one), ensure_ascii=False))
        elif kinds.total() <= MOST:
            print(f"{one.place}: {one.words}")
    if as_json:
        totals = {"samples": samples, "files": files, "problems": kinds.total(), "kinds": dict(kinds)}
        print(json.dumps(totals, ensure_ascii=False))
    else:
        print("\n".join(_summary(samples, files, kinds, fast)))
    sys.stdout.flush()
    return WITH_REJECTS if kinds else ALL_DONE


def _checks(folder: Path, photos: Path | None, fast: bool) -> list[Check]:
    checks: list[Check] = []
    if not fast:
        from pipeline.dataset.verify.pixels import check_pixels

        checks.append(check_pixels)
    if photos is not None:
        from pipeline.cli.photos import photo_of
        from pipeline.dataset.verify.pixels import photo_check

        checks.append(photo_check(photo_of(folder, photos)))
    return checks


def _followed(found: Iterable[Problem | Verified], folder: Path) -> Iterator[Problem | Verified]:
    """The same, with a bar on a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from found
        return
    columns = (TextColumn("samples"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("samples", total=_lines(folder / MANIFEST))
        for one in found:
            if isinstance(one, Verified):
                bar.advance(task)
            yield one


def _lines(file: Path) -> int | None:
    try:
        with file.open("rb") as lines:
            return sum(1 for _ in lines)
    except OSError:
        return None


def _summary(samples: int, files: int, kinds: Counter[str], fast: bool) -> list[str]:
    looked = f"{samples} samples, {files} files" + (", pixels not looked at" if fast else "")
    if not kinds:
        return [f"{looked}: nothing is wrong"]
    more = [f"... and {kinds.total() - MOST} more; --json lists all"] if kinds.total() > MOST else []
    counts = ", ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items()))
    return [*more, f"{looked}: {kinds.total()} problems ({counts})", ADVICE]
