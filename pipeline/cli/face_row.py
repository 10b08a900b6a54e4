"""A face as a JSON object. Units and frames: pipeline/records.py and docs/faces.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.faces.camera import project
from pipeline.faces.ears.anchors import ear_anchors
from pipeline.faces.visible import in_view, visible
from pipeline.head.ibug68 import points_68
from pipeline.records import Face, Light, LightFit, Photo


def face_row(photo: Photo, face: Face) -> dict[str, Any]:
    """Everything that is known of one face."""
    yaw, pitch, roll = np.degrees(face.yaw_pitch_roll)
    points = points_68(face.vertices)
    row: dict[str, Any] = {
        "face": face.index,
        "verdict": face.verdict,
        "reason": face.reason,
        "backend": face.backend,
        "box": _rounded(face.box, 1),
        "yaw": _rounded(yaw, 2),
        "pitch": _rounded(pitch, 2),
        "roll": _rounded(roll, 2),
        "residual_mm": _rounded(face.residual_mm, 3),
        "residual_px": _rounded(face.residual_px, 3),
        "focal_px": _rounded(face.camera.focal_px, 2),
        "focal_from": "prior" if photo.focal_px is None else "exif",
        "distance_m": _rounded(face.translation[2], 4),
        "photo_size": [face.camera.width, face.camera.height],
        "rotation": _rounded(face.rotation, 6),
        "translation_m": _rounded(face.translation, 5),
        "landmarks_68": _rounded(project(points, face.camera), 2),
        "landmarks_68_visible": visible(points, face).tolist(),
        "ears": _ears(face),
    }
    if face.verdict != "rejected":
        row["light"] = _numbers(face.light)
        row["light_fit"] = None if face.light_fit is None else _numbers(face.light_fit)
    return row


def _ears(face: Face) -> dict[str, Any]:
    ears = {}
    for ear in ear_anchors(face.vertices, face.camera):
        seen = ear.visible & in_view(ear.points, face)
        ears[ear.side] = {"anchors": _rounded(ear.points, 2), "visible": seen.tolist()}
    return ears


def _numbers(record: Light | LightFit) -> dict[str, Any]:
    return {name: _rounded(value, 4) for name, value in vars(record).items()}


def _rounded(values: Any, digits: int) -> Any:
    """Plain numbers; what is not finite becomes None, which JSON can say."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim:
        return [_rounded(value, digits) for value in array]
    return round(float(array), digits) if np.isfinite(array) else None
