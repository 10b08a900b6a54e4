"""Judges whether a mask sits on a head as masks do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.collider import Collider
from pipeline.masks.finish import REACH, finish_mask
from pipeline.masks.proximity import Surface, closest, prepare
from pipeline.masks.self_contact import self_contact
from pipeline.masks.strain import thread_strain
from pipeline.masks.worn_place import misplaced
from pipeline.records import CORDS, PARTS, Float, Rejected, RestMask, WornMask

MOST_PENETRATION = 0.0003  # m
MOST_MOTION = 0.00002  # m a frame
MOST_STRETCH = 0.03  # 99th percentile; designs of knit or foam name their own
MOST_CRUMPLING = 0.05  # 99th percentile of the strain of either sign, beyond the stretch that is allowed
MOST_SELF_PENETRATION = 0.001  # m: about two layers of cloth
MOST_BRIDGE_GAP = 0.008  # m
MOST_EDGE_GAP = 0.002  # m, in the median over a wire that is bent to the face
OVER_WIRE = 0.012  # m: the upper edge is wired where the wire is nearer


def check_drape(rest: RestMask, draped: Float, collider: Collider, motion: float) -> WornMask:
    """Finishes the draped mask and measures it.

    ``draped`` (M, 3) m, head frame, on ``collider``; ``motion`` m a frame. Checks, in mm unless named
    otherwise: those of `measure`; of the sheet's threads ``p99_stretch`` (ratio), ``p99_strain`` and
    ``max_strain`` (of either sign); ``motion_mm`` a frame. Raises Rejected("masks", reason) when a limit is
    broken.
    """
    skin = prepare(collider.vertices, collider.faces)
    worn = finish_mask(rest, draped, skin)
    strain = thread_strain(rest, draped)
    checks = {
        **measure(worn, skin),
        "p99_stretch": max(0.0, float(np.quantile(strain, 0.99))),
        "p99_strain": float(np.quantile(np.abs(strain), 0.99)),
        "max_strain": float(np.abs(strain).max()),
        "motion_mm": 1000 * motion,
    }
    worn = replace(worn, checks=checks)
    judge(worn, collider.vertices)
    return worn


def measure(worn: WornMask, skin: Surface) -> dict[str, float]:
    """How a finished mask lies on ``skin``, head frame.

    In mm: ``penetration_mm`` deepest point of the sheet inside the head (vertices and middles of
    triangles), ``clearance_mm`` nearest point of the sheet to the skin, ``loop_penetration_mm`` of loops
    and straps, ``edge_gap_mm`` median gap along the wired part of the upper edge (its middle 100 mm where
    there is no wire), ``cheek_gap_mm`` mean gap along the upper edge between nose and side,
    ``bridge_gap_mm`` gap at the bridge, ``self_penetration_mm`` how far the sheet passes through itself;
    ``self_crossings`` counts the threads that do.
    """
    cords = np.isin(worn.parts, CORDS)
    sheet, ties = worn.faces[~cords], np.unique(worn.faces[cords])
    points = np.concatenate([worn.vertices[np.unique(sheet)], worn.vertices[sheet].mean(1)])
    distance = closest(skin, points, REACH).distance
    tied = closest(skin, worn.vertices[ties], REACH).distance if ties.size else np.zeros(1)
    edge = worn.vertices[worn.upper_edge]
    gap = closest(skin, edge).distance
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    half = along[-1] / 2
    off = np.abs(along - half)
    joined = np.zeros(len(worn.vertices), bool)
    joined[worn.faces[worn.parts != PARTS.index("panel")]] = True
    joined[worn.faces[joined[worn.faces].any(1)]] = True  # beside a weld layers lie on one another
    cloth = worn.faces[~cords & (worn.parts != PARTS.index("valve"))]
    contact = self_contact(worn.vertices, cloth, joined)
    return {
        "penetration_mm": max(0.0, -1000 * float(distance.min())),
        "clearance_mm": 1000 * float(distance.min()),
        "loop_penetration_mm": max(0.0, -1000 * float(tied.min())),
        "edge_gap_mm": 1000 * float(np.median(gap[_wired(worn, off)])),
        "cheek_gap_mm": 1000 * float(gap[(off > 0.3 * half) & (off < 0.9 * half)].mean()),
        "bridge_gap_mm": 1000 * float(gap[off < 0.008].mean()),
        "self_penetration_mm": 1000 * contact.depth,
        "self_crossings": float(contact.crossings),
    }


def _wired(worn: WornMask, off: Float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which vertices of the upper edge, ``off`` (E,) m from its middle, have the wire below them."""
    wire = worn.faces[worn.parts == PARTS.index("wire")]
    if not wire.size:
        return np.asarray(off < 0.05)
    near, _ = cKDTree(worn.vertices[np.unique(wire)]).query(worn.vertices[worn.upper_edge])
    return np.asarray(near < OVER_WIRE)


def judge(worn: WornMask, head_vertices: Float) -> None:
    """Raises Rejected("masks", reason) when a check of ``worn`` breaks its limit."""
    checks = worn.checks
    most = float(worn.parameters.get("most_stretch", MOST_STRETCH))
    if checks["penetration_mm"] > 1000 * MOST_PENETRATION:
        raise Rejected("masks", f"the mask ends {checks['penetration_mm']:.1f} mm inside the head")
    if checks["motion_mm"] > 1000 * MOST_MOTION:
        raise Rejected("masks", f"the mask did not come to rest: {checks['motion_mm']:.3f} mm a frame")
    if checks["p99_stretch"] > most:
        raise Rejected("masks", f"the mask is stretched by {100 * checks['p99_stretch']:.1f} percent")
    if checks["p99_strain"] > max(most, MOST_CRUMPLING):
        raise Rejected("masks", f"the mask is crumpled by {100 * checks['p99_strain']:.1f} percent")
    if checks["self_penetration_mm"] > 1000 * MOST_SELF_PENETRATION:
        depth = checks["self_penetration_mm"]
        raise Rejected("masks", f"the mask passes {depth:.1f} mm through itself")
    if elsewhere := misplaced(worn, head_vertices[: len(load_head().mean)]):
        raise Rejected("masks", f"worn {worn.wearing.replace('_', ' ')}, {elsewhere}")
    if worn.wearing in ("correct", "double"):
        _judge_seat(worn, head_vertices)


def _judge_seat(worn: WornMask, head_vertices: Float) -> None:
    points, checks = face_points(head_vertices), worn.checks
    upper = worn.vertices[worn.upper_edge[len(worn.upper_edge) // 2]]
    lower = worn.vertices[worn.lower_edge[len(worn.lower_edge) // 2]]
    if checks["bridge_gap_mm"] > 1000 * MOST_BRIDGE_GAP or upper[1] < points.nose_tip[1]:
        raise Rejected("masks", "the mask slid off the bridge of the nose")
    if lower[1] > points.menton[1] and worn.wearing == "correct":  # the mask below has reached it
        raise Rejected("masks", "the mask does not reach the chin")
    if (worn.parts == PARTS.index("wire")).any() and checks["edge_gap_mm"] > 1000 * MOST_EDGE_GAP:
        raise Rejected("masks", f"the wired edge stands off the face by {checks['edge_gap_mm']:.1f} mm")
