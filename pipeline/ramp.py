"""A smooth step: the cubic whose slope is zero at both ends."""

from __future__ import annotations

import numpy as np

from pipeline.records import Float


def ramp(values: Float | float, start: Float | float, end: Float | float) -> Float:
    """0 at ``start`` and before, 1 at ``end`` and beyond; ``end`` may lie below ``start``. Any shape."""
    t = np.clip((np.asarray(values) - start) / (np.asarray(end) - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
