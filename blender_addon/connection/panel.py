"""The top of the tab: what is under way, and what went wrong."""

import bpy

from .lines import draw_lines
from .wait import busy

TAB = "MaskDrape"


class MASKDRAPE_PT_task(bpy.types.Panel):
    bl_idname = "MASKDRAPE_PT_task"
    bl_label = "MaskDrape"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_options = {"HIDE_HEADER"}
    bl_order = 0

    @classmethod
    def poll(cls, context):
        return bool(busy() or context.scene.maskdrape.task.error)

    def draw(self, context):
        task = context.scene.maskdrape.task
        if busy():
            words = task.words or busy()
            row = self.layout.row(align=True)
            if bpy.app.version >= (4, 0, 0):
                row.progress(factor=task.progress, text=words)
            else:
                row.label(text=f"{words} {task.progress:.0%}", icon="TIME")
            row.operator("maskdrape.cancel", text="", icon="CANCEL")
        if task.error:
            box = self.layout.box()
            draw_lines(context, box, task.error, icon="ERROR")
            box.operator("maskdrape.copy_report", icon="COPYDOWN")
