"""The panel Drape: the cloth comes to rest on the head, and what its checks say."""

import bpy

from . import operators, panel, properties

_CLASSES = (
    *properties.CLASSES,
    operators.MASKDRAPE_OT_drape,
    operators.MASKDRAPE_OT_play,
    operators.MASKDRAPE_OT_settle,
    operators.MASKDRAPE_OT_undo_drape,
    panel.MASKDRAPE_PT_drape,
)

register, unregister = bpy.utils.register_classes_factory(_CLASSES)
