"""Which points of a fitted head can be seen in the photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.camera import project
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.records import Face, Float

CELLS = 240  # along the longer side of the grid on which visibility is looked up
SKIN = 0.004  # m: a landmark this little behind what a cell sees is on it


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
