"""What a landmark detector is to the rest of the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.records import Float, Photo


class BackendError(Exception):
    """A backend that cannot work at all, with what the user has to do: no photo's fault."""


@dataclass(frozen=True)
class Detection:
    """One face as a detector sees it. Pixels as in `pipeline.records`."""

    landmarks: Float  # (N, 2) px, order of the backend
    confidence: Float  # (N,) in [0, 1]
    score: float  # of the whole face, in [0, 1]
    box: Float  # (4,) x0 y0 x1 y1 px, from a face detector that did not see the landmarks
    points: str = "mediapipe"  # which landmarks these are: a table of `pipeline.head.landmarks`
    doubt: str = ""  # why this face, surely seen, must not be used, as a sentence; empty when it may
    identity: Float | None = None  # (80,) coefficients of the head that are known; None: to be found
    expression: Float | None = None  # (43,) the same


Backend = Callable[[Photo], list[Detection]]
"""From a photo to every face found, in no particular order."""
