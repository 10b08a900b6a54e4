"""COCO's object format: a mask an image, as RLE and box, with the face's 68 landmarks as keypoints."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, TextIO

import numpy as np
from PIL import Image

from pipeline.dataset.export.errors import need
from pipeline.dataset.export.index import Item, items, licences
from pipeline.dataset.export.pictures import label_png, masked_photo, save
from pipeline.dataset.export.rights import MASKED, NOT_STATED, SYNTHETIC, rights
from pipeline.dataset.export.task import Counts, Task
from pipeline.dataset.read import DataSetError, labels

_REGIONS = (
    ("jaw", 0, 17),
    ("right_brow", 17, 22),
    ("left_brow", 22, 27),
    ("nose_bridge", 27, 31),
    ("nose_base", 31, 36),
    ("right_eye", 36, 42),
    ("left_eye", 42, 48),
    ("outer_lip", 48, 60),
    ("inner_lip", 60, 68),
)
_CLOSED = frozenset({"right_eye", "left_eye", "outer_lip", "inner_lip"})
NOT_LABELLED, HIDDEN, VISIBLE = 0, 1, 2  # COCO's v
_ATTRIBUTES = ("size", "wearing", "nose", "fabric", "colour", "print", "verdict")


def keypoints() -> tuple[list[str], list[list[int]]]:
    """Names of the 68 landmarks of iBUG, and COCO's skeleton: pairs of neighbours, counted from 1."""
    names = [f"{region}_{place - low + 1}" for region, low, high in _REGIONS for place in range(low, high)]
    bones = []
    for region, low, high in _REGIONS:
        bones += [[place, place + 1] for place in range(low + 1, high)]
        bones += [[high, low + 1]] if region in _CLOSED else []
    return names, bones


def write_coco(task: Task) -> Counts:
    """``images/<identity>/<sample>.png`` and ``annotations/<split>.json`` (``all.json`` without splits).

    Categories are the designs. The mask is where its matte covers at least half of a pixel; samples of
    which no pixel is so are left out. Raises ExportError without pycocotools.
    """
    need("pycocotools")
    numbers = _licence_numbers(task)
    names = _designs(task)
    made = {"images": 0, "without a mask in sight": 0}
    with ExitStack() as opened:
        files: dict[str, _Annotations] = {}
        for item in items(task.index):
            annotation = _annotation(task, item, names)
            if annotation is None:
                made["without a mask in sight"] += 1
                continue
            split = item.split or "all"
            if split not in files:
                files[split] = opened.enter_context(_Annotations(task, split, numbers, names))
            made["images"] += 1
            image, mask = annotation
            image |= {"id": made["images"], "license": numbers[image["licence"]]}
            mask |= {"id": made["images"], "image_id": made["images"]}
            files[split].add(image, mask)
            save(task.out / "images" / image["file_name"], masked_photo(task, item.row))
    return made


class _Annotations:
    """One JSON file that is written as its images come; annotations wait in another until the end."""

    def __init__(
        self, task: Task, split: str, numbers: dict[str | None, int], designs: Sequence[str]
    ) -> None:
        self.path = task.out / "annotations" / f"{split}.json"
        self.waiting = task.out.parent / f"{split}.annotations"
        self.head = {
            "info": {"description": SYNTHETIC[MASKED], "split": split},
            "licenses": [
                {"id": number, "name": name or NOT_STATED, "url": name if _is_url(name) else ""}
                for name, number in numbers.items()
            ],
            "categories": _categories(designs),
        }
        self.images: TextIO
        self.masks: TextIO
        self.between = ""

    def __enter__(self) -> _Annotations:
        self.path.parent.mkdir(exist_ok=True)
        self.images = self.path.open("w", encoding="utf-8")
        self.masks = self.waiting.open("w", encoding="utf-8")
        self.images.write(_json(self.head)[:-1] + ', "images": [')
        return self

    def add(self, image: dict[str, Any], mask: dict[str, Any]) -> None:
        self.images.write(self.between + _json(image))
        self.masks.write(self.between + _json(mask))
        self.between = ",\n"

    def __exit__(self, *_: object) -> None:
        self.masks.close()
        self.images.write('], "annotations": [')
        with self.waiting.open(encoding="utf-8") as masks:
            shutil.copyfileobj(masks, self.images)
        self.images.write("]}\n")
        self.images.close()
        self.waiting.unlink()


def _annotation(
    task: Task, item: Item, designs: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """COCO's image and its annotation, without numbers; None where no mask can be seen."""
    from pycocotools import mask as rle

    row = item.row
    with Image.open(io.BytesIO(label_png(task, row, "matte.png"))) as picture:
        matte = np.asarray(picture)
    code = rle.encode(np.asfortranarray((matte >= 128).astype(np.uint8)))
    area = int(rle.area(code))
    if not area:
        return None
    said = labels(task.data_set, row)
    height, width = matte.shape
    points = list(_keypoints(said, width, height))
    image = {
        "file_name": f"{row['identity']}/{row['sample_id']}.png",
        "width": width,
        "height": height,
        "sample_id": row["sample_id"],
        "identity": row["identity"],
        "photo": row["photo"],
        "split": item.split or None,
        **rights(row),
        "synthetic": SYNTHETIC[MASKED],
    }
    mask = {
        "category_id": designs.index(row["design"]) + 1,
        "segmentation": {"size": [height, width], "counts": code["counts"].decode("ascii")},
        "area": area,
        "bbox": [float(side) for side in rle.toBbox(code)],
        "iscrowd": 0,
        "keypoints": points,
        "num_keypoints": sum(mark != NOT_LABELLED for mark in points[2::3]),
        "face_bbox": _box(said["face"]["box_px"]),
        "attributes": {name: row.get(name) for name in _ATTRIBUTES},
    }
    return image, mask


def _keypoints(said: dict[str, Any], width: int, height: int) -> Iterator[float]:
    """x, y and v of each; pixels with the centre of the first one at 0.5, as COCO counts them."""
    face = said["face"]
    if "landmarks_68_px" not in face:
        raise DataSetError("the labels are of an earlier version of MaskDrape; run it again to add to them")
    for (x, y), seen in zip(face["landmarks_68_px"], face["landmarks_68_visible_masked"], strict=True):
        if 0 <= x <= width and 0 <= y <= height:
            yield from (x, y, VISIBLE if seen else HIDDEN)
        else:  # beyond the picture
            yield from (0, 0, NOT_LABELLED)


def _box(corners: Sequence[float]) -> list[float]:
    x0, y0, x1, y1 = corners
    return [x0, y0, round(x1 - x0, 3), round(y1 - y0, 3)]


def _categories(designs: Sequence[str]) -> list[dict[str, Any]]:
    names, bones = keypoints()
    return [
        {"id": n, "name": design, "supercategory": "face mask", "keypoints": names, "skeleton": bones}
        for n, design in enumerate(designs, start=1)
    ]


def _designs(task: Task) -> list[str]:
    found = task.index.execute("SELECT DISTINCT json_extract(row, '$.design') FROM samples ORDER BY 1")
    return [str(name) for (name,) in found]


def _licence_numbers(task: Task) -> dict[str | None, int]:
    return {name: number for number, name in enumerate(licences(task.index), start=1)}


def _is_url(name: str | None) -> bool:
    return bool(name) and str(name).startswith(("http://", "https://"))


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)
