"""Where in a photo there may be faces.

The two face detectors look at 128 and 192 pixels: a face must fill a good part of what they are shown.
So they see the photo as a whole, with a border around it (for faces that fill it), and in overlapping
tiles of ever finer size (for small faces in large photos).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from pipeline.faces.detect.blazeface import INPUT_PX, Range, Sighting, look
from pipeline.faces.detect.crop import Pixels
from pipeline.records import Float

SMALLEST_TILE_PX = 384  # of the photo: a face that is too small in such a tile is of no use
SCORE = 0.4  # low: the mesh has to agree
BORDER = 1.5  # side of what is shown, of the photo's, where it is shown with a border
SAME = 0.4  # part of the smaller box: two boxes that share as much are one face


def sightings(pixels: Pixels, quarters: int = 0) -> list[Sighting]:
    """What may be faces, best first, each once. They are looked for with the photo turned by `quarters`
    of a circle, as `np.rot90` does, but told in pixels of the photo as it is."""
    kept: list[Sighting] = []
    turned = np.ascontiguousarray(np.rot90(pixels, quarters))
    for one in sorted(_all(turned), key=lambda s: -s.score):
        if all(_shared(one.box, other.box) < SAME for other in kept):
            kept.append(one)
    height, width = turned.shape[:2]
    for _ in range(quarters):
        kept = [_turned_back(one, height) for one in kept]
        height, width = width, height
    return kept


def _all(pixels: Pixels) -> Iterator[Sighting]:
    side = max(pixels.shape[:2])
    reaches: tuple[Range, ...] = ("short", "full")
    for reach in reaches:
        size = INPUT_PX[reach]
        for whole in (side, side * BORDER):
            small = _centred(_shrunk(pixels, size / whole), size)
            offset = (whole - np.array(pixels.shape[1::-1])) / 2
            for seen in look(small, reach, SCORE):
                yield _placed(seen, whole / size, -offset)
    tile = side / 2
    while tile >= SMALLEST_TILE_PX:
        yield from _tiles(pixels, tile)
        tile /= 2


def _tiles(pixels: Pixels, side: float) -> Iterator[Sighting]:
    """Sightings in tiles of `side` px of the photo."""
    size = INPUT_PX["full"]
    small = _shrunk(pixels, size / side)
    lacking = [max(size - length, 0) for length in small.shape[:2]]
    small = np.pad(small, ((0, lacking[0]), (0, lacking[1]), (0, 0)))
    for top in _starts(small.shape[0], size):
        for left in _starts(small.shape[1], size):
            for seen in look(small[top : top + size, left : left + size], "full", SCORE):
                yield _placed(seen, side / size, np.array([left, top]) * side / size)


def _starts(length: int, size: int) -> list[int]:
    """Where tiles begin so that neighbours overlap by a third or more."""
    if length <= size:
        return [0]
    count = int(np.ceil((length - size) / (size * 2 / 3))) + 1
    return [round(start) for start in np.linspace(0, length - size, count)]


def _shrunk(pixels: Pixels, factor: float) -> Pixels:
    height, width = pixels.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR, reducing_gap=3))


def _centred(pixels: Pixels, size: int) -> Pixels:
    """The picture in the middle of a black square."""
    height, width = pixels.shape[:2]
    top, left = (size - height) // 2, (size - width) // 2
    return np.pad(pixels, ((top, size - height - top), (left, size - width - left), (0, 0)))


def _placed(seen: Sighting, scale: float, corner: Float) -> Sighting:
    return Sighting(seen.box * scale + np.tile(corner, 2), seen.keypoints * scale + corner, seen.score)


def _turned_back(seen: Sighting, height: int) -> Sighting:
    """A sighting in a picture `height` px high as one in the picture that `np.rot90` made it from."""
    box, keypoints = (
        np.column_stack([height - points[:, 1], points[:, 0]])
        for points in (seen.box.reshape(2, 2), seen.keypoints)
    )
    return Sighting(np.concatenate([box.min(axis=0), box.max(axis=0)]), keypoints, seen.score)


def _shared(a: Float, b: Float) -> float:
    """Shared area as a part of the smaller box: a box within a box counts as the same face."""
    extent = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    if (extent <= 0).any():
        return 0.0
    return float(extent.prod() / min((a[2:] - a[:2]).prod(), (b[2:] - b[:2]).prod()))
