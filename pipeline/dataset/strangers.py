"""Samples on disk that no row speaks of: of earlier recipes, of photos that changed or went."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Set
from pathlib import Path

PLACES = (("images", ".png"), ("jpeg", ".jpg"), ("labels", ""))
"""Folders of a data set that hold a folder for every identity, and how a sample ends in them."""
SAMPLE_ID = re.compile(r"[0-9a-f]{16}-f\d+-v\d+")


def strangers(output: Path, known: Callable[[str], set[str]]) -> Iterator[tuple[str, Path]]:
    """Identity, and place of what is named like a sample but not ``known`` (sample ids of an identity)."""
    for top, end in PLACES:
        for identity in folders(output / top):
            with os.scandir(output / top / identity) as found:
                named = [
                    (entry.name.removesuffix(end), entry.path)
                    for entry in found
                    if entry.name.endswith(end) and SAMPLE_ID.fullmatch(entry.name.removesuffix(end))
                ]
            if named:
                samples = known(identity)
                yield from ((identity, Path(path)) for name, path in named if name not in samples)


def remove_strangers(output: Path, known: Callable[[str], set[str]], spared: Set[str]) -> int:
    """Delete them, but for those of ``spared`` identities, and folders of identities that are empty now; how
    many samples that were."""
    removed = set()
    for identity, place in strangers(output, known):
        if identity in spared:
            continue
        removed.add((identity, place.name.removesuffix(".png").removesuffix(".jpg")))
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()
    for top, _ in PLACES:
        for identity in folders(output / top):
            with os.scandir(output / top / identity) as inside:
                empty = next(inside, None) is None
            if empty:
                (output / top / identity).rmdir()
    return len(removed)


def folders(place: Path) -> list[str]:
    """Names of the folders in ``place``, sorted; none where it does not exist."""
    if not place.is_dir():
        return []
    with os.scandir(place) as found:
        return sorted(entry.name for entry in found if entry.is_dir())
