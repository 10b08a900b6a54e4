"""The light that the mask is rendered in."""

import bpy

from ..viewport import lamps


def _override(group, context):
    lamps.set_movable(group.id_data, group.override)


SIDES = ("behind_left", "behind_right", "below")
"""Where light comes from besides, in the configuration's order. Left is the picture's."""


def _side(name: str, words: str):
    return bpy.props.FloatVectorProperty(
        name=name,
        description=f"Light from {words}",
        subtype="COLOR",
        size=3,
        min=0.0,
        soft_max=1.0,
        default=(0.3, 0.3, 0.3),
    )


class LightProperties(bpy.types.PropertyGroup):
    """The lamps themselves are suns of the scene, in the collection MaskDrape."""

    override: bpy.props.BoolProperty(
        name="Own light", description="Light the mask by the lamps below", update=_override
    )
    ambient: bpy.props.FloatVectorProperty(
        name="Ambient",
        description="Light that comes from before and above; 1 is what the photo shows as full white",
        subtype="COLOR",
        size=3,
        min=0.0,
        soft_max=1.0,
        default=(0.3, 0.3, 0.3),
    )
    surrounded: bpy.props.BoolProperty(
        name="Other light around",
        description="From behind and from below comes other light than from before and above",
    )
    behind_left: _side("Behind, left", "behind, on the picture's left")
    behind_right: _side("Behind, right", "behind, on the picture's right")
    below: _side("Below", "below")

    def take_ambient(self, light: dict) -> None:
        """The parts of a light, as in the configuration, that are no lamps."""
        self.ambient = light["ambient"]
        around = light.get("around")
        self.surrounded = around is not None
        for side, colour in zip(SIDES, around or [light["ambient"]] * 3, strict=True):
            setattr(self, side, colour)


CLASSES = (LightProperties,)
