"""``maskdrape fit``: what the fit makes of photos."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from pipeline.cli.quiet import native_output_in
from pipeline.config import FacesConfig, PhotosConfig
from pipeline.faces.camera import project
from pipeline.faces.find import find_faces
from pipeline.head.model import load_head
from pipeline.photos.load import load_photo
from pipeline.records import Face, Photo, PhotoSource, Rejected


def fit_photos(paths: Sequence[Path], pictures: Path | None) -> int:
    """Print a JSON line a face; returns 0, or 3 when something was rejected."""
    code = 0
    with native_output_in(Path("/dev/null")) as (out, _):
        for path in paths:
            try:
                photo = load_photo(PhotoSource(str(path), path.name, path.stem), PhotosConfig(folder="."))
                faces = find_faces(photo, FacesConfig())
            except Rejected as refusal:
                code = 3
                print(json.dumps({"photo": str(path), "rejected": refusal.reason}), file=out, flush=True)
                continue
            for face in faces:
                code = 3 if face.verdict == "rejected" else code
                print(json.dumps({"photo": str(path), **_row(face)}), file=out, flush=True)
            if pictures is not None:
                pictures.mkdir(parents=True, exist_ok=True)
                _draw(photo, faces).save(pictures / f"{path.stem}.png")
    return code


def _row(face: Face) -> dict[str, Any]:
    yaw, pitch, roll = (round(float(angle), 1) for angle in np.degrees(face.yaw_pitch_roll))
    return {
        "face": face.index,
        "verdict": face.verdict,
        "reason": face.reason,
        "yaw": yaw,
        "pitch": pitch,
        "roll": roll,
        "distance_m": round(float(face.translation[2]), 3),
        "focal_px": round(face.camera.focal_px, 1),
        "residual_mm": round(face.residual_mm, 2),
        "residual_px": round(face.residual_px, 2),
    }


def _draw(photo: Photo, faces: Sequence[Face]) -> Image.Image:
    """The head's mesh in thin lines and the landmarks as dots over the photo."""
    picture = Image.fromarray(photo.pixels)
    draw = ImageDraw.Draw(picture, "RGBA")
    triangles = load_head().faces
    for face in faces:
        points = project(face.vertices, face.camera)
        corners = face.vertices[triangles]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        facing = np.einsum("fk,fk->f", normals, corners.mean(axis=1)) < 0
        for triangle in triangles[facing]:
            draw.polygon([tuple(points[vertex]) for vertex in triangle], outline=(0, 255, 180, 70))
        for x, y in face.landmarks:
            draw.ellipse((x - 1, y - 1, x + 1, y + 1), fill=(255, 60, 60, 255))
    return picture
