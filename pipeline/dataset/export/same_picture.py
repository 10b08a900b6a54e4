"""Faces that are one picture, however it was stored: found by their hashes, confirmed by their pixels."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.cluster.hierarchy import DisjointSet

from pipeline.dataset.export.near_duplicates import mirrored, near_pairs
from pipeline.dataset.export.pictures import UNMASKED_CROP

NEAR = 6
"""Bits by which the hashes of two faces may differ that are then compared by their pixels."""
ALIKE = 0.92
"""Correlation of two aligned faces, at 28 x 28 pixels, from which on they are one picture."""
_SIDE = 28
_KEPT = 4096  # faces of 3 KiB each

Key = Callable[[int], int]


def find_same_pictures(index: sqlite3.Connection, data_set: Path) -> None:
    """Give faces that are near-duplicates of one picture the same ``picture``: the number of one of them.

    Re-encoded, resized, slightly cropped and mirrored photos are near-duplicates; two photos of one moment
    are not. How well both measures tell them apart: docs/exports.md.
    """
    same = DisjointSet()  # of those only that may have a near-duplicate
    look = lru_cache(_KEPT)(lambda face: _look(index, data_set, face))
    for one, other, turned in _candidates(index):
        same.add(one)
        same.add(other)
        if same.connected(one, other):
            continue
        if float((look(one) * look(other)[:, :: -1 if turned else 1]).sum()) >= ALIKE:
            same.merge(one, other)
    index.execute("BEGIN")
    index.execute("UPDATE faces SET picture = id")
    index.executemany("UPDATE faces SET picture = ? WHERE id = ?", led(same))
    index.execute("CREATE INDEX of_picture ON faces (picture)")
    index.execute("COMMIT")


def led(groups: DisjointSet) -> Iterator[tuple[int, int]]:
    """Every member after the lowest number of its group."""
    for group in groups.subsets():
        leader = min(group)
        yield from ((leader, member) for member in sorted(group))


def _candidates(index: sqlite3.Connection) -> Iterator[tuple[int, int, bool]]:
    """Two faces, and whether it is one of them mirrored that is like the other."""
    found = index.execute("SELECT id, hash FROM faces WHERE hash IS NOT NULL ORDER BY id")
    numbers = np.fromiter(found, np.dtype([("face", "i8"), ("hash", "i8")]))
    hashes = np.ascontiguousarray(numbers["hash"]).view(np.uint64)
    count = len(hashes)
    for pairs in near_pairs(np.concatenate([hashes, mirrored(hashes)]), NEAR):
        turned = pairs // max(count, 1)
        plain, cross = (turned == [0, 0]).all(axis=1), (turned == [0, 1]).all(axis=1)
        for which in (plain, cross):
            faces = numbers["face"][pairs[which] % max(count, 1)]
            yield from ((one, other, which is cross) for one, other in faces.tolist() if one != other)


def _look(index: sqlite3.Connection, data_set: Path, face: int) -> NDArray[np.float32]:
    """A face as (28, 28) brightness of mean 0 and length 1."""
    (labels,) = index.execute(
        "SELECT json_extract(row, '$.labels') FROM samples WHERE face = ? AND first", (face,)
    ).fetchone()
    with Image.open(data_set / str(labels) / UNMASKED_CROP) as picture:
        small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    grey: NDArray[np.float32] = np.asarray(small, np.float32)
    grey = grey - grey.mean()
    length = np.float32(np.linalg.norm(grey))
    return grey / length if length else grey
