"""The panel Drape."""

import math

import bpy

from ..connection.lines import draw_lines
from ..connection.panel import TAB

_ICONS = {
    "good": "COLORSET_03_VEC",
    "near": "COLORSET_09_VEC",
    "bad": "COLORSET_01_VEC",
}  # green, yellow, red


class MASKDRAPE_PT_drape(bpy.types.Panel):
    bl_idname = "MASKDRAPE_PT_drape"
    bl_label = "Drape"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_order = 5

    def draw(self, context):
        drape = context.scene.maskdrape.drape
        layout = self.layout
        row = layout.row(align=True)
        row.scale_y = 1.4
        row.operator("maskdrape.drape", icon="MOD_CLOTH")
        row.operator("maskdrape.undo_drape", text="", icon="LOOP_BACK")
        if drape.frames:
            row = layout.row(align=True)
            row.operator_context = "INVOKE_DEFAULT"
            row.operator("maskdrape.play", text="", icon="PLAY")
            row.prop(drape, "frame")
            row.operator("maskdrape.settle", text="", icon="FF")
        if drape.results:
            newest = drape.results[-1]
            wearing = newest.wearing.replace("_", " ")
            layout.label(text=f"{newest.design} {newest.size}, {wearing}", icon="USER")
            column = layout.column(align=True)
            for check in newest.checks:
                line = column.column()
                line.alert = check.state == "bad"
                draw_lines(context, line, _said(check), icon=_ICONS.get(check.state, "DOT"))


def _said(check: bpy.types.PropertyGroup) -> str:
    limit = "" if math.isnan(check.limit) else f" of at most {check.limit:.3g}"
    return f"{check.words}: {check.value:.3g}{limit} {check.unit}"
