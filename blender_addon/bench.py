"""All that the add-on keeps in a scene: ``scene.maskdrape``, one child a panel."""

import bpy

from .batch.properties import BatchProperties
from .drape.properties import DrapeProperties
from .head.properties import HeadProperties
from .library.properties import LibraryProperties
from .light.properties import LightProperties
from .mask.properties import MaskProperties
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
    mask: bpy.props.PointerProperty(type=MaskProperties)
    light: bpy.props.PointerProperty(type=LightProperties)
    drape: bpy.props.PointerProperty(type=DrapeProperties)
    render: bpy.props.PointerProperty(type=RenderProperties)
    library: bpy.props.PointerProperty(type=LibraryProperties)
    batch: bpy.props.PointerProperty(type=BatchProperties)
    task: bpy.props.PointerProperty(type=TaskProperties)


def register() -> None:
    bpy.utils.register_class(TaskProperties)
    bpy.utils.register_class(Bench)
    bpy.types.Scene.maskdrape = bpy.props.PointerProperty(type=Bench)


def unregister() -> None:
    del bpy.types.Scene.maskdrape
    bpy.utils.unregister_class(Bench)
    bpy.utils.unregister_class(TaskProperties)
