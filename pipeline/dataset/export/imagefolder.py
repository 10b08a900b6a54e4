"""A folder an identity, as torchvision's ImageFolder and its likes read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from pipeline.dataset.export.index import Item, items
from pipeline.dataset.export.pictures import masked_crop, masked_photo, original_photo, save, unmasked_crop
from pipeline.dataset.export.rights import MASKED, UNMASKED
from pipeline.dataset.export.table import metadata_tables
from pipeline.dataset.export.task import Counts, Task, split_folder
from pipeline.dataset.rows import Row


def write_imagefolder(task: Task) -> Counts:
    """``masked/<identity>/<sample>.png``; the photos, where they are given, as ``unmasked/<identity>/...``.

    Below a folder of the split, if there are any. Files are those of the data set and of the photos, byte
    for byte.
    """
    photos = task.options.photos
    with _putting(task) as (put, made):
        for item in items(task.index):
            put(item, MASKED, f"{item.row['sample_id']}.png", masked_photo)
            if photos is not None and item.first:
                put(item, UNMASKED, photo_name(item.row), lambda _, row: original_photo(photos, row))
    return made


def write_crops(task: Task) -> Counts:
    """Aligned faces of 112 x 112: ``masked/<identity>/<sample>.png``, ``unmasked/<identity>/<face>.png``.

    The ArcFace five-point template. Without a mask there is one picture for all variants of a face.
    """
    with _putting(task) as (put, made):
        for item in items(task.index):
            put(item, MASKED, f"{item.row['sample_id']}.png", masked_crop)
            if item.first:
                put(item, UNMASKED, f"{face_name(item.row)}.png", unmasked_crop)
    return made


Put = Callable[[Item, str, str, Callable[[Task, Row], bytes]], None]


@contextmanager
def _putting(task: Task) -> Iterator[tuple[Put, dict[str, int]]]:
    """A function that puts a picture in the folder of its kind, once; and how many there are of each kind."""
    made = {MASKED: 0, UNMASKED: 0}
    with metadata_tables(task) as note:

        def put(item: Item, kind: str, name: str, read: Callable[[Task, Row], bytes]) -> None:
            place = f"{kind}/{item.row['identity']}/{name}"
            path = split_folder(task, item.split) / place
            if path.exists():  # another face of the same photo
                return
            save(path, read(task, item.row))
            note(item.split, place, kind, item.row)
            made[kind] += 1

        yield put, made


def face_name(row: Row) -> str:
    """A face of a photo, without the mask: depends on the photo's bytes and the face only."""
    return f"{str(row['sha256'])[:16]}-f{row['face']}"


def photo_name(row: Row) -> str:
    """A photo's file: depends on its bytes and the ending of its name."""
    return f"{str(row['sha256'])[:16]}{PurePosixPath(str(row['photo'])).suffix.lower()}"
