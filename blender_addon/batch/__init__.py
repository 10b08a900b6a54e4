"""The panel Batch: the masks of this job on a folder of photos, by a process that outlives Blender."""

import bpy

from . import operators, panel, properties, watch

_CLASSES = (*properties.CLASSES, *operators.CLASSES, *panel.CLASSES)


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)
    watch.register()


def unregister() -> None:
    watch.unregister()
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
