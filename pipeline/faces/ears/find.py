"""Where the ears are in the photo: no landmark detector says, and a mask hangs on them.

A small network looks at the close-up around each ear that the fit foretells (view.py) and says where the
ear's rim and folds are, how sure it is of each, and how much of the ear can be seen at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.camera import project
from pipeline.faces.ears.network import locate
from pipeline.faces.ears.view import Side, cut, ear_vertices, ear_view
from pipeline.records import Camera, Float

LEAST_SHARE = 0.5  # of an ear that must be seen; below it, locks of hair were taken for ears
FEWEST_PX_PER_MM = 0.35  # an ear is then 20 px high
FARTHEST = 32.0  # mm: an ear farther from where the fit had it was none
MOST_DOUBT = 6.0  # mm, median sigma of the points
INDEPENDENT = 4.0  # errors of an ear's points go together: all of them are worth this many


@dataclass(frozen=True)
class Ear:
    """An ear as found in a photo: points to fit to."""

    side: Side
    vertices: NDArray[np.int64]  # (n,) of the head
    points: Float  # (n, 2) px
    sigma: Float  # (n,) m at the ear's distance, for points that are taken as independent
    share: float  # of the ear that can be seen, 0..1


def find_ears(pixels: NDArray[np.uint8], vertices: Float, camera: Camera) -> tuple[Ear, ...]:
    """The ears that can be seen, of a head fitted to a face; none where hair, pose or size hides them.

    pixels (H, W, 3) sRGB; vertices (V, 3) m of the fitted head, camera frame.
    """
    found = (_find(pixels, vertices, camera, side) for side in ("left", "right"))
    return tuple(ear for ear in found if ear is not None)


def _find(pixels: NDArray[np.uint8], vertices: Float, camera: Camera, side: Side) -> Ear | None:
    start = ear_view(vertices, camera, side)
    if start is None or start.px_per_mm < FEWEST_PX_PER_MM:
        return None
    first = locate(cut(pixels, start))
    if first.share < LEAST_SHARE:
        return None
    # Once more with the ear in the middle, where the network has seen most of them.
    view = replace(start, centre=start.to_photo(first.points.mean(axis=0)))
    seen = locate(cut(pixels, view))
    points = view.to_photo(seen.points)
    ids = ear_vertices(side)
    strayed = np.linalg.norm(points - project(vertices[ids], camera), axis=1) / start.px_per_mm
    doubtful = seen.share < LEAST_SHARE or float(np.median(seen.sigma)) > MOST_DOUBT
    if doubtful or float(np.median(strayed)) > FARTHEST:
        return None
    sigma = seen.sigma * np.sqrt(len(ids) / INDEPENDENT) / 1e3
    return Ear(side, ids, points, sigma, seen.share)
