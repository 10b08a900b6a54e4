"""The photo's camera in Blender, with the photo behind what it sees."""

from __future__ import annotations

import math

import bpy

from . import collection

_SENSOR = 36.0  # mm; only its ratio to the lens counts


def place_camera(scene: bpy.types.Scene, width: int, height: int, focal_px: float) -> bpy.types.Object:
    """A pinhole at the origin that looks along y and sees ``width`` x ``height`` px; the scene's own from
    then on, with that many pixels to render."""
    camera = collection.object_of(scene, "camera")
    if camera is None:
        data = bpy.data.cameras.new("Photo Camera")
        camera = collection.make_object(scene, "camera", "Photo Camera", data)
    lens = camera.data
    lens.type, lens.sensor_fit, lens.lens_unit = "PERSP", "HORIZONTAL", "MILLIMETERS"
    lens.sensor_width = _SENSOR
    lens.lens = focal_px * _SENSOR / width
    lens.shift_x = lens.shift_y = 0.0
    lens.clip_start = 0.01
    lens.dof.use_dof = False
    lens.passepartout_alpha = 1.0
    camera.location = (0.0, 0.0, 0.0)
    camera.rotation_euler = (math.pi / 2, 0.0, 0.0)
    camera.lock_location = camera.lock_rotation = (True, True, True)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.resolution_percentage = 100
    scene.render.pixel_aspect_x = scene.render.pixel_aspect_y = 1.0
    return camera


def put_behind(camera: bpy.types.Object, image: bpy.types.Image) -> None:
    """Show ``image`` behind all that this camera sees, over its whole frame."""
    lens = camera.data
    shown = lens.background_images[0] if lens.background_images else lens.background_images.new()
    shown.image = image
    shown.alpha = 1.0
    shown.display_depth = "BACK"
    shown.frame_method = "STRETCH"
    lens.show_background_images = True


def look_through(context: bpy.types.Context) -> None:
    """Turn the window's 3D views to the scene's camera, its frame filling them."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D" and area.spaces.active.region_3d.view_perspective != "CAMERA":
                area.spaces.active.region_3d.view_perspective = "CAMERA"
                fit_frame(context, window, area)


def fit_frame(context: bpy.types.Context, window: bpy.types.Window, area: bpy.types.Area) -> None:
    """Have the camera's frame fill a 3D view that looks through it."""
    region = next(one for one in area.regions if one.type == "WINDOW")
    with context.temp_override(window=window, area=area, region=region):
        bpy.ops.view3d.view_center_camera()
