"""Take the photo's light, or lamps of one's own."""

from __future__ import annotations

import json

import bpy

from ..photo.show import middle_of_head, show_light
from ..viewport import lamps


class MASKDRAPE_OT_light_from_photo(bpy.types.Operator):
    """Light the mask as the photo lights the face"""

    bl_idname = "maskdrape.light_from_photo"
    bl_label = "Back to the Photo's Light"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.photo.faces)

    def execute(self, context):
        bench = context.scene.maskdrape
        bench.light.override = False
        show_light(context.scene, json.loads(bench.photo.faces[bench.photo.face].light))
        return {"FINISHED"}


class MASKDRAPE_OT_light_override(bpy.types.Operator):
    """Turn, colour, add and remove the lamps yourself, beginning with those read from the photo"""

    bl_idname = "maskdrape.light_override"
    bl_label = "Change the Light"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        context.scene.maskdrape.light.override = True
        return {"FINISHED"}


class MASKDRAPE_OT_add_lamp(bpy.types.Operator):
    """Add a lamp that shines from the upper left, to be turned in the 3D view"""

    bl_idname = "maskdrape.add_lamp"
    bl_label = "Add Lamp"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return context.scene.maskdrape.light.override

    def execute(self, context):
        scene = context.scene
        number = len(lamps.suns(scene)) + 1
        lamps.add_lamp(scene, f"Lamp {number}", (-1, -1, -1), (0.5, 0.5, 0.5), middle_of_head(scene))
        return {"FINISHED"}


class MASKDRAPE_OT_remove_lamp(bpy.types.Operator):
    """Take this lamp away"""

    bl_idname = "maskdrape.remove_lamp"
    bl_label = "Remove Lamp"
    bl_options = {"REGISTER", "UNDO"}

    lamp: bpy.props.StringProperty()

    @classmethod
    def poll(cls, context):
        return context.scene.maskdrape.light.override

    def execute(self, context):
        found = next((one for one in lamps.suns(context.scene) if one.name == self.lamp), None)
        if found is None:
            return {"CANCELLED"}
        lamps.remove_lamp(found)
        return {"FINISHED"}
