"""The top of the tab: what is under way, and what went wrong."""

import bpy

from ..preferences import chosen_python
from . import known, set_up
from .lines import draw_lines
from .wait import busy

TAB = "MaskDrape"
_LACKING = ("is not installed", "lacks the module")  # what the bench says where it is not set up


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
        task = context.scene.maskdrape.task
        return bool(busy() or task.error or set_up.under_way() or known.missing())

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
        if set_up.under_way():
            draw_lines(context, self.layout, f"Setting up: {set_up.last_words()}", icon="SORTTIME")
        elif known.missing() or any(words in task.error for words in _LACKING):
            for line in known.missing():
                draw_lines(context, self.layout, line, icon="ERROR")
            if not chosen_python():
                self.layout.operator_context = "INVOKE_DEFAULT"
                self.layout.operator("maskdrape.set_up", icon="IMPORT")
