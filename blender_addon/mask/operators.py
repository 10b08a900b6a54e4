"""Choose a design, draw a mask at random, change and reset its parameters, load a picture to print."""

from __future__ import annotations

import json
import random
from pathlib import Path

import bpy

from ..connection import ask, known
from . import live, own_picture, sliders
from .document import ABSENT, get, kind_of, parsed
from .parameters import OPTIONAL_PARTS, of_kind
from .properties import (
    AS_DESIGNED,
    FIELDS,
    PICTURE,
    change,
    is_edited,
    path_of,
    show_sliders,
    slider_group,
    take,
    values_of,
)

_DRAWN = ("design", "size", "wearing", "coverage")


def ask_document(context: bpy.types.Context, name: str, library: str, then=None) -> set[str]:
    """Show the design called ``name``: a built-in one, or one of the folder ``library``."""
    scene = context.scene

    def done(context, result):
        mask = context.scene.maskdrape.mask
        mask.design_name, mask.library, mask.own_name = name, library, ""
        take(mask, result["document"], result["document"])
        live.flat_soon(context.scene)
        if then:
            then(context)

    request = {"do": "design", "name": name}
    request["config"] = {"masks": {"library": library}} if library else {}
    return ask(bpy.context if context.scene == scene else context, request, done, f"Opening {name}")


class MASKDRAPE_OT_choose_design(bpy.types.Operator):
    """Show this design and its parameters, and lock it"""

    bl_idname = "maskdrape.choose_design"
    bl_label = "Choose Design"

    name: bpy.props.StringProperty(name="Design", description="Empty: the one that is named already")
    library: bpy.props.StringProperty(name="Library", description="Folder of the design; empty: built in")

    def execute(self, context):
        mask = context.scene.maskdrape.mask
        name, library = (self.name, self.library) if self.name else (mask.design_name, mask.library)
        mask.design_locked = True
        if known.said():
            return ask_document(context, name, library)
        return known.ask_hello(context, lambda later: ask_document(later, name, library))


class MASKDRAPE_OT_randomise(bpy.types.Operator):
    """Draw another mask: all that is not locked"""

    bl_idname = "maskdrape.randomise"
    bl_label = "Randomise"

    seed: bpy.props.IntProperty(
        name="Seed", description="The seed to draw by; below 0, a new one", min=-1, default=-1
    )

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.photo.faces)

    def execute(self, context):
        context.scene.maskdrape.mask.seed = self.seed if self.seed >= 0 else random.randrange(2**31)
        return ask(context, {"do": "draw"}, _show_drawn, "Drawing a mask")


def _show_drawn(context: bpy.types.Context, result: dict) -> None:
    mask = context.scene.maskdrape.mask
    choice, look = result["choice"], result["material"]
    drawn = {field: choice[field] or AS_DESIGNED for field in _DRAWN}
    drawn["fabric"], drawn["colour"] = look["fabric"], look["colour_name"]
    drawn["print"] = look["print"]["name"] if look["print"] else "plain"
    mask.drawn = json.dumps(drawn, ensure_ascii=False)

    def fields(later):
        shown = later.scene.maskdrape.mask
        for field in FIELDS:
            # A print may bring a ground along that is none of the design's colours.
            if not getattr(shown, f"{field}_locked") and drawn.get(field) in values_of(shown, field):
                setattr(shown, f"{field}_name", drawn[field])
        show_sliders(shown)
        live.flat_soon(later.scene)

    if not mask.design_locked and drawn.get("design", mask.design_name) != mask.design_name:
        ask_document(context, drawn["design"], "", fields)
    elif mask.document:
        fields(context)
    else:
        ask_document(context, mask.design_name, mask.library, fields)


class MASKDRAPE_OT_reset_parameter(bpy.types.Operator):
    """Back to what the design says"""

    bl_idname = "maskdrape.reset_parameter"
    bl_label = "Reset"
    bl_options = {"REGISTER", "UNDO"}

    path: bpy.props.StringProperty(description="In the design's document; empty: everything")

    @classmethod
    def poll(cls, context):
        return is_edited(context.scene.maskdrape.mask)

    def execute(self, context):
        mask = context.scene.maskdrape.mask
        if not self.path:
            mask.document = mask.base
            live.flat_soon(context.scene)
        elif get(parsed(mask.base), self.path.rpartition(".")[0] or self.path) is ABSENT:
            self.report({"WARNING"}, "The design has no such part of its own")
            return {"CANCELLED"}
        else:
            change(mask, self.path, get(parsed(mask.base), self.path))
        show_sliders(mask)
        return {"FINISHED"}


class MASKDRAPE_OT_set_parameter(bpy.types.Operator):
    """Say this yourself, instead of what is usual"""

    bl_idname = "maskdrape.set_parameter"
    bl_label = "Set"
    bl_options = {"REGISTER", "UNDO"}

    path: bpy.props.StringProperty(description="In the design's document")
    value: bpy.props.StringProperty(description="As JSON; empty: what its slider shows, null: what is usual")

    def execute(self, context):
        mask = context.scene.maskdrape.mask
        now = get(parsed(mask.document), self.path)
        if now is ABSENT:
            self.report({"WARNING"}, f"This design has no {self.path}")
            return {"CANCELLED"}
        try:
            value = json.loads(self.value) if self.value else _usual(mask, self.path)
        except ValueError:
            self.report({"WARNING"}, f"{self.value} is no JSON")
            return {"CANCELLED"}
        before = mask.document
        change(mask, self.path, value)
        try:
            show_sliders(mask)
        except TypeError:
            mask.document = before
            self.report({"WARNING"}, f"{self.path} cannot be {self.value}")
            return {"CANCELLED"}
        return {"FINISHED"}


def _usual(mask: bpy.types.PropertyGroup, path: str) -> object:
    """A value to begin with: the parameter's default, else the middle of its slider."""
    parameter = next(one for one in of_kind(kind_of(parsed(mask.document))) if path_of(mask, one) == path)
    if parameter.default is not None:
        return parameter.default
    middle = round((parameter.low + parameter.high) / 2, parameter.digits)
    simple = {
        "float": middle,
        "int": round(middle),
        "range": [middle, middle],
        "vector": [middle] * max(parameter.shortest, 1),
        "bool": False,
        "colour": "#808080",
        "colours": ["#808080"],
        "texts": [],
    }
    if parameter.kind == "choice":
        return sliders.read(slider_group(mask, parameter), parameter, None)
    return simple.get(parameter.kind, "")


class MASKDRAPE_OT_resize_list(bpy.types.Operator):
    """One more, or one less: a pleat, a layer, a fold, a colour"""

    bl_idname = "maskdrape.resize_list"
    bl_label = "More or Less"
    bl_options = {"REGISTER", "UNDO"}

    path: bpy.props.StringProperty(description="In the design's document")
    more: bpy.props.BoolProperty(default=True)

    def execute(self, context):
        mask = context.scene.maskdrape.mask
        parameter = next(
            (one for one in of_kind(kind_of(parsed(mask.document))) if path_of(mask, one) == self.path), None
        )
        listed = get(parsed(mask.document), self.path)
        if parameter is None or not isinstance(listed, list):
            return {"CANCELLED"}
        if not self.more:
            grown = listed[:-1]
        elif parameter.kind == "colours":
            grown = [*listed, listed[-1] if listed else "#808080"]
        else:
            grown = [*listed, _next(listed, parameter)]
        if not parameter.shortest <= len(grown) <= parameter.longest:
            return {"CANCELLED"}
        change(mask, self.path, grown)
        show_sliders(mask)
        return {"FINISHED"}


def _next(listed: list[float], parameter) -> float:
    """A number that goes on where the list ends, within what is allowed."""
    if not listed:
        return max(min(0.0, parameter.high), parameter.low)
    step = listed[-1] - listed[-2] if len(listed) > 1 else 0.0
    last = listed[-1]
    # No farther than half of what is left: the next pleat must leave the edge its room.
    beyond = min(last + step, (last + parameter.most) / 2)
    return round(max(beyond, parameter.least), 6)


class MASKDRAPE_OT_toggle_part(bpy.types.Operator):
    """Give the mask this part, or take it away"""

    bl_idname = "maskdrape.toggle_part"
    bl_label = "Add or Remove"
    bl_options = {"REGISTER", "UNDO"}

    path: bpy.props.StringProperty(description="In the design's document: wire, valve, construction.window")

    def execute(self, context):
        mask = context.scene.maskdrape.mask
        now = get(parsed(mask.document), self.path)
        if self.path not in OPTIONAL_PARTS or now is ABSENT:
            self.report({"WARNING"}, f"This design cannot have {self.path}")
            return {"CANCELLED"}
        if now is not None:
            change(mask, self.path, None)
        else:
            own = get(parsed(mask.base), self.path)
            change(mask, self.path, own if own is not None else self._new(mask))
        show_sliders(mask)
        return {"FINISHED"}

    def _new(self, mask) -> dict:
        made = {}
        for one in of_kind(kind_of(parsed(mask.document))):
            if one.block == self.path:
                middle = (one.low + one.high) / 2
                whole = round(middle) if one.kind == "int" else round(middle, one.digits)
                usual = {"float": whole, "int": whole, "colour": "#eceeee", "bool": False}
                value = usual.get(one.kind) if one.default is None else one.default
                if one.kind == "choice" and one.default is None:
                    value = int(one.choices[0]) if one.whole else one.choices[0]
                made[one.path.rpartition(".")[2]] = value
        return made


class MASKDRAPE_OT_load_print(bpy.types.Operator):
    """Load a picture of your own to be printed on the mask"""

    bl_idname = "maskdrape.load_print"
    bl_label = "Load Picture"
    bl_options = {"REGISTER", "UNDO"}

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_image: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context, event):
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        path = Path(bpy.path.abspath(self.filepath))
        if not own_picture.can_show(str(path)):
            self.report({"WARNING"}, f"{path.name} is no picture that Blender can read")
            return {"CANCELLED"}
        mask = context.scene.maskdrape.mask
        licence, width = mask.picture_licence, tuple(mask.picture_width)
        own_picture.take(mask, {"path": str(path), "licence": licence, "width_mm": width})
        mask.print = PICTURE
        return {"FINISHED"}


class MASKDRAPE_OT_new_print(bpy.types.Operator):
    """Begin an empty picture to paint on in the Image Editor, and print it on the mask"""

    bl_idname = "maskdrape.new_print"
    bl_label = "New Picture"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        mask = context.scene.maskdrape.mask
        made = bpy.data.images.new("Print", 1024, 1024, alpha=True)
        made.generated_color = (1.0, 1.0, 1.0, 1.0)
        mask.picture = made
        mask.print = PICTURE
        return {"FINISHED"}


class MASKDRAPE_OT_remove_print(bpy.types.Operator):
    """Print this picture no longer; the image stays"""

    bl_idname = "maskdrape.remove_print"
    bl_label = "Remove Picture"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return context.scene.maskdrape.mask.picture is not None

    def execute(self, context):
        mask = context.scene.maskdrape.mask
        mask.picture = None
        if mask.print_name == PICTURE:
            mask.print_name, mask.print_locked = "", False
        return {"FINISHED"}


class MASKDRAPE_OT_show_flat(bpy.types.Operator):
    """Show the mask lying flat beside the head"""

    bl_idname = "maskdrape.show_flat"
    bl_label = "Show It Flat"

    @classmethod
    def poll(cls, context):
        return bool(context.scene.maskdrape.mask.document)

    def execute(self, context):
        return live.ask_flat(context)


CLASSES = (
    MASKDRAPE_OT_choose_design,
    MASKDRAPE_OT_randomise,
    MASKDRAPE_OT_reset_parameter,
    MASKDRAPE_OT_set_parameter,
    MASKDRAPE_OT_resize_list,
    MASKDRAPE_OT_toggle_part,
    MASKDRAPE_OT_load_print,
    MASKDRAPE_OT_new_print,
    MASKDRAPE_OT_remove_print,
    MASKDRAPE_OT_show_flat,
)
