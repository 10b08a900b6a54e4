"""Landmarks drawn over the camera's view, while they are dragged."""

from __future__ import annotations

import bpy
import gpu
import numpy as np
from bpy_extras.view3d_utils import location_3d_to_region_2d
from gpu_extras.batch import batch_for_shader

_shown: dict = {"handle": None, "points": np.zeros((0, 2)), "over": -1}
_SHADER = "UNIFORM_COLOR" if bpy.app.version >= (4, 0, 0) else "2D_UNIFORM_COLOR"


def start(points: np.ndarray) -> None:
    """Draw ``points`` (N, 2) px of the photo over every camera view."""
    stop()
    put(points)
    if not bpy.app.background:
        _shown["handle"] = bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL")


def stop() -> None:
    if _shown["handle"] is not None:
        bpy.types.SpaceView3D.draw_handler_remove(_shown["handle"], "WINDOW")
        _shown["handle"] = None
    _shown["over"] = -1


def put(points: np.ndarray) -> None:
    _shown["points"] = np.array(points, float)


def move(index: int, u: float, v: float) -> None:
    _shown["points"][index] = (u, v)


def hover(index: int) -> None:
    _shown["over"] = index


def frame_in_region(context: bpy.types.Context, region: bpy.types.Region) -> np.ndarray:
    """(2, 2): where the photo's upper left and lower right corner lie in ``region``, px from its corner."""
    camera = context.scene.camera
    corners = [camera.matrix_world @ corner for corner in camera.data.view_frame(scene=context.scene)]
    view = next(one for one in context.area.spaces if one.type == "VIEW_3D").region_3d
    seen = np.array([location_3d_to_region_2d(region, view, corner) for corner in corners], float)
    return np.array([[seen[:, 0].min(), seen[:, 1].max()], [seen[:, 0].max(), seen[:, 1].min()]])


def to_pixels(context: bpy.types.Context, region: bpy.types.Region, at: np.ndarray) -> tuple[float, float]:
    """The photo's pixel u, v under the region's point ``at`` (2,)."""
    (left, top), (right, bottom) = frame_in_region(context, region)
    render = context.scene.render
    u = (at[0] - left) / (right - left) * render.resolution_x
    v = (at[1] - top) / (bottom - top) * render.resolution_y
    return float(u), float(v)


def to_region(context: bpy.types.Context, region: bpy.types.Region, points: np.ndarray) -> np.ndarray:
    """(N, 2): where the photo's pixels ``points`` (N, 2) lie in the region."""
    first, last = frame_in_region(context, region)
    render = context.scene.render
    return first + points / (render.resolution_x, render.resolution_y) * (last - first)


def nearest(context: bpy.types.Context, region: bpy.types.Region, at: np.ndarray, within: float) -> int:
    """The landmark nearest to the region's point ``at``; -1 where none is ``within`` px."""
    if not len(_shown["points"]):
        return -1
    away = np.linalg.norm(to_region(context, region, _shown["points"]) - at, axis=1)
    index = int(away.argmin())
    return index if away[index] <= within else -1


def _draw() -> None:
    context = bpy.context
    region = context.region
    if context.region_data.view_perspective != "CAMERA" or not len(_shown["points"]):
        return
    shader = gpu.shader.from_builtin(_SHADER)
    at = to_region(context, region, _shown["points"])
    gpu.state.blend_set("ALPHA")
    for size, colour, some in (
        (7.0, (0.0, 0.0, 0.0, 0.6), at),
        (5.0, (1.0, 0.85, 0.2, 1.0), at),
        (11.0, (1.0, 0.3, 0.1, 1.0), at[_shown["over"] :][:1] if _shown["over"] >= 0 else at[:0]),
    ):
        if len(some):
            gpu.state.point_size_set(size)
            batch = batch_for_shader(shader, "POINTS", {"pos": [tuple(one) for one in some.tolist()]})
            shader.bind()
            shader.uniform_float("color", colour)
            batch.draw(shader)
    gpu.state.point_size_set(1.0)
    gpu.state.blend_set("NONE")
