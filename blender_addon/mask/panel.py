"""The panel Mask: what is chosen and locked, and a slider for every parameter of the design."""

from __future__ import annotations

import json

import bpy

from ..connection import known, wait
from ..connection.lines import draw_lines
from ..connection.panel import TAB
from ..library.properties import folder_of
from . import live, sliders
from .config import own_design
from .document import get, kind_of, parsed
from .operators import ask_document
from .parameters import GROUPS, OPTIONAL_PARTS, of_kind
from .properties import AS_DESIGNED, FIELDS, design_of_name, is_edited, path_of, slider_group, values_of

_ICONS = {
    "construction": "MOD_CLOTH",
    "edges": "MOD_EDGESPLIT",
    "wire": "CURVE_PATH",
    "valve": "MESH_CYLINDER",
    "fasteners": "LINKED",
    "fabric": "OUTLINER_OB_SURFACE",
    "wearing": "USER",
    "material": "MATERIAL",
}
_BROAD = 330  # px of a sidebar in which a name fits beside two numbers
_STAR = {
    "sizes": "size",
    "wearing": "wearing",
    "fabrics": "fabric",
    "colours": "colour",
    "prints": "print",
    "panels": "panel",
}


class MASKDRAPE_MT_designs(bpy.types.Menu):
    bl_idname = "MASKDRAPE_MT_designs"
    bl_label = "Designs"

    def draw(self, context):
        layout = self.layout
        if not known.said():
            layout.operator("maskdrape.refresh_library", text="List the Designs", icon="FILE_REFRESH")
        for one in known.designs():
            if one["built_in"]:
                choose = layout.operator("maskdrape.choose_design", text=one["title"])
                choose.name, choose.library = one["name"], ""
        own = context.scene.maskdrape.library
        if own.designs:
            layout.separator()
        for one in own.designs:
            choose = layout.operator("maskdrape.choose_design", text=one.title or one.name, icon="USER")
            choose.name, choose.library = one.name, str(folder_of(own))


class MASKDRAPE_PT_mask(bpy.types.Panel):
    bl_idname = "MASKDRAPE_PT_mask"
    bl_label = "Mask"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_order = 3

    def draw(self, context):
        layout = self.layout
        mask = context.scene.maskdrape.mask
        if not known.said() and not mask.document:
            layout.operator("maskdrape.choose_design", text="Show the Designs", icon="MOD_CLOTH").name = ""
            return
        if not mask.document and not wait.busy() and not context.scene.maskdrape.task.error:
            _open_soon(context.scene)
        row = layout.row(align=True)
        title = get(parsed(mask.document), "title") if mask.document else mask.design_name
        row.menu("MASKDRAPE_MT_designs", text=str(title), icon="MOD_CLOTH")
        row.prop(mask, "design_locked", text="", icon=_lock(mask.design_locked))
        if is_edited(mask):
            row.operator("maskdrape.reset_parameter", text="", icon="LOOP_BACK").path = ""
        column = layout.column(align=True)
        for field in FIELDS:
            if values_of(mask, field):
                _draw_field(column, mask, field)
        row = layout.row(align=True)
        row.prop(mask, "seed")
        row.operator("maskdrape.randomise", icon="FILE_REFRESH")
        if mask.drawn:
            draw_lines(context, layout, _in_words(json.loads(mask.drawn)), icon="INFO")
        _draw_picture(layout.box(), mask)
        row = layout.row(align=True)
        row.prop(mask, "live")
        row.operator("maskdrape.show_flat", text="", icon="FILE_REFRESH")
        if is_edited(mask):
            row = layout.row(align=True)
            row.label(text=f"Edited: {own_design(mask)}", icon="GREASEPENCIL")
            row = layout.row(align=True)
            row.prop(mask, "own_name")


def _draw_field(column, mask, field: str) -> None:
    locked = getattr(mask, f"{field}_locked")
    row = column.row(align=True)
    split = row.split(factor=0.38, align=True)
    split.label(text=field.capitalize())
    value = split.row(align=True)
    value.active = locked
    value.prop(mask, field, text="")
    row.prop(mask, f"{field}_locked", text="", icon=_lock(locked))


def _draw_picture(box, mask) -> None:
    row = box.row(align=True)
    if mask.picture is None:
        row.operator("maskdrape.load_print", icon="FILEBROWSER")
        row.operator("maskdrape.new_print", text="", icon="ADD")
        return
    row.prop(mask, "picture", text="")
    row.operator("maskdrape.load_print", text="", icon="FILEBROWSER")
    row.operator("maskdrape.remove_print", text="", icon="X")
    column = box.column(align=True)
    column.label(text="Width (mm), from and to")
    row = column.row(align=True)
    row.prop(mask, "picture_width", index=0, text="")
    row.prop(mask, "picture_width", index=1, text="")
    box.prop(mask, "picture_licence")


def _in_words(drawn: dict) -> str:
    words = [drawn[field].replace("_", " ") for field in ("design", *FIELDS) if drawn[field] != AS_DESIGNED]
    return "Drawn: " + ", ".join(words)


def _lock(locked: bool) -> str:
    return "LOCKED" if locked else "UNLOCKED"


def _open_soon(scene: bpy.types.Scene) -> None:
    """The designs are known and none is open: a panel must not ask while it is drawn."""
    name = scene.name

    def work():
        found = bpy.data.scenes.get(name)
        if found is not None and not found.maskdrape.mask.document:
            mask = found.maskdrape.mask
            if mask.library or design_of_name(mask.design_name):
                with bpy.context.temp_override(scene=found):
                    ask_document(bpy.context, mask.design_name, mask.library)

    live.soon("open", work)


class _Parameters:
    """A sub-panel: the parameters of one group that the design has."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "MASKDRAPE_PT_mask"
    bl_options = {"DEFAULT_CLOSED"}
    group = ""

    @classmethod
    def poll(cls, context):
        mask = context.scene.maskdrape.mask
        return bool(mask.document) and (any(_of_group(mask, cls.group)) or any(_parts(mask, cls.group)))

    def draw_header(self, context):
        mask = context.scene.maskdrape.mask
        edited = any(is_edited(mask, path) for _, path in _of_group(mask, self.group))
        self.layout.label(text="", icon="GREASEPENCIL" if edited else _ICONS[self.group])

    def draw(self, context):
        mask = context.scene.maskdrape.mask
        layout = self.layout
        shown = list(_of_group(mask, self.group))
        if any(parameter.path.startswith("construction.panels.") for parameter, _ in shown):
            layout.prop(mask, "panel", text="Piece")
        block = None
        column = layout.column(align=True)
        for parameter, path in shown:
            if parameter.block != block:
                block = parameter.block
                column = layout.column(align=True)
                _draw_heading(column, mask, parameter)
            _draw_parameter(context, column, mask, parameter, path)
        for path in _parts(mask, self.group):
            if get(parsed(mask.document), path) is None:
                row = layout.row()
                add = row.operator("maskdrape.toggle_part", text=f"Add {_part_words(path)}", icon="ADD")
                add.path = path


def _of_group(mask, group: str):
    for parameter in of_kind(kind_of(parsed(mask.document))):
        if parameter.group == group:
            path = path_of(mask, parameter)
            if path:
                yield parameter, path


def _parts(mask, group: str):
    """Paths of the parts that this design may do without, in this group."""
    for path in OPTIONAL_PARTS:
        members = [one for one in of_kind(kind_of(parsed(mask.document))) if one.block == path]
        if members and members[0].group == group and get(parsed(mask.document), path) in (None,):
            yield path


def _part_words(path: str) -> str:
    return {"material.hem.sides": "Side Strips"}.get(path, path.rpartition(".")[2].capitalize())


def _draw_heading(column, mask, parameter) -> None:
    block = parameter.block
    words = [part for part in block.split(".") if part != "*"]
    star = next((field for name, field in _STAR.items() if f"{name}.*" in parameter.path), "")
    chosen = f": {getattr(mask, f'{star}_name').replace('_', ' ')}" if star else ""
    text = words[-1].replace("_", " ").capitalize() if words else "Design"
    row = column.row(align=True)
    row.label(text=f"{text}{chosen}")
    if block in OPTIONAL_PARTS:
        row.operator("maskdrape.toggle_part", text="", icon="X", emboss=False).path = block


def _draw_parameter(context, column, mask, parameter, path: str) -> None:
    value = get(parsed(mask.document), path)
    group = slider_group(mask, parameter)
    several = parameter.kind in ("range", "vector", "colours") and value is not None
    if several and context.region.width < _BROAD * context.preferences.system.ui_scale:
        column.label(text=parameter.name)
        row = column.row(align=True)
    elif several:
        split = column.split(factor=0.4, align=True)
        split.label(text=parameter.name)
        row = split.row(align=True)
    else:
        row = column.row(align=True)
    if value is None:
        split = row.split(factor=0.75, align=True)
        split.label(text=f"{parameter.name}: usual")
        split.operator("maskdrape.set_parameter", text="Set").path = path
    elif parameter.kind in ("float", "int"):
        row.prop(group, parameter.key, slider=True)
    elif parameter.kind == "range":
        for k in (0, 1):
            row.prop(group, parameter.key, index=k, text="", slider=True)
    elif parameter.kind in ("vector", "colours"):
        _draw_list(row, group, parameter, path, value)
    else:
        row.prop(group, parameter.key)
    if is_edited(mask, path):
        row.operator("maskdrape.reset_parameter", text="", icon="LOOP_BACK").path = path


def _draw_list(row, group, parameter, path: str, value: list) -> None:
    for k in range(min(len(value), parameter.longest)):
        if parameter.kind == "colours":
            row.prop(group, sliders.names(parameter)[k], text="")
        else:
            row.prop(group, parameter.key, index=k, text="")
    if parameter.shortest == parameter.longest:
        return
    for more, icon, possible in (
        (False, "REMOVE", len(value) > parameter.shortest),
        (True, "ADD", len(value) < parameter.longest),
    ):
        if possible:
            button = row.operator("maskdrape.resize_list", text="", icon=icon)
            button.path, button.more = path, more


def _sub_panel(group: str, order: int) -> type:
    name = f"MASKDRAPE_PT_mask_{group}"
    fields = {"bl_idname": name, "bl_label": group.capitalize(), "bl_order": order, "group": group}
    return type(name, (_Parameters, bpy.types.Panel), fields)


CLASSES = (
    MASKDRAPE_MT_designs,
    MASKDRAPE_PT_mask,
    *(_sub_panel(group, order) for order, group in enumerate(GROUPS)),
)
