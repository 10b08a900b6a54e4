"""The fit's pinhole as a Blender camera, exact to a small fraction of a pixel.

The Blender scene *is* the camera frame with y and z flipped, so the camera sits at the origin and looks
along -z with x to the right and y up.
"""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from pipeline.records import Camera, Float

_FLIP = np.array([1.0, -1.0, -1.0])


def to_blender(vectors: Float) -> Float:
    """Points or directions (..., 3) from the camera frame into Blender's world (same units)."""
    return np.asarray(vectors, float) * _FLIP


def place_camera(scene: Any, camera: Camera, box: tuple[int, int, int, int] | None = None) -> Any:
    """Point ``scene`` at what ``camera`` sees, or only at ``box`` = x0 y0 x1 y1 px (half-open) of it.

    A crop is rendered by shifting the lens, not by Blender's render border: the border is rounded in
    single precision, the shift is exact, and the crop's pixels cover the same rays as the full frame's.
    The box may reach outside the image.
    """
    x0, y0, x1, y1 = box if box is not None else (0, 0, camera.width, camera.height)
    width, height = x1 - x0, y1 - y0
    data = bpy.data.cameras.new("Camera")
    data.type = "PERSP"
    data.sensor_fit = "HORIZONTAL"
    data.sensor_width = 36.0
    data.lens_unit = "MILLIMETERS"
    data.lens = camera.focal_px * 36.0 / width
    data.shift_x = ((x0 + x1) / 2 - camera.width / 2) / width
    data.shift_y = -((y0 + y1) / 2 - camera.height / 2) / width
    data.clip_start = 0.01
    data.clip_end = 1000.0
    data.dof.use_dof = False
    view = bpy.data.objects.new("Camera", data)
    scene.collection.objects.link(view)
    scene.camera = view
    scene.render.use_border = False
    scene.render.resolution_x = width
    scene.render.resolution_y = height
    scene.render.pixel_aspect_x = scene.render.pixel_aspect_y = 1.0
    return view
