"""What of a face is covered, in plain words and in those of NIST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WIDE = 1.0  # inter-eye distances from the middle line, mean of both sides
"""Cups as sold reach 0.72 to 0.94, everything flat or folded 1.04 and more (docs/data.md)."""

CHIN = 0.1  # inter-eye distances above menton at which cloth still holds the chin


def in_words(coverage: Mapping[str, Any], mouth: float) -> dict[str, Any]:
    """``covers`` nose (its tip), mouth and chin, and ``nist``: nose coverage and shape.

    The terms are those of M. Ngan, P. Grother, K. Hanaoka, NIST IR 8311, 2020: high, medium or low coverage
    of the nose, a wide or a round shape; None where the nose is out, or the mask is not before the face. The
    numbers at which one ends and the other begins are ours. ``coverage`` is what `pipeline.masks.coverage`
    measures, ``mouth`` how many inter-eye distances below the pupils the corners of the mouth lie.
    """
    top, lowest = _number(coverage, "bridge"), _number(coverage, "lowest")
    chin = _number(coverage, "below_chin")
    nose = coverage["nose"] if coverage["nose"] != "none" else None
    mouth_covered = top is not None and lowest is not None and top < mouth < lowest
    sides = [_number(coverage, "side_left"), _number(coverage, "side_right")]
    shape = None
    if mouth_covered and None not in sides:
        shape = "wide" if sum(side or 0.0 for side in sides) / 2 >= WIDE else "round"
    return {
        "covers": {
            "nose": nose is not None,
            "mouth": mouth_covered,
            "chin": mouth_covered and chin is not None and chin > -CHIN,
        },
        "nist": {"coverage": nose, "shape": shape},
    }


def _number(coverage: Mapping[str, Any], name: str) -> float | None:
    value = coverage.get(name)
    return None if value is None or value != value else float(value)
