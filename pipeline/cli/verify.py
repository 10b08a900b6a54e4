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

FEW = 8  # lines of one kind where a person reads
NAMES = 3  # of files, in one line
ADVICE = (
    "a sample is made anew, with the same bytes, once its files in images/ and labels/ are deleted and the "
    "same configuration is run again"
)


def verify_data_set(folder: Path, photos: Path | None, fast: bool, as_json: bool) -> int:
    """Print what is wrong; returns the exit code. Raises ConfigError, DataSetError."""
    if photos is not None and not photos.is_dir():
        raise ConfigError(f"--photos {photos}: no such folder")
    samples = files = 0
    kinds, lines = Counter[str](), Counter[str]()
    for one in _grouped(_followed(verify(folder, _checks(folder, photos, fast)), folder)):
        if isinstance(one, Verified):
            samples, files = samples + 1, files + one.files
            continue
        kinds[one[0].kind] += len(one)
        lines[one[0].kind] += 1
        if as_json:
            print("\n".join(json.dumps(asdict(problem), ensure_ascii=False) for problem in one))
        elif lines[one[0].kind] <= FEW:
            print(_line(one))
    if as_json:
        totals = {"samples": samples, "files": files, "problems": kinds.total(), "kinds": dict(kinds)}
        print(json.dumps(totals, ensure_ascii=False))
    else:
        print("\n".join(_summary(samples, files, kinds, lines, fast)))
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


def _grouped(found: Iterable[Problem | Verified]) -> Iterator[Verified | list[Problem]]:
    """Problems that follow each other and say the same of files of one folder, together."""
    same: list[Problem] = []
    for one in found:
        if isinstance(one, Verified):
            yield one
            continue
        if same and _gist(one) != _gist(same[0]):
            yield same
            same = []
        same.append(one)
    if same:
        yield same


def _gist(problem: Problem) -> tuple[str, str, str]:
    folder, _, name = problem.place.rpartition("/")
    return problem.kind, folder if folder else name, problem.words


def _line(same: list[Problem]) -> str:
    first = same[0]
    if len(same) == 1:
        return f"{first.place}: {first.words}"
    names = [problem.place.rpartition("/")[2] for problem in same]
    more = f" and {len(names) - NAMES} more" * (len(names) > NAMES)
    return f"{first.place.rpartition('/')[0]}/: each of {', '.join(names[:NAMES])}{more} {first.words}"


def _summary(samples: int, files: int, kinds: Counter[str], lines: Counter[str], fast: bool) -> list[str]:
    looked = f"{samples} samples, {files} files" + (", pixels not looked at" if fast else "")
    if not kinds:
        return [f"{looked}: nothing is wrong"]
    more = sum(max(number - FEW, 0) for number in lines.values())
    left_out = [f"... and {more} lines like these; --json lists all"] if more else []
    counts = ", ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items()))
    number = kinds.total()
    return [*left_out, f"{looked}: {number} problem{'s' * (number != 1)} ({counts})", ADVICE]
