"""The add-on's preferences: by which Python MaskDrape is run."""

import bpy


class MaskDrapePreferences(bpy.types.AddonPreferences):
    bl_idname = __package__

    python: bpy.props.StringProperty(
        name="Python",
        description="A Python that MaskDrape is installed in. Empty: this Blender runs it in the background",
        subtype="FILE_PATH",
    )

    def draw(self, context):
        self.layout.prop(self, "python")


def chosen_python() -> str:
    """The preferences' Python; empty where none is named, or where the add-on has no preferences."""
    addon = bpy.context.preferences.addons.get(__package__)
    return bpy.path.abspath(addon.preferences.python) if addon and addon.preferences else ""


def register() -> None:
    bpy.utils.register_class(MaskDrapePreferences)


def unregister() -> None:
    bpy.utils.unregister_class(MaskDrapePreferences)
