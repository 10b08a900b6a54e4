"""Arrays to Blender meshes, fast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np

from pipeline.records import Float, Int
from pipeline.studio import blender


def new_mesh(
    name: str,
    vertices: Float,
    faces: Int,
    *,
    uv: Float | None = None,
    attributes: Mapping[str, Float] | None = None,
    smooth: bool = True,
) -> Any:
    """A mesh of triangles or quads ``faces`` (F, 3 or 4) over ``vertices`` (V, 3) in Blender's frame.

    ``uv`` is per vertex (V, 2) or per corner (F, 3 or 4, 2). ``attributes`` are per vertex: (V,) floats,
    or (V, 3) linear RGB colours read by an Attribute node of the same name.
    """
    faces = np.ascontiguousarray(faces, np.int32)
    count, corners = faces.shape
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, np.float32).ravel())
    mesh.loops.add(count * corners)
    mesh.loops.foreach_set("vertex_index", faces.ravel())
    blender.set_polygons(mesh, count, corners)
    if uv is not None:
        per_corner = uv if np.ndim(uv) == 3 else np.asarray(uv)[faces]
        layer = mesh.uv_layers.new(name="UVMap")
        layer.data.foreach_set("uv", np.ascontiguousarray(per_corner, np.float32).ravel())
    for key, values in (attributes or {}).items():
        values = np.asarray(values, np.float32)
        if values.ndim == 1:
            mesh.attributes.new(key, "FLOAT", "POINT").data.foreach_set("value", values)
        else:
            rgba = np.concatenate([values, np.ones((len(values), 1), np.float32)], axis=1)
            mesh.attributes.new(key, "FLOAT_COLOR", "POINT").data.foreach_set("color", rgba.ravel())
    if smooth:
        blender.shade_smooth(mesh)
    mesh.update(calc_edges=True)
    return mesh


def add_object(scene: Any, mesh: Any, material: Any | None = None) -> Any:
    """Put ``mesh`` into ``scene``, wearing ``material``."""
    thing = bpy.data.objects.new(mesh.name, mesh)
    if material is not None:
        mesh.materials.append(material)
    scene.collection.objects.link(thing)
    return thing
