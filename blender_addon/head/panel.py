"""The panel Head."""

import bpy

from ..connection.panel import TAB


class MASKDRAPE_PT_head(bpy.types.Panel):
    bl_idname = "MASKDRAPE_PT_head"
    bl_label = "Head"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_order = 2

    def draw(self, context):
        bench = context.scene.maskdrape
        head = bench.head
        layout = self.layout
        layout.active = bool(bench.photo.faces)
        row = layout.row(align=True)
        row.prop(head, "opacity", slider=True)
        row.prop(head, "wireframe", text="", icon="SHADING_WIRE")
        column = layout.column(align=True)
        column.operator_context = "INVOKE_DEFAULT"
        column.operator("maskdrape.pick_landmark", icon="RESTRICT_SELECT_OFF")
        column.prop(head, "reach_px")
        layout.label(text="Hold while fitting")
        row = layout.row(align=True)
        for which in ("identity", "expression"):
            held = getattr(head, f"hold_{which}")
            row.operator(
                "maskdrape.hold_coefficients",
                text=which.capitalize(),
                icon="LOCKED" if held else "UNLOCKED",
                depress=held,
            ).which = which
