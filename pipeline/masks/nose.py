"""How much of the nose a mask covers, by name, as NIST IR 8311 (Ngan, Grother and Hanaoka, 2020) has it.

The levels are the thirds of the nose between sellion and tip in which the upper edge lies, as
`pipeline.masks.coverage` measures them on the draped mask.
"""

from __future__ import annotations

import numpy as np

from pipeline.head.model import load_head
from pipeline.masks.design.design import Design
from pipeline.masks.design.wearing import Wearing
from pipeline.records import Float

LEVELS: dict[str, float] = {"high": 0.82, "medium": 0.5, "low": 0.2}
"""Where the upper edge goes: 0 the tip of the nose, 1 the sellion."""

SPREAD = 0.06  # standard deviation, of the same length: a third is 0.33
LOWEST = 0.65  # in distances between the eyes: an upper edge this far below the eyes is at the nose's tip


def shows_nose(worn: Wearing) -> bool:
    """Whether the tip of the nose is bare when a mask is ``worn`` so."""
    return worn.measured_from != "eyes" or worn.loops == "one" or worn.upper_edge > LOWEST


def cover_nose(design: Design, wearing: str, level: str, head_vertices: Float) -> Design:
    """``design`` with the upper edge of ``wearing`` moved to ``level`` (a key of LEVELS) on this head.

    ``head_vertices`` (V, 3) m, head frame.
    """
    ids = load_head().points
    pupils = head_vertices[[ids["pupil_left"], ids["pupil_right"]]]
    apart = float(np.linalg.norm(pupils[0] - pupils[1]))
    root, tip = (float(head_vertices[ids[name], 1]) for name in ("sellion", "pronasale"))
    edge = tip + LEVELS[level] * (root - tip)
    worn = design.wearing[wearing].model_copy(
        update={
            "upper_edge": (float(pupils[:, 1].mean()) - edge) / apart,
            "upper_edge_spread": SPREAD * (root - tip) / apart,
        }
    )
    return design.model_copy(update={"wearing": {**design.wearing, wearing: worn}})
