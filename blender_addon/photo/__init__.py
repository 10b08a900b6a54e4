"""The panel Photo: who is in it, and by what right it is used."""

import bpy

from . import operators, panel, properties

_CLASSES = (
    *properties.CLASSES,
    operators.MASKDRAPE_OT_load_photo,
    operators.MASKDRAPE_OT_find_faces,
    operators.MASKDRAPE_OT_choose_face,
    panel.MASKDRAPE_PT_photo,
)

register, unregister = bpy.utils.register_classes_factory(_CLASSES)
