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

register, _unregister = bpy.utils.register_classes_factory(_CLASSES)


def unregister() -> None:
    landmarks.stop()
    _unregister()
