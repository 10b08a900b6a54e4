"""The mask in the 3D view: worn on the head, or lying flat beside it."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix

from . import collection, mesh
from .frames import placed

FLAT_AT = (0.35, 1.0, 0.0)
"""World, m, of a flat mask where no head shows its distance: to the right of a head a metre away."""


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
    """The flat mask, vertices (M, 3) m with z up from the sheet, standing upright beside the head."""
    flat = _mask(scene, "flat", "Flat Mask", vertices, faces)
    head = collection.object_of(scene, "head")
    at = np.array(FLAT_AT)
    if head is not None and len(head.data.vertices):
        points = np.empty(3 * len(head.data.vertices), np.float32)
        head.data.vertices.foreach_get("co", points)
        points = (
            points.reshape(-1, 3) @ np.array(head.matrix_world.to_3x3()).T + head.matrix_world.translation
        )
        at = np.array((points[:, 0].max() + 0.12, *np.median(points[:, 1:], axis=0)))
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
