"""The panel Batch."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..connection.lines import draw_lines
from ..connection.panel import TAB
from .log import duration
from .properties import STATES, output_of

_ICONS = {"running": "TIME", "finished": "CHECKMARK", "stopped": "PAUSE", "failed": "ERROR"}


class MASKDRAPE_UL_rejects(bpy.types.UIList):
    bl_idname = "MASKDRAPE_UL_rejects"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index=0, flags=0):
        row = layout.row(align=True)
        row.label(text=item.name, icon="CANCEL")
        row.label(text=item.reason)


class MASKDRAPE_PT_batch(bpy.types.Panel):
    bl_idname = "MASKDRAPE_PT_batch"
    bl_label = "Batch"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_order = 8
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        batch = context.scene.maskdrape.batch
        layout = self.layout
        column = layout.column(align=True)
        column.use_property_split = True
        column.use_property_decorate = False
        column.enabled = batch.state != "running"
        column.prop(batch, "source")
        if batch.source != "DEMO":
            column.prop(batch, "folder" if batch.source == "FOLDER" else "table")
        for field in ("output", "variants", "engine", "same_light"):
            column.prop(batch, field)
        if batch.last:
            file = Path(batch.last)
            layout.label(text=f"{file.parent.name}/{file.name}", icon="FILE_TEXT")
        row = layout.row(align=True)
        row.operator("maskdrape.load_config", text="Load", icon="FILEBROWSER")
        row.operator("maskdrape.write_config", text="Write", icon="FILE_TICK")
        row = layout.row(align=True)
        row.scale_y = 1.4
        if batch.state == "running":
            row.operator("maskdrape.stop_batch", icon="PAUSE")
        else:
            text = "Go On" if batch.state == "stopped" else "Start"
            row.operator("maskdrape.start_batch", text=text, icon="PLAY")
        if batch.state:
            self._draw_state(context, layout.box(), batch)

    def _draw_state(self, context, box, batch) -> None:
        row = box.row(align=True)
        row.label(text=STATES[batch.state], icon=_ICONS[batch.state])
        row.operator("maskdrape.refresh_batch", text="", icon="FILE_REFRESH")
        if batch.of:
            text = f"{batch.done} of {batch.of} photos"
            if bpy.app.version >= (4, 0, 0):
                box.progress(factor=batch.done / batch.of, text=text)
            else:
                box.label(text=f"{text}, {batch.done / batch.of:.0%}")
        elif batch.state == "running":
            box.label(text="Starting")
        column = box.column(align=True)
        column.label(text=f"{batch.samples} pictures made now, {batch.rejected} rejected")
        if batch.rate and batch.state == "running":
            left = f", {duration(batch.remaining)} left" if batch.remaining >= 0 else ""
            column.label(text=f"{batch.rate:.1f} a minute{left}")
        if batch.words:
            draw_lines(context, box, batch.words, icon="INFO" if batch.state != "failed" else "ERROR")
        if batch.rejects:
            box.template_list("MASKDRAPE_UL_rejects", "", batch, "rejects", batch, "reject", rows=3)
            if 0 <= batch.reject < len(batch.rejects):
                draw_lines(context, box, batch.rejects[batch.reject].reason)
        output = output_of(batch)
        if output is not None and output.is_dir():
            row = box.row(align=True)
            row.operator("maskdrape.open_result", text="Contact Sheet", icon="IMAGE_DATA").what = "SHEET"
            row.operator("maskdrape.open_result", text="Folder", icon="FILE_FOLDER").what = "FOLDER"


CLASSES = (MASKDRAPE_UL_rejects, MASKDRAPE_PT_batch)
