"""The panel Library."""

from __future__ import annotations

import bpy

from ..connection.lines import draw_lines
from ..connection.panel import TAB
from . import asset
from .properties import folder_of


class MASKDRAPE_UL_designs(bpy.types.UIList):
    bl_idname = "MASKDRAPE_UL_designs"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index=0, flags=0):
        row = layout.row(align=True)
        row.label(text=item.title or item.name, icon="MOD_CLOTH")
        row.label(text=item.licence)


class MASKDRAPE_PT_library(bpy.types.Panel):
    bl_idname = "MASKDRAPE_PT_library"
    bl_label = "Library"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_order = 7
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        bench = context.scene.maskdrape
        library = bench.library
        layout = self.layout
        row = layout.row(align=True)
        row.prop(library, "folder", text="")
        row.operator("maskdrape.refresh_library", text="", icon="FILE_REFRESH")
        if not library.folder:
            layout.label(text="Among your own data", icon="INFO")
        if library.designs:
            layout.template_list("MASKDRAPE_UL_designs", "", library, "designs", library, "index", rows=3)
            if 0 <= library.index < len(library.designs):
                chosen = library.designs[library.index]
                draw_lines(context, layout, f"{chosen.name}, by {chosen.author}")
                layout.operator("maskdrape.load_design", icon="IMPORT").name = chosen.name
        if library.problems:
            draw_lines(context, layout.box(), library.problems, icon="ERROR")
        layout.operator("maskdrape.design_from_object", icon="OBJECT_DATA")
        if not asset.is_registered(folder_of(library)):
            layout.operator("maskdrape.register_library", icon="ASSET_MANAGER")
        box = layout.box()
        column = box.column(align=True)
        column.use_property_split = True
        column.use_property_decorate = False
        for field in ("save_name", "title", "author", "licence", "description", "tags", "shape", "overwrite"):
            column.prop(library, field)
        box.operator("maskdrape.save_design", icon="FILE_TICK")


CLASSES = (MASKDRAPE_UL_designs, MASKDRAPE_PT_library)
