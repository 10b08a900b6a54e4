"""The user's picture for the print: a file, or what was painted in Blender."""

from __future__ import annotations

from pathlib import Path

import bpy

PICTURES = "pictures"
"""Folder of it below the configuration's own."""


def take(group: bpy.types.PropertyGroup, said: dict) -> None:
    """Set the panel to an entry of ``masks.pictures`` whose path is absolute. Raises RuntimeError where
    Blender cannot read the file."""
    group.picture = bpy.data.images.load(said["path"], check_existing=True)
    group.picture_licence = said.get("licence") or ""
    group.picture_width = said.get("width_mm") or (80.0, 180.0)


def can_show(path: str) -> bool:
    """Whether ``path`` is a file that Blender reads; a folder of pictures is none."""
    if not Path(path).is_file():
        return False
    try:
        return bool(bpy.data.images.load(path, check_existing=True).size[0])
    except RuntimeError:
        return False


def name_of(image: bpy.types.Image) -> str:
    """Its path below the configuration's folder."""
    if _painted(image) or not image.filepath:
        stem = "".join(one if one.isalnum() or one in "-_." else "_" for one in image.name)
        return f"{PICTURES}/{Path(stem).stem or 'picture'}.png"
    return f"{PICTURES}/{Path(bpy.path.abspath(image.filepath)).name}"


def file_of(image: bpy.types.Image, folder: Path) -> Path:
    """The file with the picture as it is now. What was painted is saved below ``folder`` first, and that is
    where it is from then on: the file that was loaded is not written over."""
    if _painted(image):
        target = folder / name_of(image)
        target.parent.mkdir(parents=True, exist_ok=True)
        image.filepath_raw = str(target)
        image.file_format = "PNG"
        image.save()
        if image.source == "GENERATED":
            image.source = "FILE"
    return Path(bpy.path.abspath(image.filepath))


def _painted(image: bpy.types.Image) -> bool:
    return image.is_dirty or image.source == "GENERATED" or image.packed_file is not None
