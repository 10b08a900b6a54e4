"""What the panel Render holds."""

import bpy


class RenderProperties(bpy.types.PropertyGroup):
    pass


CLASSES = (RenderProperties,)
