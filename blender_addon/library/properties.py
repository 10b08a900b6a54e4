"""Where the user's designs are, which ones there are, and what the one to be saved is called."""

from __future__ import annotations

from pathlib import Path

import bpy


class OwnDesign(bpy.types.PropertyGroup):
    """A design of the library; its name is the file's."""

    title: bpy.props.StringProperty()
    licence: bpy.props.StringProperty()
    author: bpy.props.StringProperty()
    kind: bpy.props.StringProperty()


class LibraryProperties(bpy.types.PropertyGroup):
    folder: bpy.props.StringProperty(
        name="Folder",
        description="Where your designs are; empty: a folder among your own data",
        subtype="DIR_PATH",
    )
    designs: bpy.props.CollectionProperty(type=OwnDesign)
    index: bpy.props.IntProperty()
    problems: bpy.props.StringProperty()  # a line each: files of the folder that are no designs
    save_name: bpy.props.StringProperty(
        name="Name", description="Of the file: small letters, digits, - and _; no built-in design's"
    )
    title: bpy.props.StringProperty(name="Title", description="What people read; empty: as it was")
    author: bpy.props.StringProperty(name="Author", description="Who made the design; needed")
    licence: bpy.props.StringProperty(
        name="Licence", description="Under which others may use it, as CC0-1.0 or CC-BY-4.0; needed"
    )
    description: bpy.props.StringProperty(
        name="Description", description="One sentence, shown beside the asset"
    )
    tags: bpy.props.StringProperty(name="Tags", description="Words to find the asset by, separated by commas")
    shape: bpy.props.EnumProperty(
        name="Shape",
        description="What the asset looks like",
        items=(
            ("WORN", "Draped", "As it was draped last; lying flat where there is no drape"),
            ("FLAT", "Flat", "Lying flat"),
        ),
    )
    overwrite: bpy.props.BoolProperty(
        name="Overwrite", description="Replace the design of this name", options={"SKIP_SAVE"}
    )


CLASSES = (OwnDesign, LibraryProperties)


def folder_of(group: bpy.types.PropertyGroup) -> Path:
    """The library's folder, which need not be there yet."""
    if group.folder:
        return Path(bpy.path.abspath(group.folder))
    return Path(bpy.utils.user_resource("DATAFILES", path="maskdrape")) / "library"
