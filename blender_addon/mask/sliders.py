"""Blender's properties for a design's parameters: one group of them a kind of construction.

They show the document of the panel, which is what counts: a slider that is moved writes its value there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from .document import ABSENT, number
from .parameters import Parameter, parameters

_quiet = [0]


@contextmanager
def quietly() -> Iterator[None]:
    """Within this, properties that are set by the add-on are not taken for the user's wishes."""
    _quiet[0] += 1
    try:
        yield
    finally:
        _quiet[0] -= 1


def is_quiet() -> bool:
    return _quiet[0] > 0


def group_class(kind: str, moved: Callable[[bpy.types.PropertyGroup, Parameter], None]) -> type:
    """The property group of a kind; ``moved(group, parameter)`` is called for a slider that is moved."""
    fields: dict[str, Any] = {}
    for parameter in parameters()[kind]:
        for name, made in _properties(parameter, moved):
            fields[name] = made
    title = "".join(word.capitalize() for word in kind.split("_"))
    return type(f"MaskDrape{title}Sliders", (bpy.types.PropertyGroup,), {"__annotations__": fields})


def names(parameter: Parameter) -> tuple[str, ...]:
    """The property of a parameter; of a list of colours, those of its elements."""
    if parameter.kind == "colours":
        return tuple(f"{parameter.key}_{k}" for k in range(parameter.longest))
    return (parameter.key,)


def show(group: bpy.types.PropertyGroup, parameter: Parameter, value: Any) -> None:
    """Set the slider to a document's value; ABSENT and None leave it where it is."""
    if value is ABSENT or value is None:
        return
    name = parameter.key
    with quietly():
        if parameter.kind == "colours":
            for k, one in enumerate(value[: parameter.longest]):
                setattr(group, f"{name}_{k}", _rgb(one))
        elif parameter.kind == "colour":
            setattr(group, name, _rgb(value))
        elif parameter.kind == "vector":
            for k, one in enumerate(value[: parameter.longest]):
                getattr(group, name)[k] = one
        elif parameter.kind == "texts":
            setattr(group, name, value if isinstance(value, str) else ", ".join(value))
        elif parameter.kind == "choice":
            setattr(group, name, str(value))
        else:
            setattr(group, name, value)


def read(group: bpy.types.PropertyGroup, parameter: Parameter, before: Any) -> Any:
    """The document's value that the slider stands for; ``before`` is the document's own, as long a list."""
    name = parameter.key
    if parameter.kind == "colours":
        shown = [_hex(getattr(group, f"{name}_{k}")) for k in range(min(len(before), parameter.longest))]
        return shown + before[len(shown) :]
    if parameter.kind == "vector":
        shown = [number(one) for one in getattr(group, name)[: min(len(before), parameter.longest)]]
        return shown + before[len(shown) :]
    value = getattr(group, name)
    if parameter.kind == "colour":
        return _hex(value)
    if parameter.kind == "range":
        return [number(one) for one in value]
    if parameter.kind == "float":
        return number(value)
    if parameter.kind == "texts":
        # Of lists that may also be the word "always" the length is not bounded.
        if value.strip() == "always":
            return "always"
        return [one.strip() for one in value.split(",") if one.strip()]
    if parameter.kind == "choice" and parameter.whole:
        return int(value)
    return value


def keep_in_order(group: bpy.types.PropertyGroup, parameter: Parameter, before: Any) -> None:
    """The end of a range that was moved takes the other one along."""
    if parameter.kind != "range":
        return
    value = getattr(group, parameter.key)
    if value[0] > value[1]:
        moved = 0 if not _near(value[0], before[0]) else 1
        with quietly():
            value[1 - moved] = value[moved]


def _near(a: float, b: float) -> bool:
    return number(a) == number(b)


def _properties(parameter: Parameter, moved) -> Iterator[tuple[str, Any]]:
    def update(group, context):
        if not is_quiet():
            moved(group, parameter)

    common = {"name": parameter.name, "description": parameter.tip, "update": update}
    kind = parameter.kind
    numeric = {
        "min": parameter.least,
        "max": parameter.most,
        "soft_min": parameter.low,
        "soft_max": parameter.high,
    }
    fine = {"precision": parameter.digits, "step": _step(parameter)}
    if kind == "float":
        yield parameter.key, bpy.props.FloatProperty(**common, **numeric, **fine)
    elif kind == "int":
        yield parameter.key, bpy.props.IntProperty(**common, **_whole(numeric))
    elif kind == "range":
        yield parameter.key, bpy.props.FloatVectorProperty(**common, **numeric, **fine, size=2)
    elif kind == "vector":
        size = parameter.longest
        yield parameter.key, bpy.props.FloatVectorProperty(**common, **numeric, **fine, size=size)
    elif kind == "bool":
        yield parameter.key, bpy.props.BoolProperty(**common)
    elif kind == "choice":
        items = [(one, one.capitalize(), "") for one in parameter.choices]
        yield parameter.key, bpy.props.EnumProperty(**common, items=items)
    elif kind in ("colour", "colours"):
        for name in names(parameter):
            yield (
                name,
                bpy.props.FloatVectorProperty(**common, subtype="COLOR_GAMMA", size=3, min=0.0, max=1.0),
            )
    else:
        yield parameter.key, bpy.props.StringProperty(**common)


def _step(parameter: Parameter) -> int:
    """What an arrow beside the number adds, in hundredths: Blender takes 1 to 100."""
    return int(min(max(round(parameter.high - parameter.low), 1), 100))


def _whole(numeric: dict[str, float]) -> dict[str, int]:
    most = 2**31 - 1
    return {key: int(max(min(value, most), -most)) for key, value in numeric.items()}


def _rgb(code: str) -> tuple[float, ...]:
    return tuple(int(code[k : k + 2], 16) / 255 for k in (1, 3, 5))


def _hex(rgb: Any) -> str:
    return "#" + "".join(f"{round(min(max(one, 0.0), 1.0) * 255):02x}" for one in rgb)
