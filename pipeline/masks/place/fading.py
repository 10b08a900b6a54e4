"""How the hold on an edge fades out along it."""

from __future__ import annotations

import numpy as np

from pipeline.records import Float

RIMS = 0.055  # m that the rims of glasses reach to either side


def fading(off: Float, end: float, over: float) -> Float:
    """1 inside, 0 from ``end`` m on, smooth over the last ``over`` m."""
    t = np.clip((end - off) / over, 0, 1)
    return np.asarray(t**2 * (3 - 2 * t))
