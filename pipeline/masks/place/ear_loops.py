"""Elastic loops around the ears."""

from __future__ import annotations

import numpy as np

from pipeline.masks.design.design import Design
from pipeline.masks.design.fasteners import EarLoops
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.strips import Band, Hold, straight
from pipeline.records import PARTS

STEPS = 8  # quads from a corner to the ear
GRASP = 0.020  # m out from the ears, where the loops are held before they are hooked on

WELDED = 0.0006  # m from the sheet's middle surface to the middle of the flattened end of a loop


def hook_ears(design: Design, seat: Seat, laid: Laid) -> Hold:
    """One loop a side, from the upper corner over the ear to the lower corner; hooked on from a little
    outside."""
    loops = design.fasteners
    assert isinstance(loops, EarLoops)
    creases = seat.points.ear_creases
    behind = float(np.mean([np.linalg.norm(np.diff(root, axis=0), axis=1).sum() for root in creases]))
    slack = max(loops.length_mm / 1000 - behind, 0.04) / 2
    bands, stretch = [], {}
    for side, name, sign in ((0, "left", 1), (1, "right", -1)):
        strips = []
        for height, end in (("upper", 0), ("lower", -1)):
            root = laid.corners[f"{height} {name}"][1]
            ear = creases[side][end] + np.array([sign * 0.002, 0.0, 0.0])
            width = laid.rest[root[0], 1] - laid.rest[root[1], 1]
            hook = ear + np.array([[0, width / 2, 0], [0, -width / 2, 0]])
            reach = float(np.linalg.norm(laid.start[root].mean(0) - ear))
            length = float(np.clip(slack, reach / 1.7, np.inf))
            stretch[f"stretch_{height}_{name}"] = reach / length
            hold = hook + np.array([sign * GRASP, 0.0, 0.0])
            strips.append(straight(laid, root, hook, length, seat.parameters["loop_tension"], STEPS, hold))
        bands.append(
            Band(
                part=PARTS.index("loop"),
                roots=(laid.corners[f"upper {name}"], laid.corners[f"lower {name}"]),
                strips=(strips[0], strips[1]),
                over=creases[side],
                width=loops.width_mm / 1000,
                thickness=loops.thickness_mm / 1000,
                offset=WELDED if loops.fixed == "outside" else -WELDED,
            )
        )
    return Hold(tuple(bands), stretch)
