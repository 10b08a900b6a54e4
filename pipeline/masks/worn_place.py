"""Which parts of the face each way of wearing covers and which it leaves bare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.head.model import load_head
from pipeline.records import CORDS, Float, WornMask

NOSE, MOUTH, CHIN = "pronasale", "labiale_inferius", "pogonion"
SAID = {NOSE: "the tip of the nose", MOUTH: "the mouth", CHIN: "the chin"}
BEHIND = 0.001  # m that cloth may lie behind a point and still cover it


@dataclass(frozen=True)
class Place:
    """Names of points of the head model."""

    covered: tuple[str, ...]
    bare: tuple[str, ...] = ()


WHOLE = Place(covered=(NOSE, MOUTH, CHIN))
PLACES: dict[str, Place] = {
    "correct": WHOLE,
    "under_nose": Place(covered=(MOUTH, CHIN), bare=(NOSE,)),
    "under_chin": Place(covered=(), bare=(NOSE, MOUTH)),
    "wire_unbent": WHOLE,
    "askew": WHOLE,
    "one_ear": Place(covered=(), bare=(NOSE, MOUTH, CHIN)),
    "loops_crossed": WHOLE,
    "strap_hanging": WHOLE,
    "under_glasses": WHOLE,
    "double": WHOLE,
}


def misplaced(worn: WornMask, head_vertices: Float) -> str:
    """What a mask covers or leaves bare against the way it is said to be worn, in words; empty where nothing.

    ``head_vertices`` (V, 3) m, head frame, order of the head model. States that PLACES does not know are
    taken as they come.
    """
    place = PLACES.get(worn.wearing, Place(()))
    names = (*place.covered, *place.bare)
    ids = load_head().points
    if not names:
        return ""
    hidden = covers(worn, head_vertices[[ids[name] for name in names]])
    for name, hides in zip(names, hidden, strict=True):
        if hides != (name in place.covered):
            return f"the mask covers {SAID[name]}" if hides else f"the mask leaves {SAID[name]} bare"
    return ""


def covers(worn: WornMask, points: Float) -> NDArray[np.bool_]:
    """Whether the sheet lies before ``points`` (N, 3) m, head frame, seen against the z axis."""
    corner = worn.vertices[worn.faces[~np.isin(worn.parts, CORDS)]]
    one, two = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    corner, one, two, area = (values[np.abs(area) > 1e-14] for values in (corner, one, two, area))
    away = points[:, None] - corner[:, 0]
    u = (away[..., 0] * two[:, 1] - away[..., 1] * two[:, 0]) / area
    v = (away[..., 1] * one[:, 0] - away[..., 0] * one[:, 1]) / area
    ahead = u * one[:, 2] + v * two[:, 2] - away[..., 2]
    return np.asarray(((u >= 0) & (v >= 0) & (u + v <= 1) & (ahead > -BEHIND)).any(1))
