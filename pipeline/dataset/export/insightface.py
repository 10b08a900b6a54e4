"""InsightFace's verification sets: a pickled list of encoded pictures and whether each pair is one person."""

from __future__ import annotations

import csv
import json
import pickle
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipeline.dataset.export.draw_pairs import Pair
from pipeline.dataset.export.pairs import PROTOCOLS, pairs_of, protocols, splits
from pipeline.dataset.export.pictures import masked_crop, unmasked_crop
from pipeline.dataset.export.rights import MASKED
from pipeline.dataset.export.table import COLUMNS, cells
from pipeline.dataset.export.task import Counts, Task, split_folder
from pipeline.dataset.rows import Row


def write_insightface(task: Task) -> Counts:
    """``<protocol>.bin`` and, as a .bin has no place for it, ``<protocol>.csv`` with each picture's rights.

    Below each split. Pairs and their order are those of the export to pairs.
    """
    made = {"pairs": 0}
    for split in splits(task):
        pairs = pairs_of(task, split)
        folder = split_folder(task, split)
        folder.mkdir(exist_ok=True)
        for protocol in protocols(task):
            with (folder / f"{protocol}.bin").open("wb") as file:
                pickler = pickle.Pickler(file, protocol=4)
                pickler.fast = True  # or it would keep every picture, to know it again
                pickler.dump((_Written(_pictures(task, protocol, pairs)), [pair.genuine for pair in pairs]))
            with (folder / f"{protocol}.csv").open("w", newline="", encoding="utf-8") as table:
                _note(csv.writer(table, lineterminator="\n"), task, protocol, pairs)
            made["pairs"] += len(pairs)
    return made


class _Written:
    """Pickled as a list of what it is made of, one after the other, so that they are never all in memory."""

    def __init__(self, members: Iterable[bytes]) -> None:
        self.members = members

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, iter(self.members)


def _pictures(task: Task, protocol: str, pairs: Sequence[Pair]) -> Iterator[bytes]:
    for _, kind, row in _sides(task, protocol, pairs):
        yield masked_crop(task, row) if kind == MASKED else unmasked_crop(task, row)


def _note(table: Any, task: Task, protocol: str, pairs: Sequence[Pair]) -> None:
    table.writerow(("pair", "fold", "same_person", "kind", *COLUMNS))
    for number, kind, row in _sides(task, protocol, pairs):
        pair = pairs[number]
        table.writerow((number, pair.fold, int(pair.genuine), kind, *cells(row, kind)))


def _sides(task: Task, protocol: str, pairs: Sequence[Pair]) -> Iterator[tuple[int, str, Row]]:
    """Number of the pair, kind and row of each picture."""
    for number, pair in enumerate(pairs):
        for kind, side in zip(PROTOCOLS[protocol], (pair.left, pair.right), strict=True):
            (row,) = task.index.execute(
                "SELECT row FROM samples WHERE position = ?", (side.sample,)
            ).fetchone()
            yield number, kind, json.loads(row)
