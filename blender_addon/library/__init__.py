"""The panel Library: designs of the user's own, as YAML and as assets."""

import bpy

from . import operators, panel, properties

_CLASSES = (*properties.CLASSES, *operators.CLASSES, *panel.CLASSES)

register, unregister = bpy.utils.register_classes_factory(_CLASSES)
