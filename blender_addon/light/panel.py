"""The panel Light."""

import bpy

from ..connection.panel import TAB
from ..viewport import lamps
from .properties import SIDES


class MASKDRAPE_PT_light(bpy.types.Panel):
    bl_idname = "MASKDRAPE_PT_light"
    bl_label = "Light"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_order = 4
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        light = context.scene.maskdrape.light
        layout = self.layout
        if light.override:
            layout.operator("maskdrape.light_from_photo", icon="LOOP_BACK")
        else:
            layout.label(text="As read from the photo", icon="LIGHT_SUN")
            layout.operator("maskdrape.light_override", icon="GREASEPENCIL")
        column = layout.column(align=True)
        column.enabled = light.override
        column.prop(light, "ambient")
        column.prop(light, "surrounded")
        if light.surrounded:
            for side in SIDES:
                column.prop(light, side)
        for number, sun in enumerate(lamps.suns(context.scene), start=1):
            row = column.row(align=True)
            row.prop(sun.data, "energy", text=str(number), icon="LIGHT_SUN")
            row.prop(sun.data, "color", text="")
            row.operator("maskdrape.remove_lamp", text="", icon="X").lamp = sun.name
        if light.override:
            layout.operator("maskdrape.add_lamp", icon="ADD")
            layout.label(text="Turn lamps in the 3D view (R)", icon="INFO")
