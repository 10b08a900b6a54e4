"""How finely the picture is rendered, and which ones there are."""

import bpy


class RenderProperties(bpy.types.PropertyGroup):
    samples: bpy.props.IntProperty(
        name="Samples", description="Rays a pixel of the finished picture", min=1, max=4096, default=12
    )
    preview_samples: bpy.props.IntProperty(
        name="Preview", description="Rays a pixel of the preview", min=1, max=64, default=2
    )
    denoise: bpy.props.BoolProperty(
        name="Denoise", description="Clean the noise that few rays leave", default=True
    )
    image: bpy.props.StringProperty()  # the newest picture, relative to the job's folder
    is_preview: bpy.props.BoolProperty()  # whether that is one


CLASSES = (RenderProperties,)
