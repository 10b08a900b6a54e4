"""A z-buffer in NumPy: which triangle each pixel sees. For light and checks, not for pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.camera import project
from pipeline.records import Camera, Float, Int


@dataclass(frozen=True)
class Raster:
    """A grid of h x w cells over a box of the photo; each cell is sampled at its centre."""

    triangle: Int  # (h, w) index of the triangle seen; -1 where none is
    barycentric: Float  # (h, w, 3) of the seen point on its triangle
    depth: Float  # (h, w) m along the camera's z; inf where nothing is seen


def rasterise(
    vertices: Float, faces: Int, camera: Camera, box: tuple[int, int, int, int], shape: tuple[int, int]
) -> Raster:
    """What a grid of `shape` (h, w) over `box` (x0, y0, x1, y1 px) sees of a mesh.

    Vertices (V, 3) m in the camera frame; faces (F, 3) wound outward. Triangles turned away from the
    camera, or reaching behind it, are left out.
    """
    cell = np.array([(box[2] - box[0]) / shape[1], (box[3] - box[1]) / shape[0]])
    points = (project(vertices, camera) - np.array(box[:2])) / cell
    corners = points[faces]
    near = 1 / np.where(vertices[:, 2] > 1e-6, vertices[:, 2], np.nan)[faces]
    # In the camera frame y points down, so an outward winding runs clockwise on paper: area < 0.
    area = _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    kept = np.flatnonzero(area < -1e-9)  # NaN compares false: behind the pinhole is out too
    corners, near, area = corners[kept], near[kept], area[kept]

    limit = np.array([shape[1], shape[0]])
    low = np.clip(np.ceil(corners.min(axis=1) - 0.5), 0, limit).astype(np.int64)
    high = np.clip(np.floor(corners.max(axis=1) - 0.5) + 1, 0, limit).astype(np.int64)
    span = np.maximum(high - low, 0)
    count = span.prod(axis=1)
    owner = np.repeat(np.arange(len(kept)), count)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    x = low[owner, 0] + step % span[owner, 0]
    y = low[owner, 1] + step // span[owner, 0]
    sample = np.stack([x + 0.5, y + 0.5], axis=1)
    # The weight of a corner is the area across from it.
    weights = np.stack(
        [
            _cross(corners[owner, (i + 1) % 3] - sample, corners[owner, (i + 2) % 3] - sample) / area[owner]
            for i in range(3)
        ],
        axis=1,
    )
    inside = (weights >= 0).all(axis=1)
    owner, weights, cells = owner[inside], weights[inside], (y * shape[1] + x)[inside]
    # 1/z is linear on the picture; weights on the triangle itself follow from it.
    parts = weights * near[owner]
    nearness = parts.sum(axis=1)
    order = np.argsort(nearness, kind="stable")  # the nearest is written last
    owner, cells = owner[order], cells[order]

    triangle = np.full(shape[0] * shape[1], -1, np.int32)
    barycentric = np.zeros((len(triangle), 3))
    depth = np.full(len(triangle), np.inf)
    triangle[cells] = kept[owner]
    barycentric[cells] = (parts / nearness[:, None])[order]
    depth[cells] = 1 / nearness[order]
    return Raster(triangle.reshape(shape), barycentric.reshape(*shape, 3), depth.reshape(shape))


def _cross(a: Float, b: Float) -> NDArray[np.float64]:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
