"""Samples on disk that no row speaks of: of earlier recipes, of photos that changed or went."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Set
from itertools import groupby
from pathlib import Path

PLACES = (("images", ".png"), ("jpeg", ".jpg"), ("labels", ""))
"""Folders of a data set that hold a folder for every identity, and how a sample ends in them."""
SAMPLE_ID = re.compile(r"[0-9a-f]{16}-f\d+-v\d+")


def samples_on_disk(output: Path) -> Iterator[tuple[str, str, Path]]:
    """Identity, sample id and place of all that is named like a sample and lies where samples do."""
    for top, end in PLACES:
        for identity in folders(output / top):
            with os.scandir(output / top / identity) as found:
                names = [entry.name for entry in found if entry.name.endswith(end)]
            for name in names:
                if SAMPLE_ID.fullmatch(name.removesuffix(end)):
                    yield identity, name.removesuffix(end), output / top / identity / name


def remove_empty(output: Path) -> None:
    """Delete the folders of identities that have nothing in them."""
    for top, _ in PLACES:
        for identity in folders(output / top):
            with os.scandir(output / top / identity) as inside:
                empty = next(inside, None) is None
            if empty:
                (output / top / identity).rmdir()


def remove_strangers(output: Path, known: Callable[[str], set[str]], spared: Set[str]) -> int:
    """Delete samples that are not ``known`` (ids of those of an identity), but for those of ``spared``
    identities, and folders of identities that are empty now; how many samples that were."""
    removed = set()
    for folder, found in groupby(samples_on_disk(output), key=lambda one: one[2].parent):
        if folder.name in spared:
            continue
        samples = known(folder.name)
        for identity, name, place in found:
            if name in samples:
                continue
            removed.add((identity, name))
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink()
    remove_empty(output)
    return len(removed)


def folders(place: Path) -> list[str]:
    """Names of the folders in ``place``, sorted; none where it does not exist."""
    if not place.is_dir():
        return []
    with os.scandir(place) as found:
        return sorted(entry.name for entry in found if entry.is_dir())
