"""All that the add-on keeps in a scene: ``scene.maskdrape``, one child a panel."""

import importlib
import importlib.util

import bpy

from .drape.properties import DrapeProperties
from .head.properties import HeadProperties
from .light.properties import LightProperties
from .photo.properties import PhotoProperties
from .render.properties import RenderProperties


class TaskProperties(bpy.types.PropertyGroup):
    """What is being done, and what went wrong last; cleared when a file is opened."""

    words: bpy.props.StringProperty()
    progress: bpy.props.FloatProperty(min=0.0, max=1.0)
    error: bpy.props.StringProperty()
    report: bpy.props.StringProperty()

    def clear(self) -> None:
        for key in ("words", "progress", "error", "report"):
            self.property_unset(key)


class Bench(bpy.types.PropertyGroup):
    version: bpy.props.IntProperty(default=0)  # of what is stored, see `upgrade`; 0: nothing is
    identifier: bpy.props.StringProperty()  # names the job's folder until the .blend has a name
    home: bpy.props.StringProperty()  # the job's folder when it was last used
    rest: bpy.props.StringProperty()  # JSON: what a loaded configuration says that no panel shows
    photo: bpy.props.PointerProperty(type=PhotoProperties)
    head: bpy.props.PointerProperty(type=HeadProperties)
    light: bpy.props.PointerProperty(type=LightProperties)
    drape: bpy.props.PointerProperty(type=DrapeProperties)
    render: bpy.props.PointerProperty(type=RenderProperties)
    task: bpy.props.PointerProperty(type=TaskProperties)


def _until_every_panel_is_there() -> None:
    for name in ("mask", "library", "batch"):
        if importlib.util.find_spec(f"{__package__}.{name}"):
            kind = getattr(
                importlib.import_module(f".{name}.properties", __package__), f"{name.capitalize()}Properties"
            )
            Bench.__annotations__[name] = bpy.props.PointerProperty(type=kind)


def register() -> None:
    _until_every_panel_is_there()
    bpy.utils.register_class(TaskProperties)
    bpy.utils.register_class(Bench)
    bpy.types.Scene.maskdrape = bpy.props.PointerProperty(type=Bench)


def unregister() -> None:
    del bpy.types.Scene.maskdrape
    bpy.utils.unregister_class(Bench)
    bpy.utils.unregister_class(TaskProperties)
