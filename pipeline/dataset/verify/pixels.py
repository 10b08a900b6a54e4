"""Labels of one sample against each other, its picture and its photo, pixel by pixel."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.dataset.labels.build import visible_box
from pipeline.dataset.labels.crop import SIDE, aligned
from pipeline.dataset.labels.face_hash import face_hash
from pipeline.dataset.rows import Row
from pipeline.dataset.verify.folder import Unreadable
from pipeline.exr import read_exr
from pipeline.records import PARTS

Labels = Mapping[str, Any]
Files = Mapping[str, bytes]
Found = Iterator[tuple[Any, str, str]]
Grey = NDArray[np.uint8]

LEVELS = 2  # of 255 that a crop may differ by: its matrix is written with six digits
UNIT = 0.01  # by which the length of a normal, of half precision, may differ from 1
OFF_EDGE = 0.05  # share of pixels by which labels of pixel centres may differ from a blurred matte
HIDDEN = 0.1  # by which the hidden share, taken before the blur, may differ from that of matte and extent
REACH = 3  # pixels as far as resampling may carry one, of the photo and again of the crop
SAME_BITS = 6  # of 64 by which a face's hash may differ where another version of Pillow made the crop


def check_pixels(folder: Path, row: Row, labels: Labels, files: Files) -> Found:
    """Sizes, and which label is where: see docs/data.md for each. Yields kind, place, words.

    ``files`` are the contents of the sample's files by place, but for those that OpenEXR reads itself.
    Raises Unreadable.
    """
    inside = row["labels"]
    size = (labels["photo"]["height"], labels["photo"]["width"])
    image = _pixels(row["image"], files)
    grey = {name: _pixels(f"{inside}/{name}.png", files) for name in ("matte", "shadow", "parts")}
    same = files[f"{inside}/extent.png"] == files[f"{inside}/matte.png"]  # where nothing hides the mask
    grey["extent"] = grey["matte"] if same else _pixels(f"{inside}/extent.png", files)
    exr = {name: _channels(folder, f"{inside}/{name}.exr") for name in ("depth", "normals", "uv")}
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
    yield from _crops(row, image, grey, np.array(labels["face"]["crop_112"]), files)


def photo_check(photo_of: Callable[[Row], NDArray[np.uint8] | None]) -> Any:
    """A check against photos: ``photo_of`` gives the pixels (H, W, 3) of a row's, None where it is gone."""

    def check(folder: Path, row: Row, labels: Labels, files: Files) -> Found:
        photo = photo_of(row)
        if photo is None:
            yield "photo", row["photo"], "no file of this name holds what the sample was made from"
            return
        image = _pixels(row["image"], files)
        matte, shadow = (_pixels(f"{row['labels']}/{name}.png", files) for name in ("matte", "shadow"))
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


def _crops(row: Row, image: NDArray[np.uint8], grey: Mapping[str, Grey], matrix: Any, files: Files) -> Found:
    places = [f"{row['labels']}/{name}_112.png" for name in ("masked", "unmasked")]
    masked = _pixels(places[0], files)
    try:
        unmasked, hashed = _bare_face(files[places[1]])  # one for all variants of a face, which follow it
    except _UNDECODABLE as error:
        raise Unreadable(places[1], _BROKEN) from error
    for place, crop in zip(places, (masked, unmasked), strict=True):
        if crop.shape != (SIDE, SIDE, 3):
            yield "pixels", place, f"is of shape {crop.shape}"
            return
    if _apart(aligned(image, matrix), masked).any():
        yield "pixels", places[0], "is not what the masked photo shows there"
    touched = (grey["matte"] > 0) | (grey["shadow"] < 255)
    if (_apart(masked, unmasked) & ~_shown(touched, matrix)).any():
        yield "pixels", places[1], "differs from the masked one where neither mask nor shadow is"
    if (hashed ^ int(row["face_hash"], 16)).bit_count() > SAME_BITS:
        yield "pixels", places[1], f"does not have the hash {row['face_hash']} of the row"


@lru_cache(maxsize=2)
def _bare_face(data: bytes) -> tuple[NDArray[np.uint8], int]:
    """An unmasked crop, and its hash."""
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.asarray(image)
    return pixels, int(face_hash(pixels), 16) if pixels.shape == (SIDE, SIDE, 3) else 0


def _apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where two crops differ by more than rounding."""
    more = np.maximum(one, other) - np.minimum(one, other) > LEVELS
    return np.asarray(more[..., 0] | more[..., 1] | more[..., 2])


def _shown(touched: NDArray[np.bool_], matrix: Any) -> NDArray[np.bool_]:
    """Pixels of the crop that one of these pixels of the photo may have had a part in."""
    y, x = np.nonzero(touched)
    across, down = np.floor(matrix[:, :2] @ (np.stack([x, y]) + 0.5) + matrix[:, 2:]).astype(int)
    reach = REACH + math.ceil(REACH * math.hypot(matrix[0, 0], matrix[1, 0]))
    room = np.zeros((SIDE + 2 * reach, SIDE + 2 * reach), bool)
    near = (np.maximum(-across, across - SIDE + 1) <= reach) & (np.maximum(-down, down - SIDE + 1) <= reach)
    room[down[near] + reach, across[near] + reach] = True
    return _near(room, reach)[reach:-reach, reach:-reach]


def _near(where: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """What lies within so many pixels of it, across and down."""
    for axis in (0, 1):
        done = 0
        while done < reach:  # what is reached already is as wide as the next step may be
            step = min(2 * done + 1, reach - done)
            here = np.moveaxis(where, axis, 0)
            reached = here.copy()
            reached[step:] |= here[:-step]
            reached[:-step] |= here[step:]
            where = np.moveaxis(reached, 0, axis)
            done += step
    return where


_BROKEN = "is damaged or cut off: it cannot be decoded"
_UNDECODABLE = (OSError, ValueError, SyntaxError, EOFError, TypeError)  # what decoders raise on broken bytes


def _pixels(place: str, files: Files) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(files[place])) as image:
            return np.asarray(image)
    except _UNDECODABLE as error:
        raise Unreadable(place, _BROKEN) from error


def _channels(folder: Path, place: str) -> Mapping[str, NDArray[np.float32]]:
    try:
        return read_exr(folder / place)
    except _UNDECODABLE as error:
        raise Unreadable(place, _BROKEN) from error
