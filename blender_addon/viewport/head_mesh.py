"""The fitted head over the photo."""

from __future__ import annotations

import bpy
import numpy as np

from . import collection, mesh
from .frames import to_world

_SKIN = (0.35, 0.62, 0.85)  # not skin's: what is fitted must be told from what is photographed


def show_head(scene: bpy.types.Scene, vertices: np.ndarray, triangles: np.ndarray) -> bpy.types.Object:
    """The head, vertices (V, 3) m of the camera frame, where the photo shows it."""
    head = collection.object_of(scene, "head")
    if head is None:
        head = collection.make_object(scene, "head", "Head", bpy.data.meshes.new("Head"))
        material = bpy.data.materials.new("Fitted Head")
        material.roughness = 0.8
        head.data.materials.append(material)
        head.hide_render = True
        head.show_all_edges = True
        head.lock_location = head.lock_rotation = head.lock_scale = (True, True, True)
    mesh.fill(head.data, to_world(vertices), triangles)
    return head


def look(scene: bpy.types.Scene, opacity: float, wireframe: bool) -> None:
    """How much of the photo the head covers, and whether its edges are drawn."""
    head = collection.object_of(scene, "head")
    if head is None:
        return
    for material in head.data.materials:
        material.diffuse_color = (*_SKIN, opacity)
    head.show_wire = wireframe
    # A wire alone is drawn for a head that covers nothing: a solid one would still take the wire's light.
    head.display_type = "WIRE" if opacity == 0.0 and wireframe else "TEXTURED"
    head.hide_set(opacity == 0.0 and not wireframe)
