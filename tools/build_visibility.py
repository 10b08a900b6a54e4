"""Build pipeline/faces/light/visibility.npz: how much of a lamp each vertex of the head sees.

    PYTHONPATH=. python tools/build_visibility.py

To be run again whenever the head model changes (three CPU-minutes). Every entry is a mean over several
heads and over a lamp some degrees wide: noses, brows and chins shade whatever lies behind them, a little
differently from person to person.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from pipeline.faces.camera import project
from pipeline.faces.light.visibility import DIRECTIONS, FILE, LEVELS
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Camera, Float

HEADS = 6
SIGMA = 0.6  # of the identities, in standard deviations
LAMP_RADIUS = math.radians(9)
FAR = 60.0  # m: rays are as good as parallel
CELL = 0.0015  # m
LIFT = 0.0015  # m by which a vertex is raised off its own skin


def seen_from(direction: Float, shape: Float, raised: Float, both_sides: Float) -> Float:
    """Which of the points raised (V, 3) a lamp in that direction (3,) sees, (V,) 0 or 1."""
    turn, _ = Rotation.align_vectors([[0.0, 0.0, -1.0]], [direction])
    side = 260
    camera = Camera(FAR / CELL, side, side)
    middle = (shape.min(axis=0) + shape.max(axis=0)) / 2
    place = [0.0, 0.0, FAR]
    raster = rasterise(
        turn.apply(shape - middle) + place, both_sides, camera, (0, 0, side, side), (side, side)
    )
    points = turn.apply(raised - middle) + place
    column, row = np.clip(project(points, camera).astype(int), 0, side - 1).T
    return np.asarray(points[:, 2] < raster.depth[row, column] + LIFT, float)


def main() -> None:
    head = load_head()
    rng = np.random.default_rng(0)
    faces = np.concatenate([head.collider_faces, head.collider_faces[:, ::-1]])
    total = np.zeros((len(head.mean), len(DIRECTIONS)))
    for _ in range(HEADS):
        expression = np.zeros(len(head.expression_basis))
        shape = head.shape(rng.normal(0, SIGMA, len(head.identity_basis)), expression)
        raised = shape + LIFT * vertex_normals(shape, head.faces)
        for number, direction in enumerate(DIRECTIONS):
            away = rng.normal(0, math.tan(LAMP_RADIUS) / 2, 3)
            lamp = direction + away
            total[:, number] += seen_from(lamp / np.linalg.norm(lamp), shape, raised, faces)
    levels = np.round(total / HEADS * LEVELS).astype(np.uint8)
    np.savez_compressed(Path(FILE), levels=levels)


if __name__ == "__main__":
    main()
