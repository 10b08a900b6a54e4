"""How much of the face a worn mask covers, in the measures that can also be taken in photos of real masks.

Lengths are in inter-eye distances, pupil to pupil, seen from straight ahead along the head frame's z axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.front_view import from_front, front_grid
from pipeline.records import CORDS, Float, Int, WornMask

BAND = 0.03  # inter-eye distances to either side of a line down the face, over which an edge is looked for
THREE_QUARTER = np.radians(30)  # from straight ahead: where both the corner of a mask and the ear show

Nose = Literal["high", "medium", "low", "none"]


@dataclass(frozen=True)
class Coverage:
    """NaN where there is no mask to measure. Left and right are the wearer's."""

    nose: Nose  # high, medium, low: the upper edge lies in that third of the nose; none: below its tip
    bridge: float  # upper edge below the pupils, on the middle line of the face
    cheek_left: float  # the same straight below the left pupil
    cheek_right: float
    end_left: float  # the upper edge's farthest point to the left, below the pupils
    end_right: float
    side_left: float  # how far the sheet can be seen to reach sideways from the middle line
    side_right: float
    ear_left: (
        float  # of the way from the eye's outer corner to the tragion, seen from 30 degrees to that side
    )
    ear_right: float
    lowest: float  # lowest point of the sheet below the pupils
    below_chin: float  # the same below menton
    lower_face: float  # share of the face from the pupils down to menton that the mask hides


def measure_coverage(worn: WornMask, head_vertices: Float) -> Coverage:
    """Measures a worn mask, with the one under it, on a head: vertices (V, 3) m, head frame, model order.

    The names of ``nose`` follow the high, medium and low nose coverage of NIST IR 8311 (Ngan, Grother and
    Hanaoka, 2020), whose masks are drawn on photos; the thirds between sellion and pronasale are ours.
    """
    head = load_head()
    points = face_points(head_vertices)
    pupils = points.pupils
    middle, level = float(pupils[:, 0].mean()), float(pupils[:, 1].mean())
    apart = float(np.linalg.norm(pupils[0] - pupils[1]))

    vertices, sheet_faces = _sheets(worn)
    used = vertices[np.unique(sheet_faces)]
    x, y = front_grid(np.concatenate([head_vertices, used]))
    skin = from_front(head_vertices, head.faces, x, y)
    mask = from_front(vertices, sheet_faces, x, y).z > skin.z

    across, below = (x - middle) / apart, (level - y) / apart
    bridge = _top(mask, across, below, 0.0)
    rows, columns = np.nonzero(mask)
    chin = (level - float(points.menton[1])) / apart
    lowest = float(below[rows].max()) if rows.size else np.nan
    return Coverage(
        nose=_nose(level - bridge * apart, head_vertices),
        bridge=bridge,
        cheek_left=_top(mask, across, below, float((pupils[0, 0] - middle) / apart)),
        cheek_right=_top(mask, across, below, float((pupils[1, 0] - middle) / apart)),
        end_left=_end(worn, level, 1) / apart,
        end_right=_end(worn, level, -1) / apart,
        side_left=float(across[columns].max()) if rows.size else np.nan,
        side_right=float(-across[columns].min()) if rows.size else np.nan,
        ear_left=_towards_ear(used, head_vertices, "left"),
        ear_right=_towards_ear(used, head_vertices, "right"),
        lowest=lowest,
        below_chin=lowest - chin,
        lower_face=_lower_face(mask, skin.z, head_vertices, x, y),
    )


def _sheets(worn: WornMask) -> tuple[Float, Int]:
    """Vertices (M, 3) and faces (F, 3) of the sheet of a mask and of the one under it."""
    faces = worn.faces[~np.isin(worn.parts, CORDS)]
    if worn.under is None:
        return worn.vertices, faces
    vertices, more = _sheets(worn.under)
    count = np.int32(len(worn.vertices))
    return np.concatenate([worn.vertices, vertices]), np.concatenate([faces, more + count])


def _top(mask: NDArray[np.bool_], across: Float, below: Float, at: float) -> float:
    """The upper edge below the pupils, median over the columns of a narrow band."""
    band = mask[:, np.abs(across - at) < BAND]
    covered = band.any(axis=0)
    if not covered.any():
        return float("nan")
    highest = len(below) - 1 - np.argmax(band[::-1, covered], axis=0)
    return float(np.median(below[highest]))


def _end(worn: WornMask, level: float, sign: int) -> float:
    edge = worn.vertices[worn.upper_edge]
    if worn.under is not None:
        edge = np.concatenate([edge, worn.under.vertices[worn.under.upper_edge]])
    if not len(edge):
        return float("nan")
    return float(level - edge[np.argmax(sign * edge[:, 0]), 1])


def _nose(edge: float, head_vertices: Float) -> Nose:
    ids = load_head().points
    tip, root = head_vertices[ids["pronasale"], 1], head_vertices[ids["sellion"], 1]
    up = (edge - tip) / (root - tip)
    if not up >= 0:
        return "none"
    return "high" if up > 2 / 3 else "medium" if up > 1 / 3 else "low"


def _towards_ear(sheet: Float, head_vertices: Float, side: Literal["left", "right"]) -> float:
    """How far back the sheet reaches above the tip of the nose; 1 at the tragion and behind it."""
    ids = load_head().points
    sign = 1 if side == "left" else -1
    high = sheet[(sheet[:, 1] > head_vertices[ids["pronasale"], 1]) & (sign * sheet[:, 0] > 0)]
    if not len(high):
        return float("nan")
    back = np.array([sign * np.cos(THREE_QUARTER), 0.0, -np.sin(THREE_QUARTER)])
    eye, ear = (float(head_vertices[ids[f"{name}_{side}"]] @ back) for name in ("exocanthion", "tragion"))
    return float(np.clip(((high @ back).max() - eye) / (ear - eye), 0, 1))


def _lower_face(mask: NDArray[np.bool_], skin: Float, head_vertices: Float, x: Float, y: Float) -> float:
    """Ears and neck are no face: what can be seen of the face alone, foremost, counts."""
    head = load_head()
    other = head.regions["ear_left"] | head.regions["ear_right"] | head.regions["neck"]
    face = from_front(head_vertices, head.faces[~other[head.faces].any(1)], x, y).z
    ids = head.points
    level = head_vertices[[ids["pupil_left"], ids["pupil_right"]], 1].mean()
    between = (y < level) & (y > head_vertices[ids["menton"], 1])
    region = np.isfinite(face) & (face >= skin) & between[:, None]
    return float((mask & region).sum() / region.sum())
