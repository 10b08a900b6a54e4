"""Soft grids laid on the wrapping around a face."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from pipeline.masks.envelope import ANGLE_STEP, HEIGHT_STEP, Envelope, wrap
from pipeline.records import Float


def profile_length(envelope: Envelope, high: float, low: float) -> float:
    """Metres along the middle of the envelope between two heights."""
    heights = np.linspace(low, high, 60)
    radius = envelope.at(heights, np.zeros(60))
    return float(np.hypot(np.diff(heights), np.diff(radius)).sum())


def pressed(skin: Envelope, clearance: float, depth: float) -> Envelope:
    """Where fingers press the wire: on the ridge of the nose, and beside it no more than ``depth`` m into
    the hollow between nose and cheek; never inside the skin."""
    sigma = (0.004 / HEIGHT_STEP, np.radians(2) / ANGLE_STEP)
    hull = wrap(skin, 0.0, steepest=np.inf).radius
    radius = gaussian_filter(np.maximum(skin.radius, hull - depth), sigma, mode="nearest")
    return Envelope(skin.axis_z, skin.heights, skin.angles, np.maximum(radius + clearance, skin.radius))


def lay_grid(envelope: Envelope, across: Float, down: Float, out: Float, top: Float) -> Float:
    """Lays a pleated grid on an envelope, keeping lengths down the columns and along the rows.

    ``across`` (C,), ``down`` and ``out`` (R, C) in m on the sheet; ``top`` (C,) heights of the upper edge.
    Returns (R, C, 3) m, head frame.
    """
    turn = np.diff(envelope.angles)[None]
    step = np.hypot(
        (envelope.radius[:, 1:] + envelope.radius[:, :-1]) / 2 * turn, np.diff(envelope.radius, axis=1)
    )
    arc = np.concatenate([np.zeros((len(step), 1)), np.cumsum(step, 1)], axis=1)
    arc -= arc[:, envelope.angles.size // 2, None]
    height = top.copy()
    laid = np.empty((*down.shape, 3))
    for row in range(len(down)):
        level = np.clip((height - envelope.heights[0]) / HEIGHT_STEP, 0, envelope.heights.size - 1.001)
        low = level.astype(int)
        part = (level - low)[:, None]
        arcs = arc[low] * (1 - part) + arc[low + 1] * part
        angle = np.array([np.interp(u, a, envelope.angles) for u, a in zip(across, arcs, strict=True)])
        radius = envelope.at(height, angle)
        slope = (envelope.at(height + HEIGHT_STEP, angle) - envelope.at(height - HEIGHT_STEP, angle)) / (
            2 * HEIGHT_STEP
        )
        lean = 1 / np.sqrt(1 + slope**2)
        outward = np.stack([np.sin(angle) * lean, -slope * lean, np.cos(angle) * lean], -1)
        laid[row] = envelope.point(height, angle, radius) + out[row][:, None] * outward
        if row + 1 < len(down):
            height = height - (down[row + 1] - down[row]) * lean
    return laid
