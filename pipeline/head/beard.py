"""Where beards grow on the head model."""

from __future__ import annotations

import numpy as np

from pipeline.head.model import HeadModel
from pipeline.records import Float


def beard_weight(head: HeadModel, rest: Float) -> Float:
    """How thick a beard grows, 0..1 (V,), at points ``rest`` (V, 3) m of the mean head."""
    at = {name: head.mean[vertex] for name, vertex in head.points.items()}
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    # Upper edge: from the sideburn down over the cheek to the corner of the mouth, up to the nose.
    edge = np.interp(
        x, [0.0, 0.012, 0.026, 0.045, 0.066, 0.075], [-0.0505, -0.0515, -0.062, -0.068, -0.045, -0.02]
    )
    jaw = _ramp(y, edge + 0.003, edge - 0.006)
    throat = _ramp(y + 0.35 * z, at["menton"][1] - 0.045, at["menton"][1] - 0.012)
    front = _ramp(z, at["tragion_left"][2] - 0.004, at["tragion_left"][2] + 0.014)
    return np.asarray(jaw * throat * front)


def _ramp(values: Float, start: float | Float, end: float | Float) -> Float:
    """Smooth step from 0 at ``start`` to 1 at ``end``."""
    t = np.clip((values - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
