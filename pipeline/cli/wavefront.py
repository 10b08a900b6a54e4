"""A fitted head as a Wavefront OBJ file, which every 3D program reads."""

from __future__ import annotations

from functools import cache

import numpy as np

from pipeline.head.model import load_head
from pipeline.records import Face, Float, Int


def obj_text(face: Face, title: str) -> str:
    """The head in the head frame: metres, y up, z out of the face, x to the subject's left.

    So it stands upright wherever it is opened; pose and camera, with which it lies over the photo, are in
    comments. Texture coordinates are the head model's own, which are MakeHuman's.
    """
    vertices = (face.vertices - face.translation) @ face.rotation
    uv, corners = _layout()
    faces = load_head().faces + 1
    camera = face.camera
    lines = [
        f"# {title}",
        "# head frame, metres: x to the subject's left, y up, z out of the face",
        "# X_camera = R X + t (camera: x right, y down, z into the scene)",
        f"# R {_numbers(face.rotation.ravel(), 9)}",
        f"# t {_numbers(face.translation, 9)}",
        f"# u = f x / z + width / 2, v = f y / z + height / 2; "
        f"f width height {camera.focal_px:.4f} {camera.width} {camera.height}",
        "o head",
        *(f"v {_numbers(vertex, 6)}" for vertex in vertices),
        *(f"vt {_numbers(point, 6)}" for point in uv),
        "s 1",
        *(
            f"f {a}/{ta} {b}/{tb} {c}/{tc}"
            for (a, b, c), (ta, tb, tc) in zip(faces.tolist(), (corners + 1).tolist(), strict=True)
        ),
    ]
    return "\n".join(lines) + "\n"


@cache
def _layout() -> tuple[Float, Int]:
    """Distinct texture coordinates (T, 2), and for each triangle's corners (F, 3) which one it has."""
    uv, inverse = np.unique(load_head().uv.reshape(-1, 2).round(6), axis=0, return_inverse=True)
    return uv, inverse.reshape(-1, 3).astype(np.int32)


def _numbers(values: Float, digits: int) -> str:
    return " ".join(f"{value:.{digits}f}" for value in values)
