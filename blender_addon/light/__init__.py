"""The panel Light: what was read from the photo, and lamps of one's own."""

import bpy

from . import operators, panel, properties

_CLASSES = (
    *properties.CLASSES,
    operators.MASKDRAPE_OT_light_from_photo,
    operators.MASKDRAPE_OT_light_override,
    operators.MASKDRAPE_OT_add_lamp,
    operators.MASKDRAPE_OT_remove_lamp,
    panel.MASKDRAPE_PT_light,
)


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
