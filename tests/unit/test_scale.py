"""Many rows (some, here; benchmarks/rows.py takes as many as are wanted): right, and never held together."""

from __future__ import annotations

import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import Counter
from tiny_data_set import tiny_stages

sys.path.append(str(Path(__file__).parents[2]))  # benchmarks/ is no part of the package

from benchmarks.rows import SIDE, VARIANTS, write_rows
from pipeline.config import Config
from pipeline.dataset.read import rows, sums
from pipeline.dataset.verify.folder import Problem, Verified, verify
from pipeline.farm.local import Finished, Started, run
from pipeline.photos.listing import list_table
from pipeline.recipe import Job
from pipeline.records import Photo

FEW, MANY = 200, 600


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[int, Path]:
    made = {}
    for count in (FEW, MANY):
        made[count] = tmp_path_factory.mktemp("rows") / "all"
        made[count].mkdir()
        write_rows(made[count], count)
    return made


def peak_of(work) -> int:
    """Bytes of Python objects at the most at a time.

    The lesser of two times: the interpreter's own table of strings may happen to outgrow its place, once.
    """
    peaks = []
    for _ in range(2):
        tracemalloc.start()
        work()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return min(peaks)


def finish(folder: Path, count: int) -> None:
    config = Config.model_validate(
        {"photos": {"table": "people.csv"}, "output": "data", "variants": VARIANTS}
    )
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    stages = replace(tiny_stages(), load_photo=lambda *_: Photo("", "", "", picture, None))
    entries = list_table(folder / "people.csv")
    events = []

    def work() -> None:
        events[:] = run(Job(config, folder), entries, stages)

    memory[count] = peak_of(work)
    started, ended = events
    assert isinstance(started, Started) and (started.photos, started.done) == (count // VARIANTS,) * 2
    assert isinstance(ended, Finished) and ended.tables is not None
    assert (len(ended.tables.samples), ended.tables.unfinished, ended.tables.removed) == (count, 0, 0)
    assert not Counter().renders


memory: dict[int, int] = {}


def test_start_up_and_tables_hold_no_rows_in_memory(folders):
    finish(folders[FEW], FEW)
    finish(folders[MANY], MANY)
    # a row with its hashes is 3 kB and more; what grows here are the entries' names
    assert memory[MANY] - memory[FEW] < 300 * (MANY - FEW)
    out = folders[MANY] / "data"
    assert sum(1 for _ in rows(out)) == MANY and sum(1 for _ in sums(out)) == 11 * MANY


def test_verify_holds_no_rows_in_memory(folders):
    found: dict[int, list[Problem]] = {}
    for count, folder in folders.items():
        if not (folder / "data" / "manifest.jsonl").exists():
            finish(folder, count)

        def work(folder: Path = folder, count: int = count) -> None:
            seen = 0
            for one in verify(folder / "data"):
                if isinstance(one, Verified):
                    seen += 1
                else:
                    found.setdefault(count, []).append(one)
            assert seen == count

        memory[-count] = peak_of(work)
    assert found == {}
    assert memory[-MANY] - memory[-FEW] < 300 * (MANY - FEW)
