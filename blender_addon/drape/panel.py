"""The panel Drape."""

import bpy

from ..connection.panel import TAB

_ICONS = {"good": "CHECKMARK", "near": "ERROR", "bad": "CANCEL"}


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
                row = column.row()
                row.alert = check.state == "bad"
                row.label(text=check.words, icon=_ICONS.get(check.state, "DOT"))
                figure = row.row()
                figure.alignment = "RIGHT"
                figure.label(text=f"{check.value:.3g} {check.unit} / {check.limit:.3g}")
