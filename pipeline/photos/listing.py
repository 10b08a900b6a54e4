"""Which files a job is made of: a folder or a table -> an ordered list, before any file is opened."""

from __future__ import annotations

import csv
import math
import os
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.files import sha256_of
from pipeline.records import PhotoSource

IMAGE_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        *("png", "jpg", "jpeg", "jpe", "jfif", "webp", "heic", "heif", "avif", "tif", "tiff", "gif", "bmp"),
        *("jp2", "jxl", "psd", "svg", "ppm", "tga", "exr", "hdr"),
        *("dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2"),
    )
)
"""What a user would call a picture. Those that cannot be read get a reasoned row, other files none."""

TABLE_COLUMNS = ("path", "identity", "source", "licence", "consent", "beard_mm")
LONGEST_BEARD = 20.0  # mm


class TableError(Exception):
    """The table cannot be used at all; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the input; ``problem`` is why it cannot be used, empty when it can be tried."""

    source: PhotoSource
    problem: str = ""


def list_folder(folder: Path) -> tuple[Entry, ...]:
    """Pictures below ``folder``, sorted by name.

    The first folder on the way is the identity; a picture directly in ``folder`` is its own
    identity, by its stem. Hidden files are skipped, links are followed, loops become problems.
    """
    entries: list[Entry] = []
    _walk(folder, (), (), entries)
    return _without_duplicates(sorted(entries, key=lambda entry: entry.source.name))


def list_table(table: Path) -> tuple[Entry, ...]:
    """Rows of a CSV file with the columns of `TABLE_COLUMNS` (all but the first two optional), in its order.

    Relative paths are relative to the table. Raises TableError when the file cannot be read as such.
    """
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"photos.table: cannot read {table}: {_plain(error)}") from error
    reader = csv.DictReader(text.splitlines(), strict=True)
    columns = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    unknown = [name for name in columns if name not in TABLE_COLUMNS]
    missing = [name for name in TABLE_COLUMNS[:2] if name not in columns]
    if unknown or missing or len(set(columns)) < len(columns):
        raise TableError(
            f"photos.table: {table.name} has the columns {', '.join(columns) or '(none)'}; "
            f"needed: path, identity; allowed besides: {', '.join(TABLE_COLUMNS[2:])}"
        )
    entries = []
    try:
        for row in reader:
            entries.append(_table_entry(table.parent, reader.line_num, row))
    except csv.Error as error:
        raise TableError(f"photos.table: {table.name} line {reader.line_num}: {error}") from error
    return _without_duplicates(entries)


def _table_entry(folder: Path, line: int, row: dict[str, str | None]) -> Entry:
    cells = {name: (row.get(name) or "").strip() for name in TABLE_COLUMNS}
    path, identity = cells["path"].replace("\\", "/"), cells["identity"]
    source = PhotoSource(
        path=str(folder / path),
        name=path or f"(line {line})",
        identity=sys.intern(identity),  # there are millions of rows, and few of these texts
        source=sys.intern(cells["source"]) or None,
        licence=sys.intern(cells["licence"]) or None,
        consent=sys.intern(cells["consent"]) or None,
    )
    if None in row:
        return Entry(source, f"line {line} of the table has more cells than columns")
    if not path or "\0" in path:
        return Entry(source, f"line {line} of the table has no usable path")
    if not identity:
        return Entry(source, f"line {line} of the table has no identity")
    try:
        beard = float(cells["beard_mm"]) if cells["beard_mm"] else None
    except ValueError:
        beard = math.nan
    if beard is not None and not 0 <= beard <= LONGEST_BEARD:
        said = f"beard_mm = {cells['beard_mm']}: allowed: 0 to {LONGEST_BEARD:g}"
        return Entry(source, f"line {line} of the table has {said}")
    return _checked(replace(source, beard_mm=beard))


def _walk(folder: Path, parts: tuple[str, ...], above: tuple[str, ...], entries: list[Entry]) -> None:
    here = os.path.realpath(folder)
    if here in above:
        entries.append(_problem(folder, parts, "a link that leads back to a folder it is in"))
        return
    try:
        children = sorted(os.scandir(folder), key=lambda child: child.name)
    except OSError as error:
        entries.append(_problem(folder, parts, f"cannot open this folder: {_plain(error)}"))
        return
    for child in children:
        if child.name.startswith("."):
            continue
        inner = (*parts, child.name)
        try:
            is_folder = child.is_dir()
        except OSError as error:  # a link that points at itself
            entries.append(_problem(Path(child.path), inner, f"cannot follow this link: {_plain(error)}"))
            continue
        if is_folder:
            _walk(Path(child.path), inner, (*above, here), entries)
        elif Path(child.name).suffix.lower() in IMAGE_SUFFIXES:
            entries.append(_checked(_source(Path(child.path), inner)))


def _source(path: Path, parts: tuple[str, ...]) -> PhotoSource:
    identity = parts[0] if len(parts) > 1 else Path(parts[0]).stem if parts else ""
    return PhotoSource(
        path=str(path), name=_readable("/".join(parts)), identity=sys.intern(_readable(identity))
    )


def _problem(path: Path, parts: tuple[str, ...], reason: str) -> Entry:
    return Entry(_source(path, parts), reason)


def _checked(source: PhotoSource) -> Entry:
    """Identities become folder names of the data set, on any system: the rest is a problem."""
    identity = source.identity
    if _readable(source.path) != source.path:
        return Entry(source, "the file's name is not valid UTF-8")
    if (
        identity in {".", ".."}
        or any(mark in identity for mark in '/\\:*?"<>|')
        or not identity.isprintable()
    ):
        return Entry(source, f"the identity {identity!r} cannot be the name of a folder")
    if len(identity.encode()) > 200:
        return Entry(source, "the identity is longer than 200 bytes")
    return Entry(source)


def _without_duplicates(entries: list[Entry]) -> tuple[Entry, ...]:
    """Mark all but the first of the files with equal bytes: a data set that counts a face twice lies.

    Only files of equal size are read. A file that cannot be read is left for the loader to explain.
    """
    by_size: defaultdict[int, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        if not entry.problem:
            try:
                size = Path(entry.source.path).stat().st_size
            except OSError:
                continue
            if size > 0 and Path(entry.source.path).is_file():
                by_size[size].append(position)
    marked = list(entries)
    for positions in by_size.values():
        if len(positions) < 2:
            continue
        first: dict[str, PhotoSource] = {}
        for position in positions:
            source = entries[position].source
            try:
                sha = sha256_of(Path(source.path))
            except OSError:
                continue
            if sha in first:
                reason = f"the same file as {first[sha].name} (identity {first[sha].identity})"
                marked[position] = replace(entries[position], problem=reason)
            else:
                first[sha] = source
    return tuple(marked)


def _readable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _plain(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
