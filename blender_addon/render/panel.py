"""The panel Render."""

import bpy

from ..connection.panel import TAB


class MASKDRAPE_PT_render(bpy.types.Panel):
    bl_idname = "MASKDRAPE_PT_render"
    bl_label = "Render"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_order = 6

    def draw(self, context):
        render = context.scene.maskdrape.render
        layout = self.layout
        row = layout.row(align=True)
        row.operator("maskdrape.preview", icon="SHADING_RENDERED")
        row.prop(render, "preview_samples", text="")
        row = layout.row(align=True)
        row.scale_y = 1.4
        row.operator("maskdrape.composite", icon="RENDER_STILL")
        column = layout.column(align=True)
        column.prop(render, "samples")
        column.prop(render, "denoise")
        if render.image:
            layout.operator("maskdrape.before_after", icon="ARROW_LEFTRIGHT")
            text = "A preview" if render.is_preview else "Finished"
            layout.label(text=text, icon="IMAGE_RGB")
