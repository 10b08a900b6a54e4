"""What a user sends to someone who can help: versions, the request, what was said."""

from __future__ import annotations

import json
import platform

import bpy


def report_of(request: dict, words: str, details: str) -> str:
    return "\n".join(
        (
            f"MaskDrape in Blender {bpy.app.version_string}, {platform.platform()}",
            f"What went wrong: {words}",
            f"Asked: {json.dumps(request, sort_keys=True)}",
            details,
        )
    )


class MASKDRAPE_OT_copy_report(bpy.types.Operator):
    """Copy what went wrong, with versions and settings, to paste it into a bug report"""

    bl_idname = "maskdrape.copy_report"
    bl_label = "Copy Report"

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.task.error)

    def execute(self, context):
        context.window_manager.clipboard = context.scene.maskdrape.task.report
        self.report({"INFO"}, "The report is on the clipboard")
        return {"FINISHED"}
