"""A mask as an object of its own that carries its design, and the .blend it is kept in."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..viewport import mesh
from . import preview
from .asset import Facts, mark

DESIGN = "maskdrape_design"
"""Custom property of the object: JSON with the design's name and document."""
_UPRIGHT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""From the wearer's left, up, and out of the face to Blender's world, seen from the front."""
_PANEL, _CORDS = 1, (4, 5)  # panel, loop and strap among the parts (`pipeline.records.PARTS`)
_BORDER_TONE = 0.88  # of the panel's: bands and seams are several layers


def write(
    path: Path,
    name: str,
    document: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    colour: str,
    facts: Facts,
) -> None:
    """Write a .blend that holds the mask of ``arrays`` as an asset.

    ``arrays``: vertices (M, 3) m to the wearer's left, up and out of the face, faces (F, 3), parts (F,), uv
    (F, 3, 2) or (M, 2). ``colour`` is "#rrggbb" of the outside. Raises RuntimeError, OSError.
    """
    vertices, faces = np.asarray(arrays["vertices"], float), np.asarray(arrays["faces"])
    vertices = vertices - (vertices.min(0) + vertices.max(0)) / 2
    cords = np.isin(np.asarray(arrays["parts"]), _CORDS)
    codes = (colour, str(document["material"]["loops"]))
    colours = np.array([rgb(code) for code in codes])[cords.astype(int)]
    tone = np.where(np.asarray(arrays["parts"]) == _PANEL, 1.0, _BORDER_TONE)
    shown = preview.draw(vertices, faces, colours * np.where(cords, 1.0, tone)[:, None])
    made = _object(name, vertices @ _UPRIGHT.T, faces, np.asarray(arrays["uv"]), cords, codes)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part.blend")
    try:
        made[DESIGN] = json.dumps({"name": name, "document": document}, ensure_ascii=False)
        mark(made, facts, shown)
        path.parent.mkdir(parents=True, exist_ok=True)
        bpy.data.libraries.write(str(part), {made}, fake_user=True, compress=True)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
        used = [*made.data.materials, made.data]
        bpy.data.objects.remove(made)
        bpy.data.batch_remove(used)


def design_in(thing: bpy.types.Object | None) -> dict[str, Any] | None:
    """Name and document of the design that an object carries."""
    if thing is None or DESIGN not in thing:
        return None
    try:
        said = json.loads(thing[DESIGN])
        return said if said["name"] and said["document"]["construction"]["kind"] else None
    except (ValueError, TypeError, KeyError):
        return None


def rgb(code: str) -> tuple[float, ...]:
    """sRGB (3,) in [0, 1] of "#rrggbb"."""
    return tuple(int(code[k : k + 2], 16) / 255 for k in (1, 3, 5))


def _object(name, vertices, faces, uv, cords, codes) -> bpy.types.Object:
    data = bpy.data.meshes.new(name)
    mesh.fill(data, vertices, faces)
    data.polygons.foreach_set("material_index", cords.astype(np.int32))
    corners = uv[faces] if uv.ndim == 2 else uv
    data.uv_layers.new(name="UVMap").data.foreach_set("uv", np.ascontiguousarray(corners, np.float32).ravel())
    for words, code in zip(("Outside", "Loops"), codes, strict=True):
        data.materials.append(_material(f"{name} {words}", code))
    return bpy.data.objects.new(name, data)


def _material(name: str, code: str) -> bpy.types.Material:
    made = bpy.data.materials.new(name)
    colour = (*(_linear(one) for one in rgb(code)), 1.0)
    made.diffuse_color = colour
    made.use_nodes = True
    shader = next(node for node in made.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = colour
    shader.inputs["Roughness"].default_value = 0.85
    return made


def _linear(value: float) -> float:
    """Of sRGB (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
