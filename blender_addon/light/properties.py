"""The light that the mask is rendered in."""

import bpy

from ..viewport import lamps


def _override(group, context):
    for sun in lamps.suns(group.id_data):
        sun.hide_select = not group.override


class LightProperties(bpy.types.PropertyGroup):
    """The lamps themselves are suns of the scene, in the collection MaskDrape."""

    override: bpy.props.BoolProperty(
        name="Own light", description="Light the mask by the lamps below", update=_override
    )
    ambient: bpy.props.FloatVectorProperty(
        name="Ambient",
        description="Light that comes from everywhere; 1 is what the photo shows as full white",
        subtype="COLOR",
        size=3,
        min=0.0,
        soft_max=1.0,
        default=(0.3, 0.3, 0.3),
    )


CLASSES = (LightProperties,)
