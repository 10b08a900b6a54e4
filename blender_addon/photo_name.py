"""What the photo is called in the job's table, and so in requests."""

from __future__ import annotations

from pathlib import Path

import bpy


def photo_name(photo: bpy.types.PropertyGroup) -> str:
    """Its path with forward slashes; empty where there is none."""
    return Path(bpy.path.abspath(photo.path)).as_posix() if photo.path else ""
