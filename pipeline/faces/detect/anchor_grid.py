"""What MediaPipe's detectors answer around: anchors on a grid, each with its own score.

Liu et al. 2016, "SSD: Single Shot MultiBox Detector".
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.detect.runtime import Single
from pipeline.records import Float

Grids = tuple[tuple[int, int], ...]
"""Cells per side of each grid, and how many anchors lie in the middle of each of its cells."""


@cache
def anchors(grids: Grids) -> Float:
    """(A, 2) x y in parts of the picture's side."""
    found = []
    for cells, many in grids:
        y, x = np.mgrid[:cells, :cells].reshape(2, -1)
        found.append(np.repeat(np.column_stack([x, y]) + 0.5, many, axis=0) / cells)
    return np.concatenate(found)


def best(logits: Single, least: float) -> tuple[NDArray[np.intp], Float]:
    """Which of the anchors, by the logits (A,) of their scores, have ``least`` or more, and those scores.

    Both (K,), the highest score first.
    """
    scores = 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -100, 100)))
    likely = np.flatnonzero(scores >= least)
    likely = likely[np.argsort(-scores[likely], kind="stable")]
    return likely, scores[likely]
