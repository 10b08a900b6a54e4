"""What several tests look at."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    """The public-domain portrait (512, 512, 3) sRGB of Eileen Collins."""
    return np.asarray(pytest.importorskip("skimage.data").astronaut())
