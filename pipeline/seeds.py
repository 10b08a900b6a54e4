"""Random streams that depend on what is made, never on order, shard or worker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from pipeline.records import Float

Name = TypeVar("Name", bound=str)


def generator(seed: int, photo_sha256: str, *parts: int | str) -> np.random.Generator:
    """Stream for (run seed, photo, parts...), where parts are e.g. the face's index and the variant.

    Texts enter by their SHA-256, so that streams of different purposes never meet.
    """
    words = [seed, *_words(photo_sha256)]
    for part in parts:
        words += _words(hashlib.sha256(part.encode()).hexdigest()) if isinstance(part, str) else [part]
    return np.random.default_rng(np.random.SeedSequence(words))


def spread_out(rng: np.random.Generator, number: int) -> Float:
    """The ``number``-th point (3,) of a sequence that starts at random in the unit cube and fills it evenly.

    Every point by itself is uniform, and the same state of ``rng`` gives the same sequence. As Weyl (1916)
    showed of irrational steps, which here are the golden section and the roots of 2 and 3.
    """
    return np.asarray((rng.random(3) + number * _STEPS) % 1.0)


_STEPS = np.sqrt([5.0, 2.0, 3.0]) * [0.5, 1.0, 1.0] % 1.0 + [0.5, 0.0, 0.0]


def pick(weights: Mapping[Name, float], at: float) -> Name:
    """One name by relative weight, for ``at`` in [0, 1); the same for any order of the mapping."""
    names = sorted(weights)
    total = np.cumsum([weights[name] for name in names])
    return names[int(np.searchsorted(total, at * total[-1], side="right"))]


def _words(hexadecimal: str) -> list[int]:
    return [int(hexadecimal[start : start + 8], 16) for start in range(0, len(hexadecimal), 8)]
