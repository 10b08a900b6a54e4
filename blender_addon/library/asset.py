"""Assets as this Blender can make them: 3.4 has no licence among their facts, and later ones have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import bpy
import numpy as np

CATALOGUE = "fa34f2c0-44b5-4f6f-9a57-5d6c1b0c7e2a"
"""Identifies the catalogue MaskDrape wherever it is listed."""
_NAME = "MaskDrape"
_LIST = "blender_assets.cats.txt"
_HEAD = "# This is an Asset Catalog Definition file for Blender.\n\nVERSION 1\n\n"


class Facts(NamedTuple):
    """What the asset browser says of an asset."""

    author: str
    licence: str
    description: str
    tags: Sequence[str]


def mark(thing: bpy.types.Object, facts: Facts, preview: np.ndarray) -> None:
    """Make ``thing`` an asset of the catalogue; ``preview`` (H, W, 4) sRGB in [0, 1], row 0 at the bottom."""
    thing.asset_mark()
    data = thing.asset_data
    data.catalog_id = CATALOGUE
    data.author = facts.author
    data.description = facts.description
    if hasattr(data, "license"):
        data.license = facts.licence
    else:
        data.description = " ".join(part for part in (facts.description, f"Licence: {facts.licence}") if part)
    for tag in facts.tags:
        data.tags.new(tag, skip_if_exists=True)
    shown = thing.preview_ensure()
    height, width = preview.shape[:2]
    shown.image_size = (width, height)
    shown.image_pixels_float.foreach_set(np.ascontiguousarray(preview, np.float32).ravel())


def listed(folder: Path) -> bytes | None:
    """The text of the folder's list of catalogues with ours in it; None where it is there already."""
    path = folder / _LIST
    text = path.read_text(encoding="utf-8") if path.is_file() else _HEAD
    if CATALOGUE in text:
        return None
    return f"{text.rstrip()}\n\n{CATALOGUE}:{_NAME}:{_NAME}\n".encode()


def list_path(folder: Path) -> Path:
    return folder / _LIST


def is_registered(folder: Path) -> bool:
    """Whether the user's preferences have this folder among the asset libraries."""
    libraries = bpy.context.preferences.filepaths.asset_libraries
    return any(Path(bpy.path.abspath(one.path)).resolve() == folder.resolve() for one in libraries)


def register(folder: Path) -> None:
    """Add the folder to the preferences' asset libraries."""
    libraries = bpy.context.preferences.filepaths.asset_libraries
    if hasattr(libraries, "new"):
        libraries.new(name=_NAME, directory=str(folder))
        return
    bpy.ops.preferences.asset_library_add(directory=str(folder))
    libraries[-1].name = _NAME
