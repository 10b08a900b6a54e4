"""Landmarks by mediapipe 0.10.21, whose wheel carries its models (Apache-2.0; 478 points).

Its two face detectors look at 128 and 192 pixels: a face must fill a good part of what they are
shown. So they see the photo as a whole, with a border around it (for faces that fill it), and in
overlapping tiles of ever finer size (for small faces in large photos). Each face is then cut out at
good resolution for the mesh network, which sees it as it is and mirrored: the mean of both is more
exact than either, and their difference tells how far each point can be trusted.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.faces.detect.detection import Detection
from pipeline.faces.detect.mediapipe_mirror import MIRROR
from pipeline.records import Float, Photo

Pixels = NDArray[np.uint8]

TILE_PX = 256  # what a detector is shown, a little above its own input
SMALLEST_TILE_PX = 384  # of the photo: a face that is too small in such a tile is of no use
DETECTOR_SCORE = 0.5
MESH_SCORE = 0.3  # the face is already known to be there
CROP_PX = 512
DISAGREEMENT = 0.2  # of the box's side: mesh and detector keypoints of a true face are nearer
STEADY = 0.03  # of the face's size: a landmark that moves so far when mirrored is half believed

# The detectors' keypoints right eye, left eye, nose tip, mouth, by the mesh's points around them.
KEYPOINTS: tuple[tuple[int, ...], ...] = ((33, 133), (362, 263), (1,), (13, 14))


@dataclass(frozen=True)
class _Sighting:
    box: Float  # (4,) x0 y0 x1 y1 px
    keypoints: Float  # (4, 2) px
    score: float


def detect(photo: Photo) -> list[Detection]:
    """Every face of a photo, as `detection.Backend` says."""
    pixels = photo.pixels
    found: list[Detection] = []
    for sighting in _distinct(list(_sightings(pixels))):
        detection = _mesh(pixels, sighting)
        if detection is not None and all(_apart(detection, other) for other in found):
            found.append(detection)
    return found


def _sightings(pixels: Pixels) -> Iterator[_Sighting]:
    height, width = pixels.shape[:2]
    side = max(height, width)
    border = side // 4
    framed = np.pad(_shrunk(pixels, TILE_PX / side), ((TILE_PX // 4,) * 2, (TILE_PX // 4,) * 2, (0, 0)))
    for short_range in (True, False):
        yield from _look(framed, short_range, side / TILE_PX, -border, -border)
    parts = 1
    while side / parts >= SMALLEST_TILE_PX or parts == 1:
        scale = side / parts / TILE_PX
        small = _shrunk(pixels, 1 / scale)
        for top in _starts(small.shape[0]):
            for left in _starts(small.shape[1]):
                tile = np.ascontiguousarray(small[top : top + TILE_PX, left : left + TILE_PX])
                for short_range in (True, False) if parts == 1 else (False,):
                    yield from _look(tile, short_range, scale, left * scale, top * scale)
        parts *= 2


def _starts(length: int) -> list[int]:
    """Where tiles begin so that neighbours overlap by a third or more."""
    if length <= TILE_PX:
        return [0]
    count = int(np.ceil((length - TILE_PX) / (TILE_PX * 2 / 3))) + 1
    return [round(start) for start in np.linspace(0, length - TILE_PX, count)]


def _shrunk(pixels: Pixels, factor: float) -> Pixels:
    height, width = pixels.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR, reducing_gap=3))


def _look(tile: Pixels, short_range: bool, scale: float, left: float, top: float) -> Iterator[_Sighting]:
    with _quiet():
        answer = _detector(short_range).process(tile)
    size = np.array([tile.shape[1], tile.shape[0]]) * scale
    corner = np.array([left, top])
    for face in answer.detections or []:
        box = face.location_data.relative_bounding_box
        low = np.array([box.xmin, box.ymin]) * size
        high = low + np.array([box.width, box.height]) * size
        keypoints = np.array([[k.x, k.y] for k in face.location_data.relative_keypoints[:4]]) * size
        yield _Sighting(np.concatenate([low + corner, high + corner]), keypoints + corner, face.score[0])


def _distinct(sightings: list[_Sighting]) -> list[_Sighting]:
    """The best-scored sighting of each face."""
    kept: list[_Sighting] = []
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


def _mesh(pixels: Pixels, sighting: _Sighting) -> Detection | None:
    """Landmarks of one sighting, or None when the mesh does not find the same face there."""
    side = float((sighting.box[2:] - sighting.box[:2]).max())
    centre = (sighting.box[:2] + sighting.box[2:]) / 2
    for margin in (2.2, 1.5, 3.2):
        crop, corner, scale = _crop(pixels, centre, side * margin)
        plain, flipped = _points(crop), _points(np.ascontiguousarray(crop[:, ::-1]))
        # Folds, badges and patterns are taken for a face one way round, rarely both.
        if plain is None or flipped is None:
            continue
        flipped = flipped[MIRROR] * [-1, 1] + [crop.shape[1], 0]
        landmarks = (plain + flipped) / 2 * scale + corner
        extent = float(np.ptp(landmarks, axis=0).max())
        unsteady = np.linalg.norm(plain - flipped, axis=1) * scale / extent
        confidence = 1 / (1 + (unsteady / STEADY) ** 2)
        keypoints = np.array([landmarks[list(around)].mean(axis=0) for around in KEYPOINTS])
        away = np.linalg.norm(keypoints - sighting.keypoints, axis=1).mean()
        if away < DISAGREEMENT * side and 0.5 < extent / side < 2.5:
            return Detection(landmarks, confidence, float(sighting.score), sighting.box)
    return None


def _crop(pixels: Pixels, centre: Float, side: float) -> tuple[Pixels, Float, float]:
    """A square around a point, at most CROP_PX, black outside the photo; its corner, its scale."""
    low = np.floor(centre - side / 2).astype(int)
    high = np.ceil(centre + side / 2).astype(int)
    high[1] = low[1] + (high[0] - low[0])
    height, width = pixels.shape[:2]
    inside = pixels[max(low[1], 0) : max(high[1], 0), max(low[0], 0) : max(high[0], 0)]
    square = np.pad(
        inside,
        (
            (max(-low[1], 0), max(high[1] - height, 0)),
            (max(-low[0], 0), max(high[0] - width, 0)),
            (0, 0),
        ),
    )
    scale = max(1.0, len(square) / CROP_PX)
    if scale > 1:
        square = _shrunk(square, 1 / scale)
        scale = (high[0] - low[0]) / len(square)
    return np.ascontiguousarray(square), low.astype(float), float(scale)


def _points(crop: Pixels) -> Float | None:
    with _quiet():
        answer = _mesher().process(crop)
    if not answer.multi_face_landmarks:
        return None
    size = (crop.shape[1], crop.shape[0])
    points = np.array([[p.x, p.y] for p in answer.multi_face_landmarks[0].landmark], dtype=np.float64)
    return np.asarray(points * size)


def _apart(one: Detection, other: Detection) -> bool:
    extent = np.ptp(one.landmarks, axis=0).max()
    return bool(np.linalg.norm(one.landmarks - other.landmarks, axis=1).mean() > 0.25 * extent)


# Graphs are slow to make (20-30 ms) and keep no state between still images.
@cache
def _detector(short_range: bool) -> Any:
    with _quiet():
        from mediapipe.python.solutions.face_detection import FaceDetection

        return FaceDetection(min_detection_confidence=DETECTOR_SCORE, model_selection=0 if short_range else 1)


@cache
def _mesher() -> Any:
    with _quiet():
        from mediapipe.python.solutions.face_mesh import FaceMesh

        return FaceMesh(
            static_image_mode=True,
            max_num_faces=1,
            refine_landmarks=True,
            min_detection_confidence=MESH_SCORE,
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the runtime's C++ log, which writes to file descriptor 2 past every Python setting."""
    sys.stderr.flush()
    kept = os.dup(2)
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(sink)
        os.close(kept)
