"""Labels of one sample against each other, its picture and its photo, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.dataset.labels.build import visible_box
from pipeline.dataset.labels.crop import SIDE, aligned
from pipeline.dataset.labels.face_hash import face_hash
from pipeline.dataset.rows import Row
from pipeline.exr import read_exr
from pipeline.records import PARTS

Labels = Mapping[str, Any]
Found = Iterator[tuple[Any, str, str]]
Grey = NDArray[np.uint8]

LEVELS = 2  # of 255 that a crop may differ by: its matrix is written with six digits
UNIT = 0.01  # by which the length of a normal, of half precision, may differ from 1
OFF_EDGE = 0.05  # share of pixels by which labels of pixel centres may differ from a blurred matte
HIDDEN = 0.1  # by which the hidden share, taken before the blur, may differ from that of matte and extent
SAME_BITS = 6  # of 64 by which a face's hash may differ where another version of Pillow made the crop


def check_pixels(folder: Path, row: Row, labels: Labels) -> Found:
    """Sizes, and which label is where: see docs/data.md for each. Yields kind, place, words."""
    inside = row["labels"]
    size = (labels["photo"]["height"], labels["photo"]["width"])
    image = _pixels(folder / row["image"])
    grey = {name: _pixels(folder / inside / f"{name}.png") for name in ("matte", "extent", "shadow", "parts")}
    exr = {name: read_exr(folder / inside / f"{name}.exr") for name in ("depth", "normals", "uv")}
    shapes = {row["image"]: image.shape[:2]}
    shapes |= {f"{inside}/{name}.png": picture.shape for name, picture in grey.items()}
    shapes |= {
        f"{inside}/{name}.exr": values.shape for name, channels in exr.items() for values in channels.values()
    }
    wrong = {place: shape for place, shape in shapes.items() if shape != size}
    for place, shape in wrong.items():
        yield "pixels", place, f"is of shape {shape}, the photo of {size}"
    if wrong:
        return
    yield from _matte(inside, grey, labels)
    yield from _geometry(inside, grey, exr)
    yield from _crops(folder, row, image, grey, np.array(labels["face"]["crop_112"]))


def photo_check(photo_of: Callable[[Row], NDArray[np.uint8] | None]) -> Any:
    """A check against photos: ``photo_of`` gives the pixels (H, W, 3) of a row's, None where it is gone."""

    def check(folder: Path, row: Row, labels: Labels) -> Found:
        photo = photo_of(row)
        if photo is None:
            yield "photo", row["photo"], "no file of this name holds what the sample was made from"
            return
        image = _pixels(folder / row["image"])
        matte, shadow = (_pixels(folder / row["labels"] / f"{name}.png") for name in ("matte", "shadow"))
        if image.shape != photo.shape or matte.shape != photo.shape[:2]:
            yield "pixels", row["image"], f"is of shape {image.shape}, the photo of {photo.shape}"
            return
        other = (image != photo).any(axis=-1) & (matte == 0) & (shadow == 255)
        if other.any():
            words = (
                f"differs from the photo in {int(other.sum())} pixels that neither mask nor shadow touches"
            )
            yield "pixels", row["image"], words

    return check


def _matte(inside: str, grey: Mapping[str, Grey], labels: Labels) -> Found:
    matte, extent, shadow = grey["matte"], grey["extent"], grey["shadow"]
    mask = labels["mask"]
    if (matte > extent).any():
        yield "pixels", f"{inside}/extent.png", "is less than the matte somewhere"
    if mask["hidden"] == 0 and (matte != extent).any():
        yield "pixels", f"{inside}/extent.png", "differs from the matte, though nothing hides the mask"
    share = 1 - float(matte.sum()) / max(float(extent.sum()), 1.0)
    if abs(share - mask["hidden"]) > HIDDEN:
        words = f"and matte.png hide {share:.0%} of the mask, the label says {mask['hidden']:.0%}"
        yield "pixels", f"{inside}/extent.png", words
    x0, y0, x1, y1 = mask["box_px"]
    for name, touched in (("matte", matte > 0), ("shadow", shadow < 255)):
        outside = int(touched.sum()) - int(touched[y0:y1, x0:x1].sum())
        if outside:
            yield "pixels", f"{inside}/{name}.png", f"touches {outside} pixels outside of the mask's box"
    box = visible_box(matte)
    if (None if box is None else list(box)) != mask["visible_box_px"]:
        yield "pixels", f"{inside}/matte.png", f"has the box {box}, the label says {mask['visible_box_px']}"


def _geometry(inside: str, grey: Mapping[str, Grey], exr: Mapping[str, Mapping[str, Any]]) -> Found:
    parts = grey["parts"]
    there = parts > 0
    if parts.max() >= len(PARTS):
        yield "pixels", f"{inside}/parts.png", f"has a part {int(parts.max())}; there are {len(PARTS)}"
    if ((exr["depth"]["Z"] > 0) != there).any():
        yield "pixels", f"{inside}/depth.exr", "is not above 0 exactly where there is a part"
    length = np.sqrt(sum(exr["normals"][axis].astype(np.float64) ** 2 for axis in "XYZ"))
    if (np.abs(length - there) > UNIT).any():
        yield "pixels", f"{inside}/normals.exr", "is not of length 1 where there is a part, and 0 elsewhere"
    if any((values[~there] != 0).any() or not np.isfinite(values).all() for values in exr["uv"].values()):
        yield "pixels", f"{inside}/uv.exr", "is not 0 where there is no part"
    for seen, more, words in (
        (there, grey["extent"] > 0, "lie where there is no mask"),
        (grey["matte"] > 200, there, "are missing where there is mask"),
    ):
        count, off = int(seen.sum()), int((seen & ~more).sum())
        if off > OFF_EDGE * count + 4:
            yield "pixels", f"{inside}/parts.png", f"parts {words}: {off} of {count} pixels"


def _crops(folder: Path, row: Row, image: NDArray[np.uint8], grey: Mapping[str, Grey], matrix: Any) -> Found:
    places = [f"{row['labels']}/{name}_112.png" for name in ("masked", "unmasked")]
    masked, unmasked = (_pixels(folder / place) for place in places)
    for place, crop in zip(places, (masked, unmasked), strict=True):
        if crop.shape != (SIDE, SIDE, 3):
            yield "pixels", place, f"is of shape {crop.shape}"
            return
    if np.abs(aligned(image, matrix).astype(int) - masked).max() > LEVELS:
        yield "pixels", places[0], "is not what the masked photo shows there"
    touched = np.repeat(_near((grey["matte"] > 0) | (grey["shadow"] < 255))[..., None], 3, axis=-1)
    near = aligned(np.where(touched, np.uint8(255), np.uint8(0)), matrix)[..., 0] > 0
    apart = np.abs(masked.astype(int) - unmasked).max(axis=-1) > LEVELS
    if (apart & ~_near(near)).any():
        yield "pixels", places[1], "differs from the masked one where neither mask nor shadow is"
    if (int(face_hash(unmasked), 16) ^ int(row["face_hash"], 16)).bit_count() > SAME_BITS:
        yield "pixels", places[1], f"does not have the hash {row['face_hash']} of the row"


def _near(where: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What lies within three pixels of it: as far as resampling may carry a pixel."""
    for axis in (0, 1):
        reach = where.copy()
        for step in (1, 2, 3):
            one, other = [slice(None)] * 2, [slice(None)] * 2
            one[axis], other[axis] = slice(step, None), slice(None, -step)
            reach[tuple(one)] |= where[tuple(other)]
            reach[tuple(other)] |= where[tuple(one)]
        where = reach
    return where


def _pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image)
