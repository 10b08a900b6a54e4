"""The figures by which a drape is judged, in words and with their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.masks.checks import (
    MOST_BRIDGE_GAP,
    MOST_CRUMPLING,
    MOST_EDGE_GAP,
    MOST_MOTION,
    MOST_PENETRATION,
    MOST_SELF_PENETRATION,
    MOST_STRETCH,
)
from pipeline.records import PARTS, WornMask

NEAR = 0.7  # of a limit, from where it is nearly broken


@dataclass(frozen=True)
class Figure:
    name: str  # key of `WornMask.checks`
    words: str
    unit: str
    factor: float = 1.0  # from the check to the unit
    digits: int = 1


FIGURES = (
    Figure("penetration_mm", "Deepest point of the cloth inside the head", "mm", digits=2),
    Figure("self_penetration_mm", "How far the cloth passes through itself", "mm", digits=2),
    Figure("motion_mm", "How far the cloth still moves in a frame", "mm", digits=4),
    Figure("p99_stretch", "Stretch of the cloth", "%", 100.0),
    Figure("p99_strain", "Stretch or crumpling of the cloth", "%", 100.0),
    Figure("bridge_gap_mm", "Gap at the bridge of the nose", "mm"),
    Figure("edge_gap_mm", "Gap along the wired edge", "mm"),
    Figure("cheek_gap_mm", "Gap between cheeks and upper edge", "mm"),
    Figure("loop_penetration_mm", "Deepest point of loops or straps inside the head", "mm", digits=2),
)


def figures(worn: WornMask) -> list[Mapping[str, Any]]:
    """Name, words, value, unit, limit (None: there is none) and state good, near or bad of each."""
    limits = limits_of(worn)
    found: list[Mapping[str, Any]] = []
    for figure in FIGURES:
        if figure.name not in worn.checks:
            continue
        value, limit = worn.checks[figure.name], limits.get(figure.name)
        state = "good"
        if limit is not None and value > NEAR * limit:
            state = "bad" if value > limit else "near"
        found.append(
            {
                "name": figure.name,
                "words": figure.words,
                "value": round(value * figure.factor, figure.digits),
                "unit": figure.unit,
                "limit": None if limit is None else round(limit * figure.factor, 4),
                "state": state,
            }
        )
    return found


def limits_of(worn: WornMask) -> Mapping[str, float]:
    """The limits that `pipeline.masks.checks.judge` holds this mask to, in the units of its checks."""
    stretch = float(worn.parameters.get("most_stretch", MOST_STRETCH))
    limits = {
        "penetration_mm": 1000 * MOST_PENETRATION,
        "self_penetration_mm": 1000 * MOST_SELF_PENETRATION,
        "motion_mm": 1000 * MOST_MOTION,
        "p99_stretch": stretch,
        "p99_strain": max(stretch, MOST_CRUMPLING),
    }
    if worn.wearing in ("correct", "double"):
        limits["bridge_gap_mm"] = 1000 * MOST_BRIDGE_GAP
        if (worn.parts == PARTS.index("wire")).any():
            limits["edge_gap_mm"] = 1000 * MOST_EDGE_GAP
    return limits
