"""The network that names what each cell of a view shows; tools/train_occluders.py made it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.detect.runtime import run_file

KINDS = ("rest", "hair", "glasses", "thing", "mask")
"""What a cell may show. A new mask goes over the rest (face, beard, neck, background), under the others."""

FILE = Path(__file__).parent / "occluders.tflite"


def chances(told: NDArray[np.float32]) -> NDArray[np.float32]:
    """Chance (n, n, 5) of each of KINDS for the features (n, n, 11) of a view; they add up to 1."""
    return np.asarray(run_file(FILE, told)[0][0])
