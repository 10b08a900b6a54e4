"""The panel Mask: design, size, wearing, material and print, and a slider for every parameter."""

import bpy

from . import live, operators, panel, properties

_CLASSES = (*properties.CLASSES, *operators.CLASSES, *panel.CLASSES)


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    live.forget()
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
