"""How far the threads of a draped sheet are stretched or pressed together."""

from __future__ import annotations

import numpy as np

from pipeline.records import PARTS, Float, RestMask

SOFT = tuple(PARTS.index(part) for part in ("panel", "window"))
"""Parts that are one layer of cloth; bound edges are several and the wire is metal."""


def thread_strain(rest: RestMask, draped: Float) -> Float:
    """Strain (T,) of the threads along and across the sheet, positive where they are stretched.

    ``draped`` (M, 3) m. Threads are the sides of the quads; a side that two quads share counts once.
    """
    pairs = rest.faces.reshape(-1, 2, 3)[np.isin(rest.parts[::2], SOFT)]
    quads = np.concatenate([pairs[:, 0], pairs[:, 1, 2:]], axis=1)
    sides = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    ends = np.unique(np.sort(sides, axis=1), axis=0)
    slack = np.linalg.norm(rest.rest_vertices[ends[:, 0]] - rest.rest_vertices[ends[:, 1]], axis=1)
    return np.asarray(np.linalg.norm(draped[ends[:, 0]] - draped[ends[:, 1]], axis=1) / slack - 1)
