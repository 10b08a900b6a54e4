"""The panel Head: the fit over the photo, and what is set right in it."""

import bpy

from ..viewport import landmarks
from . import operators, panel, properties

_CLASSES = (
    *properties.CLASSES,
    operators.MASKDRAPE_OT_pick_landmark,
    operators.MASKDRAPE_OT_hold_coefficients,
    panel.MASKDRAPE_PT_head,
)


def register() -> None:
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    landmarks.stop()
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
