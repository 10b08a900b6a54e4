"""The collection MaskDrape, which holds what the add-on makes in a scene."""

from __future__ import annotations

import bpy

NAME = "MaskDrape"


def collection_of(scene: bpy.types.Scene) -> bpy.types.Collection:
    """The scene's own; made and linked where there is none."""
    for child in scene.collection.children:
        if child.get("maskdrape"):
            return child
    made = bpy.data.collections.new(NAME)
    made["maskdrape"] = True
    scene.collection.children.link(made)
    return made


def object_of(scene: bpy.types.Scene, role: str) -> bpy.types.Object | None:
    """The object that plays ``role`` ("head", "mask", "flat", "camera"), whatever the user has called it."""
    return next((one for one in collection_of(scene).objects if one.get("maskdrape") == role), None)


def make_object(scene: bpy.types.Scene, role: str, name: str, data: bpy.types.ID) -> bpy.types.Object:
    """A new object that plays ``role``."""
    made = bpy.data.objects.new(name, data)
    made["maskdrape"] = role
    collection_of(scene).objects.link(made)
    return made


def remove_object(scene: bpy.types.Scene, role: str) -> None:
    """Take the object of ``role`` away, with its mesh or lamp where no other uses it."""
    found = object_of(scene, role)
    if found is not None:
        data = found.data
        bpy.data.objects.remove(found)
        if data is not None and data.users == 0:
            bpy.data.batch_remove([data])
