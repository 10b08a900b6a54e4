"""The panel Mask: design, size, wearing, material and print, and a slider for every parameter."""

import bpy

from . import live, operators, panel, properties

_CLASSES = (*properties.CLASSES, *operators.CLASSES, *panel.CLASSES)

register, _unregister = bpy.utils.register_classes_factory(_CLASSES)


def unregister() -> None:
    live.forget()
    _unregister()
