"""Random streams that depend on what is made, never on order, shard or worker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeVar

import numpy as np

Name = TypeVar("Name", bound=str)


def generator(seed: int, photo_sha256: str, *parts: int | str) -> np.random.Generator:
    """Stream for (run seed, photo, parts...), where parts are e.g. the face's index and the variant.

    Texts enter by their SHA-256, so that streams of different purposes never meet.
    """
    words = [seed, *_words(photo_sha256)]
    for part in parts:
        words += _words(hashlib.sha256(part.encode()).hexdigest()) if isinstance(part, str) else [part]
    return np.random.default_rng(np.random.SeedSequence(words))


def pick(weights: Mapping[Name, float], rng: np.random.Generator) -> Name:
    """One name by relative weight; one draw from ``rng``, and the same for any order of the mapping."""
    names = sorted(weights)
    total = np.cumsum([weights[name] for name in names])
    return names[int(np.searchsorted(total, rng.random() * total[-1], side="right"))]


def _words(hexadecimal: str) -> list[int]:
    return [int(hexadecimal[start : start + 8], 16) for start in range(0, len(hexadecimal), 8)]
