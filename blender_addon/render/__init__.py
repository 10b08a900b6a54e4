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

register, unregister = bpy.utils.register_classes_factory(_CLASSES)
