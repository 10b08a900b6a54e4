"""The 68 landmarks of iBUG (300-W, Sagonas et al. 2013) on the head: 0-16 jaw line from the subject's
right ear to the left, 17-26 brows, 27-35 nose, 36-47 eyes, 48-67 mouth. Tables: tools/build_ibug68.py.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from pipeline.head.landmarks import FOLDER, load_landmarks
from pipeline.records import Float, Int

OUTLINE = 17
"""Landmarks 0 to 16 are the jaw line."""

FOLLOWS_OUTLINE = frozenset({"ibug68", "fan2d"})
"""Tables of 2D annotations, whose jaw line is the visible outline; in others it lies fixed on the skin."""


def points_68(vertices: Float) -> Float:
    """The landmarks (68, d) of a head (V, d), in its frame; the jaw line is fixed to the skin."""
    return load_landmarks("ibug68").positions(vertices)


@cache
def outline_chains() -> tuple[Int, Float]:
    """Where each landmark of the jaw line slides: corners (17, C, 3) and weights (17, C, 3).

    C places in a row over the skin, from the fixed place at the jaw towards the middle of the face.
    """
    with np.load(FOLDER / "landmarks_ibug68.npz") as stored:
        return stored["outline_vertices"], stored["outline_weights"].astype(np.float64)
