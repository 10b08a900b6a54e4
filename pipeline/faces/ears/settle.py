"""The last few millimetres of an ear: moved by itself where the head model cannot follow it.

The model's modes couple ears to the rest of the head as its people have them. Here each ear that was
found is shifted, turned and resized as a whole, as little as the photo asks for; the skin around follows
less and less, so that nothing is torn or folded.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pipeline.faces.camera import project
from pipeline.faces.ears.find import Ear
from pipeline.faces.ears.view import Side
from pipeline.head.model import load_head
from pipeline.records import Camera, Float

# Standard deviations, head frame: shift out, up, forward (m); turn about those axes (rad); log of size.
FREEDOM = np.array([0.003, 0.005, 0.005, 0.12, 0.2, 0.1, 0.08])
FADE = 0.035  # m from the ear over which the skin follows
FARTHEST = 0.012  # m: beyond this the skin before and behind the ear would fold


def settle_ears(vertices: Float, rotation: Float, camera: Camera, ears: tuple[Ear, ...]) -> Float:
    """Vertices (V, 3) m, camera frame, with the found ears brought to their points in the photo.

    `rotation` (3, 3) is head to camera.
    """
    settled = vertices.copy()
    for ear in ears:
        settled += _offset(vertices, rotation, camera, ear)
    return settled


def _offset(vertices: Float, rotation: Float, camera: Camera, ear: Ear) -> Float:
    """(V, 3) m: how far each vertex goes with one ear; zero away from it."""
    follows = _follows(ear.side)
    moved = np.flatnonzero(follows)
    root = vertices[_root(ear.side)].mean(axis=0)
    motions = _motions((vertices[moved] - root) @ rotation) @ rotation.T
    at = np.searchsorted(moved, ear.vertices)
    points = vertices[ear.vertices]
    depth = points[:, 2:]
    px_per_m = camera.focal_px / depth
    # d pixel = px_per_m * (d lateral - lateral / depth * d depth)
    lateral = points[:, :2] / depth
    design = px_per_m * (motions[:, at, :2] - lateral * motions[:, at, 2:])
    weight = 1 / (px_per_m * ear.sigma[:, None])
    rows = (design * weight * FREEDOM[:, None, None]).reshape(len(FREEDOM), -1).T
    off = ((ear.points - project(points, camera)) * weight).ravel()
    answer = np.linalg.solve(rows.T @ rows + np.eye(len(FREEDOM)), rows.T @ off)
    offset = np.zeros_like(vertices)
    offset[moved] = follows[moved, None] * np.tensordot(answer * FREEDOM, motions, axes=1)
    longest = float(np.linalg.norm(offset, axis=1).max())
    return offset * min(1.0, FARTHEST / max(longest, 1e-9))


def _motions(points: Float) -> Float:
    """(7, n, 3): what a unit of each of FREEDOM does to points (n, 3) from the ear's root, head frame."""
    axes = np.eye(3)[:, None, :]
    shifts = np.broadcast_to(axes, (3, len(points), 3))
    return np.concatenate([shifts, np.cross(axes, points[None]), points[None]])


def _root(side: Side) -> NDArray[np.int64]:
    """Vertices (3,) around where an ear is grown to the head."""
    head = load_head()
    sulcus = head.ear_sulcus_left if side == "left" else head.ear_sulcus_right
    return np.array([head.points[f"tragion_{side}"], sulcus[0], sulcus[-1]])


@cache
def _follows(side: Side) -> Float:
    """(V,) 1 on the ear, falling smoothly to 0 at FADE from it."""
    head = load_head()
    ear = head.regions[f"ear_{side}"]
    far = np.clip(cKDTree(head.mean[ear]).query(head.mean)[0] / FADE, 0, 1)
    weight = 1 - far * far * (3 - 2 * far)
    weight.setflags(write=False)
    return np.asarray(weight)
