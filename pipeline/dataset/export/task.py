"""What every export is given."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.dataset.rows import Row

Sign = Callable[[bytes], bytes]
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Options:
    """What the command line says beside format and place."""

    seed: int = 0
    shares: tuple[float, ...] = ()  # of the splits; empty: not split
    photos: Path | None = None  # folder that the photos' names are relative to
    pairs: int = 300  # of each kind in each fold, at most
    same_photo: bool = False  # pairs of two pictures of one photo too
    name: str = ""  # of the data set, in its descriptions
    sign: Sign | None = None  # PNG bytes -> the same with a C2PA manifest


@dataclass(frozen=True)
class Task:
    """One export on its way: from a data set, by an index of its chosen rows, into an empty folder."""

    data_set: Path
    out: Path
    index: sqlite3.Connection
    options: Options


def split_folder(task: Task, split: str) -> Path:
    """Where files of a split go: the export itself where there are no splits."""
    return task.out / split if split else task.out


def label_file(task: Task, row: Row, name: str) -> Path:
    """One of a sample's files."""
    return task.data_set / str(row["labels"]) / name
