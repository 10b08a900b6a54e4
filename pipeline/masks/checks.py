"""Judges whether a mask sits on a head as masks do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.finish import REACH, finish_mask
from pipeline.masks.proximity import closest, prepare
from pipeline.records import CORDS, PARTS, Float, Rejected, RestMask, WornMask

MOST_PENETRATION = 0.0003  # m
MOST_MOTION = 0.00008  # m a frame
MOST_STRAIN = 0.15  # 99th percentile
MOST_BRIDGE_GAP = 0.008  # m


def check_drape(rest: RestMask, draped: Float, head_vertices: Float, motion: float) -> WornMask:
    """Finishes the draped mask and measures it.

    ``draped`` (M, 3) and ``head_vertices`` (V, 3) m, head frame; ``motion`` m a frame. Checks, in mm unless
    named otherwise: those of `measure`, ``max_strain`` and ``p99_strain`` of the sheet's threads (ratio),
    ``motion_mm`` a frame. Raises Rejected("masks", reason) when a limit is broken.
    """
    worn = finish_mask(rest, draped, head_vertices)
    strain = _strain(rest, draped)
    checks = {
        **measure(worn, head_vertices),
        "max_strain": float(np.abs(strain).max()),
        "p99_strain": float(np.quantile(np.abs(strain), 0.99)),
        "motion_mm": 1000 * motion,
    }
    worn = replace(worn, checks=checks)
    judge(worn, head_vertices)
    return worn


def measure(worn: WornMask, head_vertices: Float) -> dict[str, float]:
    """How a finished mask lies on head vertices (V, 3) m, head frame.

    In mm: ``penetration_mm`` deepest point of the sheet inside the head (vertices and middles of
    triangles), ``clearance_mm`` nearest point of the sheet to the skin, ``loop_penetration_mm`` of loops
    and straps, ``cheek_gap_mm`` mean gap along the upper edge between nose and side, ``bridge_gap_mm`` gap
    at the bridge.
    """
    skin = prepare(head_vertices, load_head().collider_faces)
    cords = np.isin(worn.parts, CORDS)
    sheet, ties = worn.faces[~cords], np.unique(worn.faces[cords])
    points = np.concatenate([worn.vertices[np.unique(sheet)], worn.vertices[sheet].mean(1)])
    distance = closest(skin, points, REACH).distance
    tied = closest(skin, worn.vertices[ties], REACH).distance if ties.size else np.zeros(1)
    edge = worn.vertices[worn.upper_edge]
    gap = closest(skin, edge).distance
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    off = np.abs(along - along[-1] / 2) / (along[-1] / 2)
    return {
        "penetration_mm": max(0.0, -1000 * float(distance.min())),
        "clearance_mm": 1000 * float(distance.min()),
        "loop_penetration_mm": max(0.0, -1000 * float(tied.min())),
        "cheek_gap_mm": 1000 * float(gap[(off > 0.3) & (off < 0.9)].mean()),
        "bridge_gap_mm": 1000 * float(gap[off * along[-1] / 2 < 0.008].mean()),
    }


def judge(worn: WornMask, head_vertices: Float) -> None:
    """Raises Rejected("masks", reason) when a check of ``worn`` breaks its limit."""
    points, checks = face_points(head_vertices), worn.checks
    upper = worn.vertices[worn.upper_edge[len(worn.upper_edge) // 2]]
    lower = worn.vertices[worn.lower_edge[len(worn.lower_edge) // 2]]
    if checks["penetration_mm"] > 1000 * MOST_PENETRATION:
        raise Rejected("masks", f"the mask ends {checks['penetration_mm']:.1f} mm inside the head")
    if checks["motion_mm"] > 1000 * MOST_MOTION:
        raise Rejected("masks", f"the mask did not come to rest: {checks['motion_mm']:.3f} mm a frame")
    if checks["p99_strain"] > MOST_STRAIN:
        raise Rejected("masks", f"the mask is stretched by {100 * checks['p99_strain']:.0f} percent")
    if worn.wearing != "correct":
        return
    if checks["bridge_gap_mm"] > 1000 * MOST_BRIDGE_GAP or upper[1] < points.nose_tip[1]:
        raise Rejected("masks", "the mask slid off the bridge of the nose")
    if lower[1] > points.menton[1]:
        raise Rejected("masks", "the mask does not reach the chin")


def _strain(rest: RestMask, draped: Float) -> Float:
    """Strain of the threads of the panel: edges along rows and columns, bound edges left out."""
    quads = rest.faces.reshape(-1, 2, 3)[rest.parts[::2] == PARTS.index("panel")]
    ends = np.concatenate([quads[:, 0, [0, 1]], quads[:, 0, [1, 2]]])
    long = np.linalg.norm(draped[ends[:, 0]] - draped[ends[:, 1]], axis=1)
    return np.asarray(
        long / np.linalg.norm(rest.rest_vertices[ends[:, 0]] - rest.rest_vertices[ends[:, 1]], axis=1) - 1
    )
