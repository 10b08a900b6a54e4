"""The faces of a photo, and landmarks moved by hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.ExifTags import Base

from pipeline.bench.kept import keep_arrays, keep_picture
from pipeline.bench.requests import FindFaces, OnPhoto
from pipeline.bench.serve import Tell
from pipeline.bench.workplace import open_photo, photo_result, source_of
from pipeline.head.landmarks import load_landmarks
from pipeline.head.model import load_head
from pipeline.records import Face, Float, Int, Light, Photo

Write = Callable[..., str]
"""`keep_arrays` or `show_arrays`."""

WIDELY_READ = frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"))


def faces(request: FindFaces, tell: Tell) -> Mapping[str, Any]:
    """Every face of a photo with its verdict, those that cannot be used included."""
    tell("Looking for faces")
    return faces_result(request)


def faces_result(request: OnPhoto) -> dict[str, Any]:
    """The photo of a request and its faces."""
    job, opened = open_photo(request)
    source = source_of(job, request.photo)
    shown = {"upright": upright_picture(opened.photo, source.path, Path(request.folder))}
    return {
        "photo": {**photo_result(opened.photo, source.path), **shown},
        "faces": [face_result(face, Path(request.folder)) for face in opened.faces],
    }


def upright_picture(photo: Photo, source: str, folder: Path) -> str:
    """A file that shows the photo's pixels as they were read: its own, or a copy where that is of a kind that
    few programs open, or is to be turned by what its EXIF block says, which not all of them do."""
    if Path(source).suffix.lower() in WIDELY_READ:
        with Image.open(io.BytesIO(photo.file)) as image:
            if image.getexif().get(Base.Orientation, 1) == 1:
                return source
    return keep_picture(folder, "upright", photo.pixels)


def face_result(face: Face, folder: Path, write: Write = keep_arrays) -> Mapping[str, Any]:
    """One face for JSON; its arrays, camera frame, in a file below ``folder``."""
    arrays: dict[str, Float | Int] = {
        "vertices": face.vertices,
        "triangles": load_head().faces,
        "landmarks": face.landmarks,
        "on_head": landmarks_on_head(face),
        "identity": face.identity_coefficients,
        "expression": face.expression_coefficients,
        "rotation": face.rotation,
        "translation": face.translation,
    }
    return {
        "index": face.index,
        "verdict": face.verdict,
        "reason": face.reason,
        "residual_mm": face.residual_mm,
        "yaw_pitch_roll_deg": np.degrees(face.yaw_pitch_roll),
        "box": face.box,
        "distance_m": float(face.translation[2]),
        "focal_px": face.camera.focal_px,
        "light": light_result(face.light),
        "file": write(folder, f"face-{face.index}", **arrays),
    }


def light_result(light: Light) -> Mapping[str, Any]:
    """In the form of the configuration's block ``light``."""
    return {
        "ambient": light.ambient,
        "lamps": [
            {"towards": towards, "irradiance": irradiance}
            for towards, irradiance in zip(light.directions, light.irradiance, strict=True)
        ],
        "around": light.around,
    }


def landmarks_on_head(face: Face) -> Float:
    """(N, 3) m, camera frame: where the landmarks lie on the fitted head."""
    table = load_landmarks("mediapipe" if len(face.landmarks) >= 468 else "ibug68")
    return table.positions(face.vertices)
