"""Landmarks from files instead of a detector: `faces: {backend: file, landmarks: PATH}`.

PATH is one file for all photos (JSON or CSV), or a folder with a file a photo: for ``anna/01.jpg`` one of
``anna/01.json``, ``anna/01.csv`` and ``anna/01.pts``, the last with further faces in ``anna/01.1.pts``,
``anna/01.2.pts`` and so on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path, PurePosixPath

import numpy as np

from pipeline.faces.detect.detection import Backend, BackendError, Detection
from pipeline.faces.detect.landmark_formats import GivenFace, Raw, check_face, read_csv, read_json, read_pts
from pipeline.records import Photo, Rejected

READERS: dict[str, Callable[[str], Raw]] = {".json": read_json, ".csv": read_csv, ".pts": read_pts}
MESH = 468  # mediapipe's points; its models with irises append ten, which no head can be fitted to


def landmarks_from(place: str) -> Backend:
    """The backend that reads `place`. Raises BackendError when nothing can be read there."""
    path = Path(place)
    if path.is_dir():
        return lambda photo: _detections(photo, *_of_folder(path, photo))
    if path.suffix.lower() not in READERS:
        raise BackendError(f"faces.landmarks = {place}: needed: a folder, or a .json, .csv or .pts file")
    try:
        stat = path.stat()
    except OSError as error:
        raise BackendError(f"faces.landmarks: {path.name}: cannot be read: {error.strerror}") from error
    faces = _table(path, stat.st_mtime_ns, stat.st_size)
    return lambda photo: _detections(photo, path.name, _lookup(faces, photo, path))


@lru_cache(maxsize=4)
def _table(path: Path, time: int, size: int) -> Raw:
    """Kept until the file changes."""
    try:
        return _read(path)
    except ValueError as error:
        raise BackendError(f"faces.landmarks: {path.name}: {error}") from error


def _read(path: Path) -> Raw:
    """Raises ValueError with what is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("not UTF-8 text") from error
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror or error}") from error
    return READERS[path.suffix.lower()](text)


def _lookup(faces: Raw, photo: Photo, path: Path) -> list[object]:
    """By the photo's name, else by its last part where no other photo is meant by it."""
    if photo.name in faces:
        return faces[photo.name]
    last = PurePosixPath(photo.name).name
    if last in faces:
        return faces[last]
    if list(faces) == [""] and path.stem == PurePosixPath(photo.name).stem:
        return faces[""]
    raise Rejected("faces", f"no landmarks for {photo.name} in {path.name}")


def _of_folder(folder: Path, photo: Photo) -> tuple[str, list[object]]:
    """Name of the first file read, and the faces."""
    stem = folder / PurePosixPath(photo.name).with_suffix("")
    for suffix in READERS:
        first = stem.with_name(stem.name + suffix)
        if first.is_file():
            break
    else:
        raise Rejected("faces", f"no landmarks: none of {stem.name}.json, .csv, .pts in {stem.parent.name}/")
    files, number = [first], 1
    while (further := stem.with_name(f"{stem.name}.{number}.pts")).is_file():
        files.append(further)
        number += 1
    found: list[object] = []
    for file in files:
        try:
            raw = _read(file)
        except ValueError as error:
            raise Rejected("faces", f"landmarks in {file.name}: {error}") from error
        found += raw[""] if list(raw) == [""] else _lookup(raw, photo, file)
    return first.name, found


def _detections(photo: Photo, name: str, faces: list[object]) -> list[Detection]:
    height, width = photo.pixels.shape[:2]
    found = []
    for number, raw in enumerate(faces):
        try:
            found.append(_detection(check_face(raw, width, height)))
        except ValueError as error:
            raise Rejected("faces", f"landmarks in {name}, face {number}: {error}") from error
    return found


def _detection(face: GivenFace) -> Detection:
    points = face.points[:MESH]
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    table = face.detector or ("mediapipe" if len(points) == MESH else "ibug68")
    return Detection(
        points, face.confidence[:MESH], 1.0, box, table, face.doubt, face.identity, face.expression
    )
