"""The pinhole that every stage shares, and the angles by which a head's pose is named.

Frames are those of `pipeline.records`.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from pipeline.records import Camera, Float

FRONTAL: Float = np.diag([1.0, -1.0, -1.0])
"""Rotation of an upright head that faces the camera: head frame to camera frame."""


def project(points: Float, camera: Camera) -> Float:
    """Pixels (..., 2) of points (..., 3) m in the camera frame.

    Points at or behind the pinhole have no image: they give NaN.
    """
    depth = np.where(points[..., 2:] > 1e-6, points[..., 2:], np.nan)
    centre = np.array([camera.width / 2, camera.height / 2])
    return np.asarray(camera.focal_px * points[..., :2] / depth + centre)


def euler(rotation: Float) -> Float:
    """Yaw, pitch, roll (3,) in radians of a head-to-camera rotation (3, 3).

    Intrinsic turns about the head's y, x, z, starting from the frontal head. Yaw > 0 turns the face
    towards the subject's left, pitch > 0 looks down, roll > 0 tilts the subject's left ear up.
    """
    return np.asarray(Rotation.from_matrix(FRONTAL @ rotation).as_euler("YXZ"))


def from_euler(yaw: float, pitch: float, roll: float) -> Float:
    """Head-to-camera rotation (3, 3) of the angles (radians) that `euler` gives back."""
    return np.asarray(FRONTAL @ Rotation.from_euler("YXZ", [yaw, pitch, roll]).as_matrix())
