"""All that the add-on keeps in a scene: ``scene.maskdrape``, one child a panel."""

import importlib
import importlib.util

import bpy

from .drape.properties import DrapeProperties
from .head.properties import HeadProperties
from .light.properties import LightProperties
from .photo.properties import PhotoProperties
from .render.properties import RenderProperties

VERSION = 1
"""Of what is stored in a .blend; `upgrade` brings older ones here."""


class TaskProperties(bpy.types.PropertyGroup):
    """What is being done, and what went wrong last. Not stored: a file is opened with nothing under way."""

    words: bpy.props.StringProperty(options={"SKIP_SAVE"})
    progress: bpy.props.FloatProperty(min=0.0, max=1.0, options={"SKIP_SAVE"})
    error: bpy.props.StringProperty(options={"SKIP_SAVE"})
    report: bpy.props.StringProperty(options={"SKIP_SAVE"})


class Bench(bpy.types.PropertyGroup):
    version: bpy.props.IntProperty(default=0)  # 0: nothing was stored yet
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
