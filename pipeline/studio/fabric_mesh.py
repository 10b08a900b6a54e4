"""A worn mask as meshes to render: a smooth sheet with thickness, and cords."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from pipeline.records import CORDS, PARTS, Float, Int, WornMask
from pipeline.studio import blender, mesh
from pipeline.studio.backing import backed
from pipeline.studio.borders import FAR, find_borders
from pipeline.studio.camera import to_blender
from pipeline.studio.squeeze import squeezed

SHEET_SLOTS = ("outer", "inner", "valve", "window")
"""Material slots of the sheet's object: the two sides of the cloth, and what is no cloth."""
CORD_SLOTS = ("loop", "strap")
_FILM = PARTS.index("window")
_UV_LAYERS = ("UVMap", "Hem", "Seam", "Ridge", "Squeeze", "Squeeze3")
"""UV maps: the flat pattern; how far from the border and how far along it; the same for seams; whether over
the middle of the nose wire, and how upright the nearest border is; strain that is taken up by wrinkles along
0 and 60, and along 120 degrees, with what lies behind. See `pipeline.studio.borders`,
`pipeline.studio.squeeze` and `pipeline.studio.backing`."""


def join_triangles(faces: Int, groups: Any) -> tuple[Int, Any, Int, Any]:
    """Triangles 2k and 2k + 1 of one group that share an edge, as quads.

    A draped grid is stored as two triangles a cell; a cell subdivides far more smoothly than its
    triangles do. Returns quads (Q, 4), their groups (Q,), the triangles left over (T, 3), their groups;
    quads and triangles as places in ``faces.ravel()``.
    """
    count = len(faces) // 2 * 2
    place = np.arange(faces.size, dtype=np.int32).reshape(faces.shape)
    first, second = faces[0:count:2], faces[1:count:2]
    quads = np.full((count // 2, 4), -1, np.int32)
    for corner in range(3):
        p, q = (first[:, (corner + k) % 3] for k in range(2))
        own = [place[0:count:2, (corner + k) % 3] for k in range(3)]
        for other in range(3):
            # Neighbours of one winding run along their common edge in opposite directions.
            shared = (second[:, other] == q) & (second[:, (other + 1) % 3] == p)
            across = place[1:count:2, (other + 2) % 3]
            quads[shared] = np.stack([own[0], across, own[1], own[2]], axis=1)[shared]
    joined = (quads[:, 0] >= 0) & (groups[0:count:2] == groups[1:count:2])
    left = np.ones(len(faces), bool)
    left[:count] = np.repeat(~joined, 2)
    return quads[joined], groups[0:count:2][joined], place[left], groups[left]


@dataclass(frozen=True)
class Shell:
    """Polygons over points, ready for a mesh."""

    points: Float  # (N, 3)
    maps: list[Any]  # a (k, 2 or 12) array for each polygon: pairs of _UV_LAYERS
    polygons: list[list[int]]
    parts: Any  # (P,) part ids
    slots: Any  # (P,) material slots


def thicken(points: Float, faces: list[list[int]], maps: list[Any], parts: Any, thickness: float) -> Shell:
    """Two copies of a sheet ``thickness`` apart and a strip around its border.

    The three share no points, so that each keeps its own normals: the border stays crisp. Slot 0 is the
    side that the winding faces, with the border; slot 1 the other one. Valves have a slot of their own, and
    windows as well, which are films of a single layer.
    """
    corners = np.array([[f[0], f[k], f[k + 1]] for f in faces for k in range(1, len(f) - 1)])
    normals = np.zeros_like(points)
    a, b, c = (points[corners[:, k]] for k in range(3))
    for k in range(3):
        np.add.at(normals, corners[:, k], np.cross(b - a, c - a))
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    outer, inner = points + normals * thickness / 2, points - normals * thickness / 2

    sides = [(f[k], f[(k + 1) % len(f)], n, k) for n, f in enumerate(faces) for k in range(len(f))]
    edges = {(p, q) for p, q, _, _ in sides}
    border = [side for side in sides if (side[1], side[0]) not in edges and parts[side[2]] != _FILM]
    rim = np.unique([v for p, q, _, _ in border for v in (p, q)]).astype(int)
    count = len(points)
    top = {int(v): 2 * count + k for k, v in enumerate(rim)}
    low = {int(v): 2 * count + len(rim) + k for k, v in enumerate(rim)}
    thick = np.flatnonzero(parts != _FILM)
    hard = np.select([parts == PARTS.index(name) for name in SHEET_SLOTS[2:]], [2, 3], 0)
    owner = np.array([n for _, _, n, _ in border], int)
    return Shell(
        np.concatenate([outer, inner, outer[rim], inner[rim]]),
        [
            *maps,
            *(maps[n][::-1] for n in thick),
            *(maps[n][[(k + 1) % len(maps[n]), k, k, (k + 1) % len(maps[n])]] for _, _, n, k in border),
        ],
        [
            *faces,
            *([v + count for v in reversed(faces[n])] for n in thick),
            *([top[q], top[p], low[p], low[q]] for p, q, _, _ in border),
        ],
        np.concatenate([parts, parts[thick], parts[owner]]),
        np.concatenate([hard, np.maximum(hard[thick], 1), hard[owner]]),
    )


def add_mask(scene: Any, worn: WornMask, vertices: Float, thickness: float, levels: int) -> tuple[Any, Any]:
    """Put the mask into ``scene``; ``vertices`` (M, 3) are ``worn``'s in the camera frame.

    Returns the sheet's and the cords' objects without materials; either may be None. The sheet is
    ``thickness`` metres thick; the slots are SHEET_SLOTS and CORD_SLOTS. Both are subdivided ``levels``
    times. Face attribute "part" holds the part id, the sheet's mesh knows whether it has "seams".
    """
    points = to_blender(vertices)
    things: list[Any] = []
    cords = np.isin(worn.parts, CORDS)
    for name, chosen in (("Sheet", ~cords), ("Cords", cords)):
        if not chosen.any():
            things.append(None)
            continue
        faces = worn.faces[chosen]
        used, compact = np.unique(faces, return_inverse=True)
        vertex, flat = compact.ravel(), worn.uv[chosen].reshape(-1, 2)
        if name == "Sheet":
            lines = find_borders(compact.reshape(faces.shape), worn.uv[chosen], worn.parts[chosen])
            ridge = np.stack([lines.ridge, lines.upright], -1)
            sheet, places = compact.reshape(faces.shape), worn.vertices[used]
            strain = squeezed(sheet, worn.uv[chosen], places)[vertex]
            behind = backed(places, sheet)[vertex]
            flat = np.concatenate(
                [
                    flat,
                    *(m.reshape(-1, 2) for m in (lines.hem, lines.seam, ridge)),
                    strain,
                    behind[:, None],
                ],
                axis=1,
            )
        quads, quad_parts, rest, rest_parts = join_triangles(compact.reshape(faces.shape), worn.parts[chosen])
        parts = np.concatenate([quad_parts, rest_parts])
        polygons = [*vertex[quads].tolist(), *vertex[rest].tolist()]
        maps = [*flat[quads], *flat[rest]]
        if name == "Sheet":
            shell = thicken(points[used], polygons, maps, parts, thickness)
        else:
            shell = Shell(points[used], maps, polygons, parts, np.where(parts == CORDS[0], 0, 1))
        things.append(mesh.add_object(scene, _mesh(name, shell)))
        if name == "Sheet":
            things[-1].data["seams"] = bool(lines.seam[..., 0].min() < FAR)
        if levels:
            smooth = things[-1].modifiers.new("Smooth", "SUBSURF")
            smooth.levels = smooth.render_levels = levels
            smooth.uv_smooth = "NONE"
    return things[0], things[1]


def _mesh(name: str, shell: Shell) -> Any:
    data = bpy.data.meshes.new(name)
    data.from_pydata(shell.points.tolist(), [], shell.polygons)
    corners = np.concatenate(shell.maps).astype(np.float32)
    for pair, layer in zip(range(0, corners.shape[1], 2), _UV_LAYERS, strict=False):
        data.uv_layers.new(name=layer).data.foreach_set("uv", corners[:, pair : pair + 2].ravel())
    data.polygons.foreach_set("material_index", shell.slots.astype(np.int32))
    part = data.attributes.new("part", "FLOAT", "FACE")
    part.data.foreach_set("value", shell.parts.astype(np.float32))
    blender.shade_smooth(data)
    return data
