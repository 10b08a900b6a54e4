"""How far the threads of a draped sheet are stretched or pressed together."""

from __future__ import annotations

import numpy as np

from pipeline.masks.pattern.grid import quads_of, sides_of
from pipeline.records import PARTS, Float, RestMask

SOFT = tuple(PARTS.index(part) for part in ("panel", "window"))
"""Parts that are one layer of cloth; bound edges are several and the wire is metal."""


def thread_strain(rest: RestMask, draped: Float) -> Float:
    """Strain (T,) of the threads along and across the sheet, positive where they are stretched.

    ``draped`` (M, 3) m. Threads are the sides of the quads; a side that two quads share counts once.
    """
    ends = sides_of(quads_of(rest.faces)[np.isin(rest.parts[::2], SOFT)])
    slack = np.linalg.norm(rest.rest_vertices[ends[:, 0]] - rest.rest_vertices[ends[:, 1]], axis=1)
    return np.asarray(np.linalg.norm(draped[ends[:, 0]] - draped[ends[:, 1]], axis=1) / slack - 1)
