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


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
