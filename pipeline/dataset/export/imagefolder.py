"""A folder an identity, as torchvision's ImageFolder and its likes read them."""

from __future__ import annotations

from pathlib import PurePosixPath

from pipeline.dataset.export.index import items
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
    made = {MASKED: 0, UNMASKED: 0}
    photos = task.options.photos
    with metadata_tables(task) as note:
        for item in items(task.index):
            row, folder = item.row, split_folder(task, item.split)
            name = f"{MASKED}/{row['identity']}/{row['sample_id']}.png"
            save(folder / name, masked_photo(task, row))
            note(item.split, name, MASKED, row)
            made[MASKED] += 1
            if photos is None or not item.first:
                continue
            name = f"{UNMASKED}/{row['identity']}/{photo_name(row)}"
            if not (folder / name).exists():  # another face of the same photo
                save(folder / name, original_photo(photos, row))
                note(item.split, name, UNMASKED, row)
                made[UNMASKED] += 1
    return made


def write_crops(task: Task) -> Counts:
    """Aligned faces of 112 x 112: ``masked/<identity>/<sample>.png``, ``unmasked/<identity>/<face>.png``.

    The ArcFace five-point template. Without a mask there is one picture for all variants of a face.
    """
    made = {MASKED: 0, UNMASKED: 0}
    with metadata_tables(task) as note:
        for item in items(task.index):
            row, folder = item.row, split_folder(task, item.split)
            name = f"{MASKED}/{row['identity']}/{row['sample_id']}.png"
            save(folder / name, masked_crop(task, row))
            note(item.split, name, MASKED, row)
            made[MASKED] += 1
            if item.first:
                name = f"{UNMASKED}/{row['identity']}/{face_name(row)}.png"
                save(folder / name, unmasked_crop(task, row))
                note(item.split, name, UNMASKED, row)
                made[UNMASKED] += 1
    return made


def face_name(row: Row) -> str:
    """A face of a photo, without the mask: depends on the photo's bytes and the face only."""
    return f"{str(row['sha256'])[:16]}-f{row['face']}"


def photo_name(row: Row) -> str:
    """A photo's file: depends on its bytes and the ending of its name."""
    return f"{str(row['sha256'])[:16]}{PurePosixPath(str(row['photo'])).suffix.lower()}"
