"""Where a landmark detector's points lie on the head mesh, measured by tools/calibrate_landmarks.py."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Float, Int

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class LandmarkTable:
    """One row a landmark of the detector, N in its own order."""

    backend: str
    vertices: Int  # (N, 3) corner vertices of the triangle that the landmark lies on
    weights: Float  # (N, 3) barycentric, each row sums to 1
    sigma: Float  # (N,) m, robust standard deviation of the detector around that place, along the surface
    usable: NDArray[np.bool_]  # (N,) False: the place is unknown or moves too much to fit to
    mirror: Int  # (N,) the same landmark on the other side of the face

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
        )
    return table
