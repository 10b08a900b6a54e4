"""A small picture of part of a face, and what of the fitted head each of its cells sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.faces.camera import project
from pipeline.faces.raster import Raster, rasterise
from pipeline.records import Camera, Float, Int


@dataclass(frozen=True)
class Closeup:
    box: tuple[int, int, int, int]  # x0 y0 x1 y1 px of the photo, half-open
    pixels: NDArray[np.uint8]  # (h, w, 3) sRGB, averaged where the photo is finer
    raster: Raster  # (h, w)


def close_up(
    pixels: NDArray[np.uint8],
    vertices: Float,
    faces: Int,
    wanted: NDArray[np.bool_],
    camera: Camera,
    cells: int,
    margin: float = 0.0,
) -> Closeup | None:
    """The part of a photo that shows the ``wanted`` (F,) triangles of a head.

    pixels (H, W, 3) sRGB; vertices (V, 3) m, camera frame; faces (F, 3). At most ``cells`` along the
    longer side; ``margin`` to each side, as a part of the whole. None where the part reaches behind the
    camera or hardly any of it is in the photo.
    """
    part = vertices[np.unique(faces[wanted])]
    if (part[:, 2] < 1e-3).any():
        return None
    image = project(part, camera)
    border = margin * np.ptp(image, axis=0)
    low = np.maximum(np.floor(image.min(axis=0) - border), 0).astype(int)
    high = np.minimum(np.ceil(image.max(axis=0) + border), [camera.width, camera.height]).astype(int)
    if (high - low < 8).any():
        return None
    shrink = max(1.0, float((high - low).max()) / cells)
    columns, rows = (max(1, int(side)) for side in (high - low) / shrink)
    box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    shown = Image.fromarray(pixels[box[1] : box[3], box[0] : box[2]])
    small = np.asarray(shown.resize((columns, rows), Image.Resampling.BOX))
    return Closeup(box, small, rasterise(vertices, faces, camera, box, (rows, columns)))
