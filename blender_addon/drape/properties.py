"""What the panel Drape holds."""

import bpy


class DrapeProperties(bpy.types.PropertyGroup):
    pass


CLASSES = (DrapeProperties,)
