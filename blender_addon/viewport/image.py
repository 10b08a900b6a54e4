"""Pictures: files as Blender's images, and the Image Editor that shows them."""

from __future__ import annotations

import functools
from pathlib import Path

import bpy

from . import camera


def image_of(path: Path, role: str) -> bpy.types.Image:
    """The image that plays ``role`` ("photo", "result"), showing the file as it is now. Raises RuntimeError
    where Blender cannot read it."""
    found = next((one for one in bpy.data.images if one.get("maskdrape") == role), None)
    if found is None:
        found = bpy.data.images.load(str(path))
        found["maskdrape"] = role
    found.name = path.name
    found.filepath = str(path)
    found.reload()
    if not found.size[0]:
        raise RuntimeError(f"{path.name} is no picture that Blender can read")
    return found


def find_image(role: str) -> bpy.types.Image | None:
    return next((one for one in bpy.data.images if one.get("maskdrape") == role), None)


def show(context: bpy.types.Context, image: bpy.types.Image) -> None:
    """Show ``image`` in the Image Editor; where none is open, half of the widest 3D view becomes one."""
    if bpy.app.background:
        return
    areas = [(window, area) for window in context.window_manager.windows for area in window.screen.areas]
    editor = next((area for _, area in areas if area.type == "IMAGE_EDITOR"), None)
    if editor is None:
        editor = _split(context, *max(_views(areas), key=lambda pair: pair[1].width))
    editor.spaces.active.image = image
    editor.tag_redraw()


def shown(context: bpy.types.Context) -> bpy.types.Image | None:
    """What the first Image Editor shows."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "IMAGE_EDITOR":
                return area.spaces.active.image
    return None


def _views(areas):
    return [pair for pair in areas if pair[1].type == "VIEW_3D"] or areas


def _split(context, window, area):
    before = set(window.screen.areas)
    with context.temp_override(window=window, area=area):
        bpy.ops.screen.area_split(direction="VERTICAL", factor=0.45)
    made = next(one for one in window.screen.areas if one not in before)
    left, right = sorted((made, area), key=lambda one: one.x)
    left.type = "IMAGE_EDITOR"
    if right.type == "VIEW_3D" and right.spaces.active.region_3d.view_perspective == "CAMERA":
        # The areas have their new sizes only when they have been drawn.
        bpy.app.timers.register(functools.partial(_fit, right), first_interval=0.1)
    return left


def _fit(area):
    for window in bpy.context.window_manager.windows:
        if area in list(window.screen.areas):
            camera.fit_frame(bpy.context, window, area)
