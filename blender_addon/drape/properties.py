"""Draped masks of the chosen face: the newest, those before it, and the moments on its way."""

import bpy

from . import show


def _show_frame(group, context):
    if 0 <= group.frame < len(group.frames):
        show.show_moment(group.id_data, group.frames[group.frame].name)


class Moment(bpy.types.PropertyGroup):
    """A recorded frame; its name is the file's, relative to the job's folder."""

    number: bpy.props.IntProperty()  # of the solver's frame


class Check(bpy.types.PropertyGroup):
    words: bpy.props.StringProperty()
    value: bpy.props.FloatProperty()
    unit: bpy.props.StringProperty()
    limit: bpy.props.FloatProperty()
    state: bpy.props.StringProperty()  # good, near or bad


class Draped(bpy.types.PropertyGroup):
    """One answer of the bench."""

    file: bpy.props.StringProperty()  # relative to the job's folder
    design: bpy.props.StringProperty()
    size: bpy.props.StringProperty()
    wearing: bpy.props.StringProperty()
    from_cache: bpy.props.BoolProperty()
    checks: bpy.props.CollectionProperty(type=Check)


class DrapeProperties(bpy.types.PropertyGroup):
    frames: bpy.props.CollectionProperty(type=Moment)
    frame: bpy.props.IntProperty(
        name="Moment", description="Which recorded moment of the drape is shown", min=0, update=_show_frame
    )
    results: bpy.props.CollectionProperty(type=Draped)  # the last one is the mask that is shown

    def forget(self) -> None:
        """Another face: nothing is draped on it."""
        self.frames.clear()
        self.results.clear()
        self.frame = 0


CLASSES = (Moment, Check, Draped, DrapeProperties)
