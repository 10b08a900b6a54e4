"""Where a landmark detector's points lie on the head mesh, measured by tools/calibrate_landmarks.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Float, Int

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Habits:
    """How a detector's landmarks stray from their places, measured on people whose truth is known.

    A landmark is the detector's guess at a place, and takes after its idea of a face: it follows a person's
    shape by half and slides over the skin as the head turns. Shifts and errors are in metres at the face's
    distance, along the axes of `pipeline.faces.fit.view`.
    """

    drift: Float  # (K, N, 3) m, head frame: how much farther than its place each coefficient moves it
    offsets: Float  # (F, N, 2) m: mean shift in the picture, over the features of the view
    azimuths: Float  # (B,) rad, rising from 0: views of which the spread is known
    spread: Float  # (B, N, 2) m, standard deviation of what is left
    mirror: Int  # (N,) the same landmark on the other side of the face


@dataclass(frozen=True)
class LandmarkTable:
    """One row a landmark of the detector, N in its own order."""

    backend: str
    vertices: Int  # (N, 3) corner vertices of the triangle that the landmark lies on
    weights: Float  # (N, 3) barycentric, each row sums to 1
    sigma: Float  # (N,) m, robust standard deviation of the detector around that place, along the surface
    usable: NDArray[np.bool_]  # (N,) False: the place is unknown or moves too much to fit to
    mirror: Int  # (N,) the same landmark on the other side of the face
    habits: Habits | None = None  # None: never measured

    def positions(self, head_vertices: Float) -> Float:
        """(N, 3) landmark positions on a head (V, 3), in its frame."""
        return np.asarray(np.einsum("nk,nkd->nd", self.weights, head_vertices[self.vertices]))


@cache
def load_landmarks(backend: str = "mediapipe") -> LandmarkTable:
    """The table of one landmark backend. Raises FileNotFoundError when it was never calibrated."""
    path = FOLDER / f"landmarks_{backend}.npz"
    if not path.exists():
        raise FileNotFoundError(
            f"no landmark table for backend {backend!r}: run tools/calibrate_landmarks.py"
        )
    with np.load(path) as stored:
        table = LandmarkTable(
            backend=backend,
            vertices=stored["vertices"],
            weights=stored["weights"].astype(np.float64),
            sigma=stored["sigma"].astype(np.float64),
            usable=stored["usable"],
            mirror=stored["mirror"],
            habits=_habits(stored) if "offsets" in stored else None,
        )
    return table


def _habits(stored: Mapping[str, NDArray[np.generic]]) -> Habits:
    names = ("drift", "offsets", "azimuths", "spread")
    values = {name: stored[name].astype(np.float64) for name in names}
    return Habits(**values, mirror=stored["mirror"].astype(np.int32))
