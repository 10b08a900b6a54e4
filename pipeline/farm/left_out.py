"""Photos that are not made because their people asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.dataset.forget.forgotten import NOBODY, REASON, read_forgotten
from pipeline.photos.listing import Entry
from pipeline.recipe import ConfigError
from pipeline.records import PhotoSource


def without_forgotten(entries: Sequence[Entry], output: Path) -> list[Entry]:
    """The entries, with a nameless reject in the place of each that ``maskdrape forget`` was given.

    Raises ConfigError where the list of these cannot be read.
    """
    try:
        forgotten = read_forgotten(output / ".maskdrape")
    except ValueError as error:
        raise ConfigError(str(error)) from error
    gone = {
        (entry.source.name, entry.source.identity)
        for entry in entries
        if forgotten.knows(entry.source.name, entry.source.identity, Path(entry.source.path))
    }
    copies = {f"the same file as {name} (identity {identity})" for name, identity in gone}
    nobody = Entry(PhotoSource("", NOBODY, NOBODY), REASON)
    return [
        nobody if (entry.source.name, entry.source.identity) in gone or entry.problem in copies else entry
        for entry in entries
    ]
