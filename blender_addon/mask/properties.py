"""What the panel Mask holds: the chosen design, its document as it is and as it was, and what is locked."""

from __future__ import annotations

import json

import bpy

from ..connection import known
from . import live, sliders
from .document import ABSENT, get, kind_of, names_in, parsed, put, resolved, same, stored
from .parameters import Parameter, of_kind, parameters

FIELDS = ("size", "wearing", "coverage", "fabric", "colour", "print")
"""What is drawn where it is not locked; the design itself besides."""
AS_DESIGNED = "as designed"
COVERAGE = (AS_DESIGNED, "high", "medium", "low")
PICTURE = "picture"
"""The print that is the user's own picture."""
_TIPS = {
    "size": "Which size is worn; unlocked, the one that suits the head",
    "wearing": "How the mask is put on",
    "coverage": "How much of the nose the upper edge leaves bare; unlocked, as the design has it",
    "fabric": "What the mask is made of",
    "colour": "The outside's colour",
    "print": "What is printed on the outside",
}
_lists: dict[tuple[str, ...], list[tuple[str, str, str, int]]] = {}
"""Blender keeps no reference of its own to the texts of a list that is made when it is shown."""


def values_of(group: bpy.types.PropertyGroup, field: str) -> list[str]:
    """Names that ``field`` can have; that of the present value too, where the design does not know it."""
    found = list(COVERAGE) if field == "coverage" else names_in(parsed(group.document), field)
    if field == "print" and group.picture is not None and PICTURE not in found:
        found.append(PICTURE)
    now = getattr(group, f"{field}_name", "")
    return found if now in found or not now else [*found, now]


def slider_group(group: bpy.types.PropertyGroup, parameter: Parameter) -> bpy.types.PropertyGroup:
    """The properties among which a parameter of the chosen design is."""
    kind = kind_of(parsed(group.document))
    known_there = parameter in parameters().get(kind, ())
    return getattr(group, f"{kind if known_there else 'common'}_sliders")


def path_of(group: bpy.types.PropertyGroup, parameter: Parameter) -> str:
    """Where the parameter is in the document, for what is chosen; empty where it is nowhere."""
    chosen = {field: getattr(group, f"{field}_name") for field in (*FIELDS, "panel") if field != "coverage"}
    path = resolved(parameter.path, chosen)
    return path if path and get(parsed(group.document), path) is not ABSENT else ""


def is_edited(group: bpy.types.PropertyGroup, path: str = "") -> bool:
    """Whether the value at ``path`` is another than the design's own; without a path, whether any is."""
    if group.document == group.base or not path:
        return group.document != group.base
    return get(parsed(group.document), path) != get(parsed(group.base), path)


def take(group: bpy.types.PropertyGroup, document: dict, base: dict) -> None:
    """Show ``document``; what differs from ``base`` counts as edited."""
    group.base, group.document = stored(base), stored(document)
    for field in (*FIELDS, "panel"):
        listed = list(COVERAGE) if field == "coverage" else names_in(document, field)
        name = f"{field}_name"
        allowed = [*listed, PICTURE] if field == "print" and group.picture is not None else listed
        if getattr(group, name) not in allowed:
            usual = "correct" if field == "wearing" else "M"
            setattr(group, name, usual if usual in listed else (listed[0] if listed else ""))
            if field not in ("panel", "wearing"):
                setattr(group, f"{field}_locked", False)
    show_sliders(group)


def show_sliders(group: bpy.types.PropertyGroup) -> None:
    """Set every slider to the document's value."""
    document = parsed(group.document)
    for parameter in of_kind(kind_of(document)):
        path = path_of(group, parameter)
        if path:
            sliders.show(slider_group(group, parameter), parameter, get(document, path))


def change(group: bpy.types.PropertyGroup, path: str, value: object) -> None:
    """Write a value into the document. One that is the design's own in Blender's precision is taken from it,
    and an edited design is the one that is meant."""
    own = get(parsed(group.base), path)
    if own is not ABSENT and value is not ABSENT and same(value, own):
        value = own
    group.document = stored(put(parsed(group.document), path, value))
    if is_edited(group):
        with sliders.quietly():
            group.design_locked = True
    live.flat_soon(group.id_data)


def _moved(slider: bpy.types.PropertyGroup, parameter: Parameter) -> None:
    group = slider.id_data.maskdrape.mask
    path = path_of(group, parameter)
    if not path:
        return
    before = get(parsed(group.document), path)
    if before is None:
        return  # not shown: what is usual stands
    sliders.keep_in_order(slider, parameter, before)
    value = sliders.read(slider, parameter, before)
    if not same(value, before):
        change(group, path, value)


def _enum(field: str) -> dict[str, object]:
    """The field itself, chosen from what the design knows, and the name behind it, which is what is stored:
    a list may change, and a number in it would then be another's."""

    def items(group, context):
        names = tuple(values_of(group, field)) or ("",)
        if names not in _lists:
            _lists[names] = [(one, one.replace("_", " ").capitalize(), "", k) for k, one in enumerate(names)]
        return _lists[names]

    def read(group):
        names = values_of(group, field)
        now = getattr(group, f"{field}_name")
        return names.index(now) if now in names else 0

    def write(group, number):
        names = values_of(group, field)
        if number >= len(names):
            return
        setattr(group, f"{field}_name", names[number])
        if field != "panel":
            setattr(group, f"{field}_locked", True)
        show_sliders(group)
        live.flat_soon(group.id_data)

    made = bpy.props.EnumProperty(
        name=field.capitalize(), description=_TIPS.get(field, ""), items=items, get=read, set=write
    )
    return {field: made, f"{field}_name": bpy.props.StringProperty()}


def _lock(field: str, locked: bool) -> dict[str, object]:
    made = bpy.props.BoolProperty(
        name=f"Lock {field}", description=f"Keep this {field}; unlocked, it is drawn", default=locked
    )
    return {f"{field}_locked": made}


def _is_image(group, image) -> bool:
    return image.get("maskdrape") is None


def _live(group: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    live.flat_soon(group.id_data)


class MaskProperties(bpy.types.PropertyGroup):
    """Sliders and fields show ``document``, JSON; ``base`` is the design as its file has it."""

    seed: bpy.props.IntProperty(
        name="Seed", description="Another number draws another mask", min=0, max=2**31 - 1
    )
    design_name: bpy.props.StringProperty(default="surgical")
    design_locked: bpy.props.BoolProperty(
        name="Lock design", description="Keep this design; unlocked, it is drawn", default=True
    )
    library: bpy.props.StringProperty()  # folder the design is from; empty: a built-in one
    base: bpy.props.StringProperty()
    document: bpy.props.StringProperty()
    own_name: bpy.props.StringProperty(
        name="Name", description="What the edited design is called in this job; empty: after its origin"
    )
    offers: bpy.props.StringProperty()  # JSON: how the built-in designs can be worn, as they were known last
    drawn: bpy.props.StringProperty()  # JSON: what was drawn last, by field
    kept: bpy.props.StringProperty()  # JSON: weights and pictures of a loaded configuration
    live: bpy.props.BoolProperty(
        name="Show it lying flat",
        description="Draw the mask lying flat beside the head while its sliders are moved",
        default=True,
        update=_live,
    )
    picture: bpy.props.PointerProperty(
        type=bpy.types.Image,
        name="Picture",
        description="Your own picture, printed on the mask; paint it in the Image Editor",
        poll=_is_image,
    )
    picture_licence: bpy.props.StringProperty(
        name="Licence", description="Under which licence the picture may be used"
    )
    picture_width: bpy.props.FloatVectorProperty(
        name="Width (mm)",
        description="How wide the picture is printed: a width between these two is drawn",
        size=2,
        min=5.0,
        max=1000.0,
        soft_max=250.0,
        default=(80.0, 180.0),
    )


def kept_of(group: bpy.types.PropertyGroup) -> dict:
    return json.loads(group.kept) if group.kept else {}


def design_of_name(name: str) -> dict | None:
    """What the bench said of a built-in design."""
    return next((one for one in known.designs() if one["name"] == name and one["built_in"]), None)


for _field in FIELDS:
    MaskProperties.__annotations__.update(_enum(_field) | _lock(_field, _field == "wearing"))
MaskProperties.__annotations__.update(_enum("panel"))

SLIDERS = {kind: sliders.group_class(kind, _moved) for kind in parameters()}
for _kind, _class in SLIDERS.items():
    MaskProperties.__annotations__[f"{_kind}_sliders"] = bpy.props.PointerProperty(type=_class)

CLASSES = (*SLIDERS.values(), MaskProperties)
