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

register, unregister = bpy.utils.register_classes_factory(_CLASSES)
