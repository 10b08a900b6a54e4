"""Where the corners of a mask come to lie, before it is draped: so long are its loops made."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from pipeline.masks.envelope import wrap
from pipeline.masks.place.seat import Seat
from pipeline.records import Float, Int

OFF = 0.008  # m that a mask stands off the face in the mean, over its front


def corners_on_face(
    rest: Float, faces: Int, middle: Int, corners: Mapping[str, Int], heights: Float, seat: Seat
) -> dict[str, Float]:
    """(3,) m, head frame, of every corner.

    ``rest`` (M, 3) m and ``faces`` (F, 3) are the sheet, ``middle`` (K,) its vertices before the middle of
    the face, ``corners`` as in `Laid`, ``heights`` (M,) m those at which it is worn. A corner lies as far
    around a taut wrapping of the face as the shortest way over the sheet from its middle is long.
    """
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    long = np.linalg.norm(rest[ends[:, 0]] - rest[ends[:, 1]], axis=1)
    ends, first = np.unique(np.sort(ends, axis=1), axis=0, return_index=True)
    graph = coo_array((long[first], (ends[:, 0], ends[:, 1])), shape=(len(rest), len(rest)))
    away = dijkstra(graph, directed=False, indices=middle, min_only=True)
    face = wrap(seat.skin, OFF, steepest=1.0)
    found = {}
    for name, pair in corners.items():
        root, side = pair[1], 1.0 if name.endswith("left") else -1.0
        height = np.full(face.angles.size, heights[root].mean())
        line = face.point(height, face.angles, face.at(height, face.angles))
        start = int(np.abs(line[:, 0] - seat.sideways).argmin())
        line = line[start:] if side > 0 else line[start::-1]
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        found[name] = np.array([np.interp(away[root].mean(), along, line[:, k]) for k in range(3)])
    return found
