"""What the 3D view shows of the chosen face: the photo's camera, the fitted head, the estimated lamps."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np

from .. import job
from ..viewport import camera, collection, head_mesh, image, lamps


def show_photo(context: bpy.types.Context, path: Path, width: int, height: int, focal_px: float) -> None:
    """The photo behind its camera. Raises RuntimeError where Blender cannot read the file."""
    picture = image.image_of(path, "photo")
    placed = camera.place_camera(
        context.scene, width or picture.size[0], height or picture.size[1], focal_px or max(picture.size)
    )
    camera.put_behind(placed, picture)
    camera.look_through(context)


def show_nothing(context: bpy.types.Context) -> None:
    """Another photo: nothing that was on the last one is on this."""
    context.scene.maskdrape.drape.forget()
    context.scene.maskdrape.render.image = ""
    for role in ("head", "mask"):
        collection.remove_object(context.scene, role)
    if not context.scene.maskdrape.light.override:
        lamps.show_lamps(context.scene, [], middle_of_head(context.scene), movable=False)


def show_face(context: bpy.types.Context) -> None:
    """The chosen face's head over the photo, with the light that was read from it."""
    scene = context.scene
    bench = scene.maskdrape
    face = bench.photo.faces[bench.photo.face]
    camera.place_camera(scene, bench.photo.width, bench.photo.height, face.focal_px)
    collection.remove_object(scene, "mask")
    bench.drape.forget()
    if not face.file:
        collection.remove_object(scene, "head")
        return
    show_head_of(context, face.file)
    if not bench.light.override and face.light:
        show_light(scene, json.loads(face.light))


def show_head_of(context: bpy.types.Context, file: str) -> None:
    """The head of an answer's ``file``, over the photo."""
    scene = context.scene
    with np.load(job.folder(scene) / file) as fitted:
        head_mesh.show_head(scene, fitted["vertices"], fitted["triangles"])
    head_mesh.look(scene, scene.maskdrape.head.opacity, scene.maskdrape.head.wireframe)


def kept(context: bpy.types.Context) -> bool:
    """Whether the bench's files of the chosen face are still there; it keeps them for a while only."""
    photo = context.scene.maskdrape.photo
    return (job.folder(context.scene) / photo.faces[photo.face].file).is_file()


def show_light(scene: bpy.types.Scene, light: dict) -> None:
    """A light's lamps around the head, and the rest of it in the panel."""
    bench = scene.maskdrape
    bench.light.take_ambient(light)
    lamps.show_lamps(scene, light["lamps"], middle_of_head(scene), bench.light.override)


def middle_of_head(scene: bpy.types.Scene) -> np.ndarray:
    """(3,) m, world; a metre before the camera where there is no head."""
    head = collection.object_of(scene, "head")
    if head is None:
        return np.array([0.0, 1.0, 0.0])
    return np.mean([head.matrix_world @ type(head.location)(corner) for corner in head.bound_box], axis=0)
