"""Lamps that people who do not exist are lit by: where they stand, how warm they are, how it is exposed."""

from __future__ import annotations

import numpy as np

from pipeline.records import Float


def towards(azimuth: float, height: float) -> Float:
    """Unit vector (3,), camera frame, towards a lamp; radians, azimuth > 0 to the picture's right."""
    # Camera frame: y down, and the person looks back along -z.
    return np.array([np.sin(azimuth) * np.cos(height), -np.sin(height), -np.cos(azimuth) * np.cos(height)])


def tint(warmth: float) -> Float:
    """Colour (3,) of mean 1 of a lamp; 0 is white, 1 as warm as cameras leave many, -1 as cold."""
    colour = np.maximum(np.array([1 + 0.10 * warmth, 1.0, 1 - 0.15 * warmth]), 0.3)
    return np.asarray(colour / colour.mean())


def gain(white: Float, skin: Float) -> float:
    """Factor on a light that shows ``white`` (3,) on white and ``skin`` (3,) albedo before the camera.

    Between exposing for the scene and for the skin, as cameras with face priority do.
    """
    return float((0.26 / float((white * skin).mean())) ** 0.45 * (0.75 / float(white.mean())) ** 0.55)


def not_blown_out(factor: float, white: Float) -> float:
    """``factor``, or the largest that shows white before the camera at most a third of a stop too bright."""
    return float(min(factor, 1.25 / float(white.mean())))
