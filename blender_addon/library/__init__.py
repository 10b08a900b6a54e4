"""The panel Library: designs of the user's own, as YAML and as assets."""

import bpy

from . import operators, panel, properties

_CLASSES = (*properties.CLASSES, *operators.CLASSES, *panel.CLASSES)


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
