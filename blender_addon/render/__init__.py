"""The panel Render: preview, finished picture, before and after."""

import bpy

from . import operators, panel, properties

_CLASSES = (
    *properties.CLASSES,
    operators.MASKDRAPE_OT_preview,
    operators.MASKDRAPE_OT_composite,
    operators.MASKDRAPE_OT_before_after,
    panel.MASKDRAPE_PT_render,
)


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
