"""A finished data set, read one row at a time: exports, checks, previews and statistics start here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.dataset.rows import Row

MANIFEST, REJECTS, SUMS = "manifest.jsonl", "rejects.jsonl", "SHA256SUMS"


class DataSetError(Exception):
    """A folder is no data set of MaskDrape, or one that cannot be read; the text is one plain sentence."""


def rows(folder: Path) -> Iterator[Row]:
    """Rows of the manifest, in its order, without ever holding more than one. Raises DataSetError."""
    return _lines(folder, MANIFEST)


def rejects(folder: Path) -> Iterator[Row]:
    """Rows of rejects.jsonl, likewise. Raises DataSetError."""
    return _lines(folder, REJECTS)


def labels(folder: Path, row: Row) -> dict[str, Any]:
    """sample.json of one row of the manifest. Raises DataSetError."""
    place = f"{row['labels']}/sample.json"
    try:
        found = json.loads((folder / place).read_bytes())
    except OSError as error:
        raise DataSetError(f"{place} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise DataSetError(f"{place} is not JSON, or cut off") from error
    if not isinstance(found, dict):
        raise DataSetError(f"{place} holds no labels")
    return found


def sums(folder: Path) -> Iterator[tuple[str, str]]:
    """Path inside the data set (forward slashes) and SHA-256 in hex of every file that SHA256SUMS lists.

    The format is that of coreutils' sha256sum. Raises DataSetError.
    """
    for number, line in _text(folder, SUMS):
        sha256, mark, path = line[:64], line[64:66], line[66:]
        if len(sha256) != 64 or mark not in {"  ", " *"} or not path:
            raise DataSetError(f"{SUMS} line {number} is not of the form HASH, two spaces, PATH")
        yield path, sha256


def _lines(folder: Path, name: str) -> Iterator[Row]:
    for number, line in _text(folder, name):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataSetError(
                f"{name} line {number} is cut off or not JSON; the run that made it writes it anew"
            ) from error
        if not isinstance(row, dict):
            raise DataSetError(f"{name} line {number} is not a row")
        yield row


def _text(folder: Path, name: str) -> Iterator[tuple[int, str]]:
    if not folder.is_dir():
        raise DataSetError(f"{folder}: no such folder")
    try:
        with (folder / name).open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                yield number, line.rstrip("\n")
    except UnicodeDecodeError as error:
        raise DataSetError(f"{name} is not UTF-8 text") from error
    except OSError as error:
        raise DataSetError(
            f"{folder} is not a data set of MaskDrape: {name}: {error.strerror or error}"
        ) from error
