"""Landmarks moved by hand and coefficients held, written as a file that the command line reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from pipeline.bench.faces import face_result, faces_result
from pipeline.bench.kept import show_arrays
from pipeline.bench.requests import Drag, FindFaces
from pipeline.bench.serve import Tell
from pipeline.bench.workplace import face_of, open_photo, photo_result, source_of
from pipeline.faces.detect.detection import Detection
from pipeline.faces.detect.outside import placed
from pipeline.faces.find import detect, refit
from pipeline.files import write_whole
from pipeline.flow import Opened
from pipeline.recipe import Job
from pipeline.records import Face, Float, Rejected

PLACE = "landmarks"
"""Folder of the files, below the job's."""


def drag(request: Drag, tell: Tell) -> Mapping[str, Any]:
    """The faces with some landmarks of one moved. While it is ``live``, that face alone and only fitted."""
    job, opened = open_photo(request)
    face = face_of(opened, request.face)
    given = _detections(job, opened)
    given[face.index] = changed(given[face.index], face, request)
    if request.live:
        fitted = refit(opened.photo, face, given[face.index])
        source = source_of(job, request.photo)
        shown = face_result(fitted, Path(request.folder), show_arrays)
        return {"photo": photo_result(opened.photo, source.path), "faces": [shown], "live": True}
    tell("Fitting the head")
    path = _write(job, opened, given)
    landmarks = {"backend": "file", "landmarks": path}
    faces = {**(request.config.get("faces") or {}), **landmarks}
    faces.pop("weights", None)
    again = FindFaces(
        do="faces", folder=request.folder, config={**request.config, "faces": faces}, photo=request.photo
    )
    return {**faces_result(again), "landmarks": landmarks}


def changed(detection: Detection, face: Face, request: Drag) -> Detection:
    """With what the request moves and holds, and with nothing else held. Raises Rejected."""
    count = len(detection.landmarks)
    if beyond := [index for index, _, _ in request.moves if not 0 <= index < count]:
        raise Rejected("faces", f"there is no landmark {beyond[0]}: {count} found, counted from 0")
    confidence = detection.confidence.copy()
    confidence[[index for index, _, _ in request.moves]] = 1.0
    landmarks = moved(detection.landmarks, request.moves, request.reach_px)
    size = [face.camera.width, face.camera.height]
    if ((landmarks >= 0) & (landmarks <= size)).all(axis=1).mean() < 0.5:
        raise Rejected("faces", "half of the landmarks would lie outside the photo")
    return replace(
        detection,
        landmarks=landmarks,
        confidence=confidence,
        doubt="",  # whoever moves a landmark has looked
        identity=face.identity_coefficients if "identity" in request.hold else None,
        expression=face.expression_coefficients if "expression" in request.hold else None,
    )


def moved(landmarks: Float, moves: Sequence[tuple[int, float, float]], reach: float) -> Float:
    """Landmarks (N, 2) px, some moved to places, those within ``reach`` px of one going along.

    How far falls smoothly, as (1 - (d / reach)^2)^2; between two that are moved it is the weighted mean.
    """
    if not moves:
        return landmarks
    # Of two moves of one landmark the later counts.
    places = {index: (x, y) for index, x, y in moves}
    ids = np.array(list(places))
    by = np.array(list(places.values()), dtype=np.float64) - landmarks[ids]
    away = np.linalg.norm(landmarks[:, None] - landmarks[ids], axis=2)
    weight = np.clip(1 - (away / max(reach, 1e-9)) ** 2, 0, None) ** 2
    along = weight @ by / np.maximum(weight.sum(axis=1), 1.0)[:, None]
    along[ids] = by
    return np.asarray(landmarks + along)


def _detections(job: Job, opened: Opened) -> list[Detection]:
    """What the heads were fitted to. A detector is not asked again: its landmarks are the faces'."""
    config = job.config.faces
    if config.backend == "file":
        return detect(opened.photo, placed(config, job.folder))
    table = f"fan{config.fan}" if config.backend == "face_alignment" else "mediapipe"
    return [
        Detection(
            face.landmarks,
            face.confidence,
            1.0,
            face.box,
            table,
            face.reason if face.verdict == "rejected" else "",
        )
        for face in opened.faces
    ]


def _write(job: Job, opened: Opened, detections: list[Detection]) -> str:
    """Write the landmarks of all faces, in a file named by its content so that undoing finds the one before;
    returns the path from the job's folder."""
    name = PurePosixPath(opened.photo.name)
    # The path of one machine would be of no use on another.
    key = name.name if name.is_absolute() or Path(opened.photo.name).is_absolute() else str(name)
    faces = {**_of_other_photos(job), key: [_as_json(one) for one in detections]}
    text = json.dumps(faces, ensure_ascii=False, sort_keys=True) + "\n"
    short = hashlib.sha256(text.encode()).hexdigest()[:10]
    path = PurePosixPath(PLACE) / f"{name.stem}-{short}.json"
    write_whole(job.folder / path, text.encode())
    return str(path)


def _of_other_photos(job: Job) -> dict[str, Any]:
    """What the configuration's own file says, by photo."""
    place = job.config.faces.landmarks
    if place is None or not place.endswith(".json"):
        return {}
    found = json.loads((job.folder / place).read_text(encoding="utf-8-sig"))
    return found if isinstance(found, dict) else {}


def _as_json(detection: Detection) -> dict[str, Any]:
    held = {"identity": detection.identity, "expression": detection.expression}
    return {
        "points": detection.landmarks.tolist(),
        "confidence": detection.confidence.tolist(),
        "detector": detection.points,
        **({"doubt": detection.doubt} if detection.doubt else {}),
        **{name: values.tolist() for name, values in held.items() if values is not None},
    }
