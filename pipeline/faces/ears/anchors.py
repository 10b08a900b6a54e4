"""Where a mask's loops meet the ears, in the photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.camera import project
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Camera, Float

CORD = 0.002  # m: a cord lies this far off the skin it rests on
AHEAD = 0.002  # m: skin nearer to a point than this does not hide it


@dataclass(frozen=True)
class EarAnchors:
    """The two ends of the crease behind one ear: between them a loop runs behind it."""

    side: str  # "left" or "right", the subject's
    points: Float  # (2, 2) px: upper, lower
    visible: NDArray[np.bool_]  # (2,) not hidden by the head itself; hair is not looked at


def ear_anchors(vertices: Float, camera: Camera) -> tuple[EarAnchors, EarAnchors]:
    """Anchors of the left and the right ear of head vertices (V, 3) m in the camera frame.

    A point behind the pinhole has no image: it is NaN and not visible.
    """
    head = load_head()
    normals = vertex_normals(vertices, head.faces)
    corners = vertices[head.faces]

    def anchors(side: str, sulcus: NDArray[np.int32]) -> EarAnchors:
        ends = sulcus[[0, -1]]
        cords = vertices[ends] + CORD * normals[ends]
        seen = [point[2] > 0 and not _hidden(point, corners) for point in cords]
        return EarAnchors(side, project(cords, camera), np.array(seen))

    return anchors("left", head.ear_sulcus_left), anchors("right", head.ear_sulcus_right)


def _hidden(point: Float, corners: Float) -> bool:
    """Whether triangles (F, 3, 3) m lie between the pinhole and a point (Möller and Trumbore 1997)."""
    distance = float(np.linalg.norm(point))
    ray = point / distance
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    across = np.cross(ray, second)
    area = np.einsum("fd,fd->f", first, across)
    with np.errstate(divide="ignore", invalid="ignore"):
        u = -np.einsum("fd,fd->f", corners[:, 0], across) / area
        lever = np.cross(-corners[:, 0], first)
        v = lever @ ray / area
        depth = np.einsum("fd,fd->f", second, lever) / area
    return bool(((u >= 0) & (v >= 0) & (u + v <= 1) & (depth > 0) & (depth < distance - AHEAD)).any())
