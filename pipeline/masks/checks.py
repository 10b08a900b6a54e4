"""Finishes a draped mask and judges whether it sits on the head as a mask does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.finish import REACH, crease_rows, lift, part_layers, refine, refined_parts, sheet_shape
from pipeline.masks.library import load_design
from pipeline.masks.loops import Cord, sweep, taut
from pipeline.masks.pattern import cut_sheet, grid_faces
from pipeline.masks.place import STRAND_STEPS
from pipeline.masks.proximity import Surface, closest, prepare
from pipeline.records import PARTS, Float, Rejected, RestMask, WornMask

SKIN_GAP = 0.0001  # m between the elastic and the skin it lies on
CLEARANCE = 0.0006  # m between the sheet's middle surface and the skin, so that its thickness stays outside
MOST_PENETRATION = 0.0003  # m
MOST_MOTION = 0.00008  # m a frame
MOST_STRAIN = 0.15  # 99th percentile
MOST_BRIDGE_GAP = 0.008  # m


def check_drape(rest: RestMask, draped: Float, head_vertices: Float, motion: float) -> WornMask:
    """Refines the draped sheet, adds the ear loops and measures the result.

    ``draped`` (M, 3) and ``head_vertices`` (V, 3) m, head frame; ``motion`` m a frame. Checks, in mm unless
    named otherwise: ``penetration_mm`` deepest point of the sheet inside the head (vertices and middles of
    triangles), ``clearance_mm`` nearest point of the sheet to the skin, ``loop_penetration_mm``,
    ``cheek_gap_mm`` mean gap along the upper edge between nose and side, ``bridge_gap_mm`` gap at the bridge,
    ``max_strain`` and ``p99_strain`` of the sheet's threads (ratio), ``motion_mm`` a frame.
    Raises Rejected("masks", reason) when a limit is broken.
    """
    rows, columns = sheet_shape(rest)
    skin = prepare(head_vertices, load_head().collider_faces)
    coarse = draped[: rows * columns].reshape(rows, columns, 3)
    design = load_design(rest.design)
    sheet = cut_sheet(design, rest.size)
    coarse = part_layers(coarse, skin, sheet, design.edges.side_mm / 1000)
    grid = refine(coarse, crease_rows(rest))
    grid = lift(grid, skin, CLEARANCE)
    uv = refine(rest.uv[: rows * columns].reshape(rows, columns, 2), crease_rows(rest)).reshape(-1, 2)
    faces = grid_faces(*grid.shape[:2])
    parts = refined_parts(rest)
    cords = _loops(rest, draped, coarse, skin, head_vertices)

    points = grid.reshape(-1, 3)
    distance = closest(skin, np.concatenate([points, points[faces].mean(1)]), REACH).distance
    loop_distance = closest(skin, np.concatenate([cord.vertices for cord in cords]), REACH).distance
    gap = closest(skin, grid[0]).distance
    across = np.abs(uv.reshape(*grid.shape[:2], 2)[0, :, 0])
    half = across.max()
    strain = _strain(rest, draped)
    checks = {
        "penetration_mm": max(0.0, -1000 * float(distance.min())),
        "clearance_mm": 1000 * float(distance.min()),
        "loop_penetration_mm": max(0.0, -1000 * float(loop_distance.min())),
        "cheek_gap_mm": 1000 * float(gap[(across > 0.3 * half) & (across < 0.9 * half)].mean()),
        "bridge_gap_mm": 1000 * float(gap[across < 0.008].mean()),
        "max_strain": float(np.abs(strain).max()),
        "p99_strain": float(np.quantile(np.abs(strain), 0.99)),
        "motion_mm": 1000 * motion,
    }
    _judge(checks, grid, head_vertices)
    vertices, triangles, ids, maps = [points], [faces], [parts], [uv]
    count = len(points)
    for cord in cords:
        vertices.append(cord.vertices)
        triangles.append(cord.faces + np.int32(count))
        ids.append(np.full(len(cord.faces), PARTS.index("loop"), np.uint8))
        maps.append(cord.uv)
        count += len(cord.vertices)
    return WornMask(
        design=rest.design,
        size=rest.size,
        wearing=rest.wearing,
        parameters=rest.parameters,
        vertices=np.concatenate(vertices),
        faces=np.concatenate(triangles),
        uv=np.concatenate(maps),
        parts=np.concatenate(ids),
        checks=checks,
    )


def _judge(checks: dict[str, float], grid: Float, head_vertices: Float) -> None:
    points = face_points(head_vertices)
    middle = grid[:, grid.shape[1] // 2]
    if checks["penetration_mm"] > 1000 * MOST_PENETRATION:
        raise Rejected("masks", f"the mask ends {checks['penetration_mm']:.1f} mm inside the head")
    if checks["motion_mm"] > 1000 * MOST_MOTION:
        raise Rejected("masks", f"the mask did not come to rest: {checks['motion_mm']:.3f} mm a frame")
    if checks["p99_strain"] > MOST_STRAIN:
        raise Rejected("masks", f"the mask is stretched by {100 * checks['p99_strain']:.0f} percent")
    if checks["bridge_gap_mm"] > 1000 * MOST_BRIDGE_GAP or middle[0, 1] < points.nose_tip[1]:
        raise Rejected("masks", "the mask slid off the bridge of the nose")
    if middle[:, 1].min() > points.menton[1]:
        raise Rejected("masks", "the mask does not reach the chin")


def _strain(rest: RestMask, draped: Float) -> Float:
    """Strain of the threads of the panel: edges along rows and columns, bound edges left out."""
    quads = rest.faces.reshape(-1, 2, 3)[rest.parts[::2] == PARTS.index("panel")]
    ends = np.concatenate([quads[:, 0, [0, 1]], quads[:, 0, [1, 2]]])
    long = np.linalg.norm(draped[ends[:, 0]] - draped[ends[:, 1]], axis=1)
    return np.asarray(
        long / np.linalg.norm(rest.rest_vertices[ends[:, 0]] - rest.rest_vertices[ends[:, 1]], axis=1) - 1
    )


def _loops(rest: RestMask, draped: Float, coarse: Float, skin: Surface, head_vertices: Float) -> list[Cord]:
    loops = load_design(rest.design).loops
    width, thickness = loops.width_mm / 1000, loops.thickness_mm / 1000
    strands = draped[coarse.shape[0] * coarse.shape[1] :].reshape(4, STRAND_STEPS, 2, 3).mean(2)
    creases = face_points(head_vertices).ear_creases
    first = max(1, round(loops.inset_mm / 3.6))
    cords = []
    for side, column in ((0, -1), (1, 0)):
        inner = -3 if column else 2
        top = coarse[[first, first + 1]].mean(0)
        bottom = coarse[[-first - 2, -first - 1]].mean(0)
        near = closest(skin, creases[side])
        behind = (
            creases[side] + (thickness / 2 + 0.0004 - np.minimum(near.distance, 0))[:, None] * near.normal
        )
        upper, lower = strands[2 * side], strands[2 * side + 1]
        path = np.concatenate(
            [top[[inner, column]], upper[:-1], behind, lower[-2::-1], bottom[[column, inner]]]
        )
        line = taut(path, 2, skin, thickness / 2 + 0.0004)
        facing = closest(skin, line).normal
        for _ in range(6):
            facing[1:-1] = (facing[:-2] + 2 * facing[1:-1] + facing[2:]) / 4
        cord = sweep(line, facing, width, thickness)
        near = closest(skin, cord.vertices, REACH)
        pressed_flat = cord.vertices + np.maximum(SKIN_GAP - near.distance, 0)[:, None] * near.normal
        cords.append(replace(cord, vertices=pressed_flat))
    return cords
