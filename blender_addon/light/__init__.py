"""The panel Light."""

import bpy

from . import properties

_CLASSES = (*properties.CLASSES,)


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
