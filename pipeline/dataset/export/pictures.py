"""Pictures of a data set as bytes: those on disk, untouched, or with a signature added."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.dataset.export.errors import ExportError
from pipeline.dataset.export.task import Task, label_file
from pipeline.dataset.read import DataSetError
from pipeline.dataset.rows import Row

MASKED_CROP, UNMASKED_CROP = "masked_112.png", "unmasked_112.png"


def masked_photo(task: Task, row: Row) -> bytes:
    """The masked photo, a PNG."""
    return _signed(task, _read(task, task.data_set / row["image"]))


def masked_crop(task: Task, row: Row) -> bytes:
    """Its aligned face, a PNG of 112 x 112."""
    return _signed(task, _read(task, label_file(task, row, MASKED_CROP)))


def unmasked_crop(task: Task, row: Row) -> bytes:
    """The same of the photo without the mask."""
    return _read(task, label_file(task, row, UNMASKED_CROP))


def label_png(task: Task, row: Row, name: str) -> bytes:
    """Another of a sample's pictures."""
    return _read(task, label_file(task, row, name))


def original_photo(photos: Path, row: Row) -> bytes:
    """The file that a sample was made of. Raises ExportError where another one lies there by now."""
    path = photos / str(row["photo"])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ExportError(f"--photos {photos}: {row['photo']}: {error.strerror or error}") from error
    if hashlib.sha256(data).hexdigest() != row["sha256"]:
        raise ExportError(f"--photos {photos}: {row['photo']} is not the file that the data set was made of")
    return data


def save(path: Path, data: bytes) -> None:
    """Write a file of the export, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _read(task: Task, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        place = path.relative_to(task.data_set).as_posix()
        raise DataSetError(
            f"{place} cannot be read: {error.strerror or error}; the run that made the data set makes it anew"
        ) from error


def _signed(task: Task, data: bytes) -> bytes:
    return task.options.sign(data) if task.options.sign else data
