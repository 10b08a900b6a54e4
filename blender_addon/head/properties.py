"""What the panel Head holds."""

import bpy


class HeadProperties(bpy.types.PropertyGroup):
    pass


CLASSES = (HeadProperties,)
