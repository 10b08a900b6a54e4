"""What the panel Light holds."""

import bpy


class LightProperties(bpy.types.PropertyGroup):
    pass


CLASSES = (LightProperties,)
