"""The photo's camera frame in Blender's world: the camera at the origin looks along y, z is up.

Camera frame: OpenCV's, metres, x right, y down, z into the scene (see `pipeline.records`).
"""

from __future__ import annotations

import numpy as np

TO_WORLD = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""Rotation: ``X_world = TO_WORLD @ X_camera``."""


def to_world(points: np.ndarray) -> np.ndarray:
    """Points or directions (..., 3) of the camera frame in Blender's world."""
    return np.asarray(points, float) @ TO_WORLD.T


def to_camera(points: np.ndarray) -> np.ndarray:
    """Points or directions (..., 3) of Blender's world in the camera frame."""
    return np.asarray(points, float) @ TO_WORLD


def placed(rotation: np.ndarray, translation: np.ndarray) -> np.ndarray:
    """The (4, 4) matrix of an object whose vertices are in the head frame; m."""
    matrix = np.eye(4)
    matrix[:3, :3] = TO_WORLD @ rotation
    matrix[:3, 3] = TO_WORLD @ translation
    return matrix
