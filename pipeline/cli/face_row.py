"""A face as a JSON object. Units and frames: pipeline/records.py and docs/faces.md."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.camera import project
from pipeline.faces.ears.anchors import ear_anchors
from pipeline.faces.raster import rasterise
from pipeline.head.ibug68 import points_68
from pipeline.head.model import load_head
from pipeline.records import Face, Float, Light, LightFit, Photo

CELLS = 240  # along the longer side of the grid on which visibility is looked up
SKIN = 0.004  # m: a landmark this little behind what a cell sees is on it


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


def visible(points: Float, face: Face) -> NDArray[np.bool_]:
    """Which points (N, 3) m of a head are seen: in the photo, not hidden by head or occluder."""
    image = project(points, face.camera)
    seen = in_view(image, face)
    if not seen.any():
        return seen
    low = np.floor(image[seen].min(axis=0)).astype(int) - 2
    high = np.ceil(image[seen].max(axis=0)).astype(int) + 2
    grid = np.maximum(np.ceil((high - low) * (CELLS / (high - low).max())), 1).astype(int)
    box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    raster = rasterise(face.vertices, load_head().faces, face.camera, box, (int(grid[1]), int(grid[0])))
    where = (np.where(seen[:, None], image, low) - low) / (high - low) * grid
    column, row = np.clip(where.astype(int), 0, grid - 1).T
    seen &= points[:, 2] <= raster.depth[row, column] + SKIN
    return seen


def in_view(image: Float, face: Face) -> NDArray[np.bool_]:
    """Which image points (N, 2) px lie in the photo, and not under what is in front of the face."""
    at = np.floor(np.where(np.isfinite(image), image, -1)).astype(int)
    inside = ((at >= 0) & (at < [face.camera.width, face.camera.height])).all(axis=1)
    left, top, right, bottom = face.occluder.box
    over = (at[:, 0] >= left) & (at[:, 0] < right) & (at[:, 1] >= top) & (at[:, 1] < bottom)
    if face.occluder.matte.size:
        over[over] = face.occluder.matte[at[over, 1] - top, at[over, 0] - left] > 127
    return np.asarray(inside & ~over)


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
