"""Blender stores single-precision numbers; a configuration says them as they were typed."""

from __future__ import annotations

import numpy as np


def shortest(value: float) -> float:
    """The shortest decimal that is stored as ``value``: 0.1, not 0.10000000149."""
    return float(str(np.float32(value)))
