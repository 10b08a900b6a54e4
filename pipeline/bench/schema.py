"""The parameters of a design as sliders need them, read off the models that check design files."""

from __future__ import annotations

import math
import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from pipeline.masks.design.design import Construction, Design
from pipeline.masks.library import design_names, load_design

Parameter = dict[str, Any]
GROUPS = {
    "edges": "edges",
    "wire": "wire",
    "valve": "valve",
    "fasteners": "fasteners",
    "fabric": "fabric",
    "wearing": "wearing",
    "material": "material",
    "hem": "edges",
}
"""Panels by the part of a path that puts a parameter there; the last that is named decides."""
UNITS = {"mm": "mm", "degrees": "degrees", "g_m2": "g/m2"}
LABELS = {
    "srgb": "Colour",
    "dome.up": "Fullness above",
    "dome.sideways": "Fullness sideways",
    "dome.down": "Fullness below",
    "dome.depth": "Stands out",
    "pleats.at_height": "Pleats at",
    "pleats.memory": "Pleats stand open",
    "pleats.depth_mm": "Depth of pleats",
    "edges.top_mm": "Band at the top",
    "edges.bottom_mm": "Band at the bottom",
    "edges.side_mm": "Strips at the sides",
    "window.width_mm": "Window width",
    "window.below_pleat": "Window below pleat",
    "window.margin_mm": "Cloth around the window",
    "opened.width_mm": "Held open by",
    "opened.lower_width_mm": "Held open below by",
    "opened.height_mm": "Held open in height by",
    "construction.straps_at": "Straps leave at",
    "rim.flange_mm": "Border",
    "rim.leans_back_degrees": "Border leans back",
    "wire.outside": "Metal strip to be seen",
    "valve.proud_mm": "Stands out",
    "fabric.layers_g_m2": "Weight of layers",
    "fabric.most_stretch": "Stretch allowed",
    "material.inside": "Inside colour",
    "material.loops": "Loop colour",
    "hem.sides": "Sides:",
    "hem.binding": "Binding:",
    "hardware.valve": "Valve colours",
    "hardware.strap": "Strap colours",
    "hardware.strap_is": "Straps are of",
}
"""What is shown where a key by itself says too little, by the end of its path."""
SOFT = {
    "valve.across_mm": (-40.0, 40.0),
    "material.prints.*.turned_degrees": (-90.0, 90.0),
    "material.wear.folds_across_mm": (-60.0, 60.0),
    "material.wear.folds_down_mm": (0.0, 120.0),
    "construction.opened.lower_width_mm": (60.0, 180.0),
    "construction.window.below_pleat": (1.0, 5.0),
}
"""Reach of sliders where the library's designs say too little to tell."""
WIDER = 0.5  # of the span of the library's own values that a slider reaches beyond them
ELSEWHERE = re.compile(
    r"name|(construction|fasteners)\.kind|construction\.(drawn_for|loops_from|panels\.\*\.cut)"
)
"""What is no parameter: it says which parameters there are."""


def schema() -> Mapping[str, Any]:
    """``kinds``: the parameters of each construction; ``common``: those of every design.

    A parameter's ``path`` leads to it in a design's document, ``*`` standing for a name. One that the
    document does not have, as the wire of a mask without any, is not to be shown. ``min`` and ``max`` are
    what a design file may say; ``soft_min`` and ``soft_max`` what those of the library say, and half as much
    again.
    """
    return {
        "kinds": {
            str(get_args(kind.model_fields["kind"].annotation)[0]): _described(kind, "construction")
            for kind in _members(Construction)
        },
        "common": [one for one in _described(Design, "") if not one["path"].startswith("construction")],
    }


def _described(model: type[BaseModel], path: str) -> list[Parameter]:
    library = [load_design(name).model_dump(mode="json") for name in design_names()]
    found: dict[str, Parameter] = {}
    for parameter in _of_model(model, path):
        # Fasteners of several kinds share names.
        found.setdefault(parameter["path"], parameter)
    return [_with_slider(parameter, library) for parameter in found.values()]


def _of_model(model: type[BaseModel], path: str) -> Iterator[Parameter]:
    for name, field in model.model_fields.items():
        place = f"{path}.{name}" if path else name
        if ELSEWHERE.fullmatch(place):
            continue
        if place == "construction" and model is Design:
            continue
        yield from _of_field(field, place)


def _of_field(field: FieldInfo, path: str) -> Iterator[Parameter]:
    bare, limits = _unwrapped(field.annotation)
    limits = [*limits, *field.metadata]
    members = _members(bare)
    optional = type(None) in members
    members = [one for one in members if one is not type(None)]
    models = [one for one in members if isinstance(one, type) and issubclass(one, BaseModel)]
    if models:
        for one in models:
            yield from _of_model(one, path)
        return
    if get_origin(bare) is dict:
        _, value = get_args(bare)
        inner, _ = _unwrapped(value)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _of_model(inner, f"{path}.*")
        else:
            yield from _leaf(field, f"{path}.*", value, [], False, required=True)
        return
    kind: Any = members[0] if len(members) == 1 else bare
    yield from _leaf(field, path, kind, limits, optional, required=field.is_required())


def _leaf(
    field: FieldInfo, path: str, annotation: Any, limits: list[Any], optional: bool, required: bool
) -> Iterator[Parameter]:
    bare, more = _unwrapped(annotation)
    found = _type_of(bare, [*limits, *more])
    if found is None:
        return
    default = None if required else field.get_default(call_default_factory=True)
    yield {
        "path": path,
        **found,
        "unit": _unit(path, found),
        "default": None if default is PydanticUndefined else _json(default),
        "optional": optional,
        "label": _label(path),
        "tip": " ".join((field.description or "").split()),
        "group": _group(path),
    }


def _type_of(bare: Any, limits: list[Any]) -> dict[str, Any] | None:
    """Type, bounds and choices; None for what no slider can be."""
    origin, inside = get_origin(bare), get_args(bare)
    if origin is Literal:
        whole = all(isinstance(value, int) for value in inside)
        return {"type": "choice", "choices": [str(value) for value in inside], "whole": whole}
    if bare is bool:
        return {"type": "bool"}
    if bare in (int, float):
        return {"type": "int" if bare is int else "float", **_bounds(limits)}
    if bare is str:
        return {"type": "colour" if _is_colour(limits) else "text"}
    if origin is tuple:
        return _tuple_type(inside, limits)
    if any(get_origin(_unwrapped(one)[0]) is tuple for one in _members(bare)):
        return {"type": "texts"}
    return None


def _tuple_type(inside: tuple[Any, ...], limits: list[Any]) -> dict[str, Any] | None:
    element, more = _unwrapped(inside[0])
    if inside[-1] is Ellipsis:
        lengths = {
            "min_length": next((limit.min_length for limit in limits if isinstance(limit, MinLen)), 0),
            "max_length": next((limit.max_length for limit in limits if isinstance(limit, MaxLen)), None),
        }
        if element is str:
            return {"type": "colours" if _is_colour(more) else "texts", **lengths}
        if get_origin(element) is Literal:
            return {"type": "texts", "choices": list(get_args(element)), **lengths}
        return {"type": "vector", **lengths, **_bounds(more)} if element in (int, float) else None
    if len(inside) == 2 and element is float:
        # A pair that ascends is a range to draw from; any other pair is a place.
        ascends = any(getattr(limit, "func", None) is not None for limit in limits)
        kind = {"type": "range"} if ascends else {"type": "vector", "min_length": 2, "max_length": 2}
        return {**kind, **_bounds(more)}
    return None


def _bounds(limits: list[Any]) -> dict[str, float | None]:
    low = [
        float(str(getattr(one, "ge", getattr(one, "gt", None)))) for one in limits if isinstance(one, Ge | Gt)
    ]
    high = [
        float(str(getattr(one, "le", getattr(one, "lt", None)))) for one in limits if isinstance(one, Le | Lt)
    ]
    above = any(isinstance(one, Gt) for one in limits)
    return {
        "min": max(low, default=None),
        "max": min(high, default=None),
        **({"above_min": True} if above else {}),
    }


def _unwrapped(annotation: Any) -> tuple[Any, list[Any]]:
    """The type below ``Annotated``, and what was said about it."""
    limits: list[Any] = []
    while get_origin(annotation) is Annotated:
        annotation, *said = get_args(annotation)
        for one in said:
            limits += one.metadata if isinstance(one, FieldInfo) else [one]
    return annotation, limits


def _members(annotation: Any) -> list[Any]:
    bare, _ = _unwrapped(annotation)
    return list(get_args(bare)) if get_origin(bare) in (Union, types.UnionType) else [bare]


def _is_colour(limits: list[Any]) -> bool:
    return any("#" in str(getattr(limit, "pattern", "")) for limit in limits)


def _unit(path: str, found: Parameter) -> str:
    for ending, unit in UNITS.items():
        if path.endswith(f"_{ending}"):
            return unit
    return "fraction" if (found.get("min"), found.get("max")) == (0.0, 1.0) else "none"


def _label(path: str) -> str:
    for ending, label in LABELS.items():
        if path == ending or path.endswith(f".{ending}"):
            return label
    parts = path.removesuffix(".*").split(".")
    name = parts[-1]
    for ending in UNITS:
        name = name.removesuffix(f"_{ending}")
    words = name.replace("_", " ")
    before = LABELS.get(".".join(parts[-3:-1]))
    return f"{before} {words}" if before else words.capitalize()


def _group(path: str) -> str:
    group = "construction"
    for part in path.split(".")[:-1]:
        group = GROUPS.get(part, group)
    return group


def _with_slider(parameter: Parameter, library: list[dict[str, Any]]) -> Parameter:
    if "min" not in parameter:
        return parameter
    values = [
        value for document in library for value in _numbers(_at(document, parameter["path"].split(".")))
    ]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    more = WIDER * max(high - low, abs(high) / 2, 1e-3)
    low, high = _rounded(low - more, math.floor), _rounded(high + more, math.ceil)
    if parameter["min"] is not None or min(values, default=0.0) >= 0:
        low = max(low, parameter["min"] or 0.0)
    if parameter["max"] is not None:
        high = min(high, parameter["max"])
    return {**parameter, "soft_min": low, "soft_max": high}


def _rounded(value: float, way: Any) -> float:
    """To two digits, up or down."""
    if value == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    return float(f"{way(value / step) * step:.10g}")


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield value
    elif isinstance(value, dict):
        names = list(value) if path[0] == "*" else [path[0]] if path[0] in value else []
        for name in names:
            yield from _at(value[name], path[1:])


def _numbers(values: Iterator[Any]) -> Iterator[float]:
    for value in values:
        if isinstance(value, list):
            yield from _numbers(iter(value))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield float(value)


def _json(value: Any) -> Any:
    return [_json(one) for one in value] if isinstance(value, tuple) else value
