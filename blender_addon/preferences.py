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
        from .connection import known, set_up  # they need the preferences

        layout = self.layout
        layout.prop(self, "python")
        if not self.python:
            layout.operator("maskdrape.set_up", icon="IMPORT")
        if set_up.last_words():
            icon = "SORTTIME" if set_up.under_way() else "INFO"
            layout.label(text=set_up.last_words(), icon=icon)
        for line in known.missing():
            layout.label(text=line, icon="ERROR")


def chosen_python() -> str:
    """The preferences' Python; empty where none is named, or where the add-on has no preferences."""
    addon = bpy.context.preferences.addons.get(__package__)
    return bpy.path.abspath(addon.preferences.python) if addon and addon.preferences else ""


def register() -> None:
    bpy.utils.register_class(MaskDrapePreferences)


def unregister() -> None:
    bpy.utils.unregister_class(MaskDrapePreferences)
