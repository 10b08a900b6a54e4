"""Landmarks by MediaPipe's networks (468 points; Apache-2.0, see networks/NOTICE).

The two face detectors look at 128 and 192 pixels: a face must fill a good part of what they are shown.
So they see the photo as a whole, with a border around it (for faces that fill it), and in overlapping
tiles of ever finer size (for small faces in large photos). The mesh network then sees each face upright
and at its own scale, as it is and mirrored: the mean of both is more exact than either, and their
difference tells how far each point can be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from pipeline.faces.detect.blazeface import INPUT_PX, Range, Sighting, look
from pipeline.faces.detect.crop import Pixels, Square
from pipeline.faces.detect.detection import Detection
from pipeline.faces.detect.facemesh import mesh, square_of_box, square_of_points
from pipeline.faces.detect.mediapipe_mirror import MIRROR
from pipeline.records import Float, Photo

SMALLEST_TILE_PX = 384  # of the photo: a face that is too small in such a tile is of no use
DETECTOR_SCORE = 0.5
MESH_SCORE = 0.95
DISAGREEMENT = 0.2  # of the box's side: mesh and detector keypoints of a true face are nearer
STEADY = 0.03  # of the face's size: a landmark that moves so far when mirrored is half believed

# The detectors' keypoints right eye, left eye, nose tip, mouth, by the mesh's points around them.
KEYPOINTS: tuple[tuple[int, ...], ...] = ((33, 133), (362, 263), (1,), (13, 14))


def detect(photo: Photo) -> list[Detection]:
    """Every face of a photo, as `detection.Backend` says."""
    pixels = photo.pixels
    found: list[Detection] = []
    for sighting in _distinct(list(_sightings(pixels))):
        detection = _landmarks(pixels, sighting)
        if detection is not None and all(_apart(detection, other) for other in found):
            found.append(detection)
    return found


def _sightings(pixels: Pixels) -> Iterator[Sighting]:
    height, width = pixels.shape[:2]
    side = max(height, width)
    reaches: tuple[Range, ...] = ("short", "full")
    for reach in reaches:
        yield from _search(pixels, reach, 1.5 * side, border=True)
        yield from _search(pixels, reach, side)
    tile = side / 2
    while tile >= SMALLEST_TILE_PX:
        yield from _search(pixels, "full", tile)
        tile /= 2


def _search(pixels: Pixels, reach: Range, side: float, border: bool = False) -> Iterator[Sighting]:
    """Sightings in tiles of `side` px of the photo."""
    size = INPUT_PX[reach]
    scale = side / size
    small = _shrunk(pixels, 1 / scale)
    lead = [(size - length) // 2 if border else 0 for length in small.shape[:2]]
    lacking = [max(size - length - before, 0) for length, before in zip(small.shape[:2], lead, strict=True)]
    small = np.pad(small, ((lead[0], lacking[0]), (lead[1], lacking[1]), (0, 0)))
    for top in _starts(small.shape[0], size):
        for left in _starts(small.shape[1], size):
            corner = np.array([left - lead[1], top - lead[0]])
            for seen in look(small[top : top + size, left : left + size], reach, DETECTOR_SCORE):
                box = (seen.box + np.tile(corner, 2)) * scale
                yield Sighting(box, (seen.keypoints + corner) * scale, seen.score)


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


def _distinct(sightings: list[Sighting]) -> list[Sighting]:
    """The best-scored sighting of each face."""
    kept: list[Sighting] = []
    for one in sorted(sightings, key=lambda s: -s.score):
        if all(_overlap(one.box, other.box) < 0.4 for other in kept):
            kept.append(one)
    return kept


def _overlap(a: Float, b: Float) -> float:
    """Shared area as a part of the smaller box: a box within a box counts as the same face."""
    extent = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    if (extent <= 0).any():
        return 0.0
    return float(extent.prod() / min((a[2:] - a[:2]).prod(), (b[2:] - b[:2]).prod()))


def _landmarks(pixels: Pixels, sighting: Sighting) -> Detection | None:
    """Landmarks of one sighting, or None when the mesh does not find the same face there."""
    first, _, _ = _both_ways(pixels, square_of_box(sighting.box, *sighting.keypoints[:2]))
    square = square_of_points(first)
    landmarks, apart, flag = _both_ways(pixels, square)
    side = float((sighting.box[2:] - sighting.box[:2]).max())
    extent = float(np.ptp(landmarks, axis=0).max())
    keypoints = np.array([landmarks[list(around)].mean(axis=0) for around in KEYPOINTS])
    away = np.linalg.norm(keypoints - sighting.keypoints[:4], axis=1).mean()
    if flag < MESH_SCORE or away > DISAGREEMENT * side or not 0.5 < extent / side < 2.5:
        return None
    confidence = 1 / (1 + (apart / extent / STEADY) ** 2)
    return Detection(landmarks, confidence, float(sighting.score), sighting.box)


def _both_ways(pixels: Pixels, square: Square) -> tuple[Float, Float, float]:
    """Points (468, 2) px, mean of the face as it is and mirrored, how far apart (468,) px, the lower flag."""
    plain, surely = mesh(pixels, square)
    mirrored, as_surely = mesh(pixels, square, mirrored=True)
    mirrored = mirrored[MIRROR]
    return (plain + mirrored) / 2, np.linalg.norm(plain - mirrored, axis=1), min(surely, as_surely)


def _apart(one: Detection, other: Detection) -> bool:
    extent = np.ptp(one.landmarks, axis=0).max()
    return bool(np.linalg.norm(one.landmarks - other.landmarks, axis=1).mean() > 0.25 * extent)
