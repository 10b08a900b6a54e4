"""A worn mask as meshes to render: a smooth sheet with thickness, and loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from pipeline.records import PARTS, Float, Int, WornMask
from pipeline.studio import blender, mesh
from pipeline.studio.camera import to_blender

LOOP = PARTS.index("loop")
WIRE = PARTS.index("wire")


@dataclass(frozen=True)
class Sheet:
    """Extent of the flat sheet and its nose wire, metres in the frame of the uv."""

    low: Float  # (2,) smallest u, v
    high: Float  # (2,) largest u, v
    wire_low: Float  # (2,)
    wire_high: Float  # (2,)


def measure_sheet(worn: WornMask) -> Sheet:
    """Extent of ``worn``'s flat sheet. A mask without nose wire has an empty one far away."""
    uv = worn.uv[worn.faces[worn.parts != LOOP]].reshape(-1, 2)
    wire = worn.uv[worn.faces[worn.parts == WIRE]].reshape(-1, 2)
    nowhere = np.full((1, 2), 1e3)
    wire = wire if len(wire) else nowhere
    return Sheet(uv.min(axis=0), uv.max(axis=0), wire.min(axis=0), wire.max(axis=0))


def join_triangles(faces: Int, groups: Any) -> tuple[Int, Any, Int, Any]:
    """Pairs of consecutive triangles of one group that share an edge, as quads.

    A draped grid is stored as two triangles a cell; a cell subdivides far more smoothly than its
    triangles do. Returns quads (Q, 4), their groups (Q,), the triangles left over (T, 3), their groups.
    """
    quads, quad_groups, left, left_groups = [], [], [], []
    i = 0
    while i < len(faces):
        quad = _quad(faces[i], faces[i + 1]) if i + 1 < len(faces) and groups[i] == groups[i + 1] else None
        if quad is None:
            left.append(faces[i])
            left_groups.append(groups[i])
            i += 1
        else:
            quads.append(quad)
            quad_groups.append(groups[i])
            i += 2
    return (
        np.array(quads, np.int32).reshape(-1, 4),
        np.array(quad_groups, np.uint8),
        np.array(left, np.int32).reshape(-1, 3),
        np.array(left_groups, np.uint8),
    )


def _quad(first: Any, second: Any) -> tuple[int, int, int, int] | None:
    a = [int(v) for v in first]
    for corner in range(3):
        p, q, tip = a[corner], a[(corner + 1) % 3], a[(corner + 2) % 3]
        b = [int(v) for v in second]
        for other in range(3):
            # Neighbours of one winding run along their common edge in opposite directions.
            if b[other] == q and b[(other + 1) % 3] == p:
                return (p, b[(other + 2) % 3], q, tip)
    return None


def add_mask(scene: Any, worn: WornMask, vertices: Float, thickness: float, levels: int) -> tuple[Any, Any]:
    """Put the mask into ``scene``; ``vertices`` (M, 3) are ``worn``'s in the camera frame.

    Returns the sheet's and the loops' objects without materials; either may be None. The sheet is
    subdivided ``levels`` times and ``thickness`` metres thick; its slots 0 and 1 are the outer and the
    inner side. Face attribute "part" holds the part id.
    """
    points = to_blender(vertices)
    sheet = _part(scene, "Sheet", worn, points, worn.parts != LOOP)
    loops = _part(scene, "Loops", worn, points, worn.parts == LOOP)
    for thing in (sheet, loops):
        if thing is not None and levels:
            smooth = thing.modifiers.new("Smooth", "SUBSURF")
            smooth.levels = smooth.render_levels = levels
            smooth.uv_smooth = "NONE"
    if sheet is not None:
        thick = sheet.modifiers.new("Thickness", "SOLIDIFY")
        thick.thickness = thickness
        thick.offset = 0.0
        thick.material_offset = 1
        thick.material_offset_rim = 0
    return sheet, loops


def _part(scene: Any, name: str, worn: WornMask, points: Float, chosen: Any) -> Any:
    if not chosen.any():
        return None
    faces = worn.faces[chosen]
    used, compact = np.unique(faces, return_inverse=True)
    quads, quad_parts, rest, rest_parts = join_triangles(
        compact.reshape(faces.shape).astype(np.int32), worn.parts[chosen]
    )
    polygons = [*quads.tolist(), *rest.tolist()]
    data = bpy.data.meshes.new(name)
    data.from_pydata(points[used].tolist(), [], polygons)
    corners = np.zeros(len(data.loops), np.int32)
    data.loops.foreach_get("vertex_index", corners)
    layer = data.uv_layers.new(name="UVMap")
    layer.data.foreach_set("uv", worn.uv[used][corners].astype(np.float32).ravel())
    blender.shade_smooth(data)
    part = data.attributes.new("part", "FLOAT", "FACE")
    part.data.foreach_set("value", np.concatenate([quad_parts, rest_parts]).astype(np.float32))
    return mesh.add_object(scene, data)
