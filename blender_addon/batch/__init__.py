"""The panel Batch: the masks of this job on a folder of photos, by a process that outlives Blender."""

import bpy

from . import operators, panel, properties, watch

_CLASSES = (*properties.CLASSES, *operators.CLASSES, *panel.CLASSES)

_register, _unregister = bpy.utils.register_classes_factory(_CLASSES)


def register() -> None:
    _register()
    watch.register()


def unregister() -> None:
    watch.unregister()
    _unregister()
