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


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
