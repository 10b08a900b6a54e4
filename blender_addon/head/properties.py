"""How the fitted head is shown, and what the user has set right in it."""

import bpy

from ..viewport import head_mesh


def _look(group, context):
    head_mesh.look(group.id_data, group.opacity, group.wireframe)


class HeadProperties(bpy.types.PropertyGroup):
    opacity: bpy.props.FloatProperty(
        name="Opacity",
        description="How much of the photo the fitted head covers",
        min=0.0,
        max=1.0,
        default=0.5,
        subtype="FACTOR",
        update=_look,
    )
    wireframe: bpy.props.BoolProperty(
        name="Wireframe", description="Draw the edges of the fitted head", default=False, update=_look
    )
    reach_px: bpy.props.FloatProperty(
        name="Reach",
        description="How far around a dragged landmark its neighbours follow, in pixels of the photo",
        min=1.0,
        soft_max=200.0,
        default=30.0,
        precision=0,
        subtype="PIXEL",
    )
    landmarks: bpy.props.StringProperty()  # file with moved landmarks, relative to the job's folder
    hold_identity: bpy.props.BoolProperty(name="Identity")
    hold_expression: bpy.props.BoolProperty(name="Expression")

    def held(self) -> list[str]:
        """The coefficients that stay as they are, by the bench's names."""
        return [one for one in ("identity", "expression") if getattr(self, f"hold_{one}")]

    def forget(self) -> None:
        """Another photo: nothing of it is set right yet."""
        self.landmarks = ""
        self.hold_identity = self.hold_expression = False


CLASSES = (HeadProperties,)
