"""Meshes from vertices (V, 3) and triangles (F, 3)."""

from __future__ import annotations

import bpy
import numpy as np


def fill(mesh: bpy.types.Mesh, vertices: np.ndarray, triangles: np.ndarray) -> None:
    """Give ``mesh`` these vertices (V, 3) m and smooth triangles (F, 3); the same ones only move it."""
    if len(mesh.vertices) != len(vertices) or len(mesh.polygons) != len(triangles):
        mesh.clear_geometry()
        mesh.vertices.add(len(vertices))
        mesh.loops.add(3 * len(triangles))
        mesh.polygons.add(len(triangles))
        mesh.loops.foreach_set("vertex_index", np.ascontiguousarray(triangles, np.int32).ravel())
        mesh.polygons.foreach_set("loop_start", np.arange(0, 3 * len(triangles), 3, dtype=np.int32))
        mesh.polygons.foreach_set("loop_total", np.full(len(triangles), 3, np.int32))
        mesh.polygons.foreach_set("use_smooth", np.ones(len(triangles), bool))
    move(mesh, vertices)
    mesh.update(calc_edges=True)
    mesh.validate()


def move(mesh: bpy.types.Mesh, vertices: np.ndarray) -> None:
    """Put the vertices (V, 3) m of a filled mesh elsewhere."""
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, np.float32).ravel())
    mesh.update()
