"""The mask in the 3D view: worn on the head, or lying flat beside it."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix

from . import collection, mesh
from .frames import placed

BEFORE = 0.12
"""m that a flat mask is nearer to the camera than the head's middle."""
MARGIN = (0.092, 0.052)
"""m from the left and lower border of the picture to the middle of a flat mask."""


def show_worn(
    scene: bpy.types.Scene,
    vertices: np.ndarray,
    faces: np.ndarray,
    rotation: np.ndarray,
    translation: np.ndarray,
) -> bpy.types.Object:
    """The draped mask, vertices (M, 3) m in the head frame, on the face with this pose."""
    worn = _mask(scene, "mask", "Mask", vertices, faces)
    worn.matrix_world = Matrix(placed(rotation, translation).tolist())
    worn.hide_set(False)
    return worn


def show_flat(scene: bpy.types.Scene, vertices: np.ndarray, faces: np.ndarray) -> bpy.types.Object:
    """The flat mask, vertices (M, 3) m with z up from the sheet, upright in the picture's lower left corner.

    It is as large beside the head as it would be in the hand of the person.
    """
    flat = _mask(scene, "flat", "Flat Mask", vertices, faces)
    depth, right, up = 1.0, 0.0, 0.0
    head = collection.object_of(scene, "head")
    if head is not None and len(head.data.vertices):
        points = np.empty(3 * len(head.data.vertices), np.float32)
        head.data.vertices.foreach_get("co", points)
        to_world = np.array(head.matrix_world)
        depth = float(np.median(points.reshape(-1, 3) @ to_world[1, :3]) + to_world[1, 3]) - BEFORE
    if scene.camera is not None:
        # The camera stands in the world's origin and looks along y; its frame is given for its own axes.
        corner = min(scene.camera.data.view_frame(scene=scene), key=lambda one: one.x + one.y)
        right, up = (side * depth / -corner.z for side in (corner.x, corner.y))
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    at = (right + MARGIN[0] - middle[0], depth, up + MARGIN[1] - middle[1])
    flat.matrix_world = Matrix.Translation(at) @ Matrix.Rotation(np.pi / 2, 4, "X")
    return flat


def _mask(
    scene: bpy.types.Scene, role: str, name: str, vertices: np.ndarray, faces: np.ndarray
) -> bpy.types.Object:
    mask = collection.object_of(scene, role)
    if mask is None:
        mask = collection.make_object(scene, role, name, bpy.data.meshes.new(name))
        mask.hide_render = True
    mesh.fill(mask.data, vertices, faces)
    return mask
