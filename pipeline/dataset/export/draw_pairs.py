"""Verification pairs: people apart by fold, as many genuine as impostor, none drawn twice."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle, islice

from pipeline.dataset.export.errors import ExportError
from pipeline.dataset.export.split import allot

FOLDS = 10
_LOOKED_AT = 20_000  # of one person's pairs
_MISSES = 2_000  # pairs of different people drawn in vain, one after the other, before it ends
_PEOPLE = 50  # of a fold, for every pair that is wanted of it


@dataclass(frozen=True)
class Side:
    """One of two faces: of a photo, and one of the samples made of it. Numbers are those of the index."""

    face: int
    sample: int


@dataclass(frozen=True)
class Pair:
    fold: int  # from 0
    genuine: bool
    left: Side
    right: Side


@dataclass(frozen=True)
class Known:
    """A face of the index."""

    face: int
    picture: int  # the same for near-duplicates
    samples: tuple[int, ...]


def draw_pairs(index: sqlite3.Connection, split: str, most: int, same_photo: bool, seed: int) -> list[Pair]:
    """Pairs of one split in the order of LFW's lists: fold by fold, first the genuine, then the impostors.

    Every pair is of two photos, with a sample of each to take where that side wears a mask; so one draw
    serves every protocol, and line n of each shows the same two photos. At most ``most`` of either kind a
    fold, as many in each. No two photos are paired twice, and near-duplicates of one not at all; with
    ``same_photo`` they are, and a photo with itself, by two of its samples. Genuine pairs go around the
    people of the fold, so that nobody with many photos outweighs others. Nobody is in two folds, nor are
    people who share near-duplicate photos.

    Photos with several faces take no part: the identity is said of the photo, not of a face. Raises
    ExportError when there are too few people or photos.
    """
    people, several = _groups(index, split)
    folds = min(FOLDS, people // 2, people if same_photo else several)
    if folds < 1:
        raise ExportError(
            f"pairs need two people who share no photo, one of them with two photos of one face{_in(split)}"
        )
    index.execute("UPDATE identities SET fold = NULL WHERE split = ?", (split,))
    allot(index, "fold", range(folds), [1 / folds] * folds, split)
    drawn = [
        (
            list(islice(_genuine(index, split, fold, most, same_photo, seed), most)),
            list(islice(_impostors(index, split, fold, most, seed), most)),
        )
        for fold in range(folds)
    ]
    number = min(len(kind) for fold in drawn for kind in fold)
    if number == 0:
        raise ExportError(f"there are too few different photos of one face for pairs{_in(split)}")
    return [pair for fold in drawn for kind in fold for pair in kind[:number]]


def faces_of(index: sqlite3.Connection, identity: int) -> list[Known]:
    """The faces of a person that pairs may show, in a drawn order."""
    found = index.execute(
        "SELECT faces.id, picture, group_concat(position) FROM faces "
        "JOIN (SELECT face, position, draw FROM samples WHERE identity = ? ORDER BY position) AS s "
        "ON s.face = faces.id WHERE photo NOT IN (SELECT photo FROM crowds) "
        "GROUP BY faces.id ORDER BY min(s.draw)",
        (identity,),
    )
    return [
        Known(face, picture, tuple(sorted(map(int, samples.split(","))))) for face, picture, samples in found
    ]


def _genuine(
    index: sqlite3.Connection, split: str, fold: int, most: int, same_photo: bool, seed: int
) -> Iterator[Pair]:
    """Those of a fold: one of each person, then a second one of each, and so on."""
    people = index.execute(
        "SELECT id, name FROM identities WHERE split = ? AND fold = ? AND photos >= ? ORDER BY draw LIMIT ?",
        (split, fold, 1 if same_photo else 2, _PEOPLE * most),
    ).fetchall()
    waiting = [_of_person(index, fold, person, same_photo, f"{seed}/{name}") for person, name in people]
    while waiting:
        left = []
        for pairs in waiting:
            pair = next(pairs, None)
            if pair is not None:
                yield pair
                left.append(pairs)
        waiting = left


def _of_person(
    index: sqlite3.Connection, fold: int, person: int, same_photo: bool, seed: str
) -> Iterator[Pair]:
    faces = faces_of(index, person)
    rng = random.Random(seed)
    total = len(faces) ** 2
    for place in rng.sample(range(total), min(total, _LOOKED_AT)):
        one, other = divmod(place, len(faces))
        # Of (a, b) and (b, a) the one that a coin of theirs shows.
        if one != other and (one < other) != bool((one + other + len(faces)) % 2):
            continue
        left, right = faces[one], faces[other]
        if one == other:
            if same_photo and len(left.samples) > 1:
                first, second = rng.sample(left.samples, 2)
                yield Pair(fold, True, Side(left.face, first), Side(left.face, second))
        elif same_photo or left.picture != right.picture:
            yield Pair(fold, True, _side(left, rng), _side(right, rng))


def _impostors(index: sqlite3.Connection, split: str, fold: int, most: int, seed: int) -> Iterator[Pair]:
    people = index.execute(
        "SELECT id, leader FROM identities WHERE split = ? AND fold = ? AND photos > 0 ORDER BY draw LIMIT ?",
        (split, fold, _PEOPLE * most),
    ).fetchall()
    faces = lru_cache(4096)(lambda person: faces_of(index, person))
    rng = random.Random(f"{seed}/impostors/{split}/{fold}")
    drawn = set()
    misses = 0
    for one, group in cycle(people):
        other, other_group = rng.choice(people)
        misses += 1
        if misses > _MISSES:
            return
        if group == other_group:
            continue
        left, right = rng.choice(faces(one)), rng.choice(faces(other))
        if (both := frozenset((left.face, right.face))) in drawn:
            continue
        drawn.add(both)
        misses = 0
        yield Pair(fold, False, _side(left, rng), _side(right, rng))


def _side(known: Known, rng: random.Random) -> Side:
    return Side(known.face, rng.choice(known.samples))


def _groups(index: sqlite3.Connection, split: str) -> tuple[int, int]:
    """How many groups of people there are, and how many of them with somebody of several photos."""
    found = index.execute(
        "SELECT count(*), sum(most > 1) FROM "
        "(SELECT max(photos) AS most FROM identities WHERE split = ? AND photos > 0 GROUP BY leader)",
        (split,),
    ).fetchone()
    return int(found[0]), int(found[1] or 0)


def _in(split: str) -> str:
    return f" in {split}" if split else ""
