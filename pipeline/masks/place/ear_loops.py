"""Elastic loops around the ears."""

from __future__ import annotations

import numpy as np

from pipeline.masks.design.design import Design
from pipeline.masks.design.fasteners import EarLoops
from pipeline.masks.place.hanging import CALM
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.strips import Band, Hold, Strip, straight
from pipeline.records import PARTS, Float

STEPS = 8  # quads from a corner to the ear
GRASP = 0.020  # m out from the ears, where the loops are held before they are hooked on
WELDED = {"inside": -0.0006, "outside": 0.0006, "cut out": 0.0}
"""m from the sheet's middle surface to the middle of the flattened end of a loop"""
SLACKEST = 1.15  # stretch below which a loop is knotted or its toggle drawn in
LONGEST = 1.7  # stretch at which a loop is as long as it will get: a longer one is taken instead
USUAL = 0.035  # m: the slack length that loop_tension is said for
SIDES = ((0, "left", 1), (1, "right", -1))


def slack_length(design: Design, seat: Seat) -> float:
    """Metres of slack loop between a corner and the ear, half of what does not lie behind the ear."""
    assert isinstance(design.fasteners, EarLoops)
    creases = seat.points.ear_creases
    behind = float(np.mean([np.linalg.norm(np.diff(root, axis=0), axis=1).sum() for root in creases]))
    return max(design.fasteners.length_mm / 1000 - behind, 0.04) / 2


def hook_ears(design: Design, seat: Seat, laid: Laid) -> Hold:
    """One loop a side, from the upper corner over the ear to the lower corner; hooked on from a little
    outside. Crossed ones run from the upper corner below the ear; a mask that hangs from one ear has one
    that dangles."""
    loops = design.fasteners
    assert isinstance(loops, EarLoops)
    slack, hanging, crossed = (
        slack_length(design, seat),
        seat.worn.loops == "one",
        seat.worn.loops == "crossed",
    )
    bands: list[Band] = []
    stretch: dict[str, float] = {}
    joined: tuple[tuple[int, int], ...] = ()
    for side, name, sign in SIDES:
        crease = seat.points.ear_creases[side]
        over = crease[::-1] if crossed else crease
        strips = []
        if hanging and sign != seat.hung:
            joined = ((2 * len(bands), 2 * len(bands) + 1),)
            strips = _dangling(seat, laid, name, loops.length_mm / 1000)
            over = np.zeros((0, 3))
        else:
            for height, end in (("upper", 0), ("lower", -1)):
                root = laid.corners[f"{height} {name}"][1]
                ear = over[end] + np.array([sign * 0.002, 0.0, 0.0])
                width = laid.rest[root[0], 1] - laid.rest[root[1], 1]
                hook = ear + np.array([[0, width / 2, 0], [0, -width / 2, 0]])
                corner = laid.start[root].mean(0)
                if laid.seats is not None and not hanging:  # a mask held out starts far from the ears
                    corner = laid.seats[f"{height} {name}"]
                reach = float(np.linalg.norm(corner - ear))
                slackest = LONGEST if loops.fixed == "cut out" else SLACKEST
                length = reach if hanging else float(np.clip(slack, reach / LONGEST, reach / slackest))
                stretch[f"stretch_{height}_{name}"] = reach / length
                grasp = 0.0 if hanging else GRASP
                held = hook + np.array([sign * grasp, 0.0, 0.0])
                tension = seat.parameters["loop_tension"]
                if laid.seats is not None:
                    # an elastic pulls by its strain, the solver by how much longer it is
                    tension *= float(np.clip(USUAL / length, 0.5, 2.5))
                strips.append(straight(laid, root, hook, length, tension, STEPS, held))
        bands.append(
            Band(
                part=PARTS.index("loop"),
                roots=(laid.corners[f"upper {name}"], laid.corners[f"lower {name}"]),
                strips=(strips[0], strips[1]),
                over=over,
                width=loops.width_mm / 1000,
                thickness=loops.thickness_mm / 1000,
                offset=WELDED[loops.fixed],
            )
        )
    return Hold(tuple(bands), stretch, joined)


def _dangling(seat: Seat, laid: Laid, name: str, length: float) -> list[Strip]:
    """The two halves of a loop ``length`` m long that nothing holds: half an ellipse below its corners."""
    roots = [laid.corners[f"{height} {name}"][1] for height in ("upper", "lower")]
    ends = np.stack([laid.start[root].mean(0) for root in roots])
    away = ends.mean(0) - laid.start.mean(0)
    away += np.linalg.norm(away) * seat.gravity
    away /= np.linalg.norm(away)
    turn = np.linspace(0, np.pi, 200)

    def bow(depth: float) -> Float:
        return np.asarray(
            ends.mean(0)
            + np.cos(turn)[:, None] * (ends[0] - ends[1]) / 2
            + depth * np.sin(turn)[:, None] * away
        )

    depths = np.linspace(0.005, length / 2, 60)
    long = np.array([np.linalg.norm(np.diff(bow(d), axis=0), axis=1).sum() for d in depths])
    curve = bow(float(np.interp(length, long, depths)))
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    steps = np.arange(1, STEPS + 1) / STEPS
    strips = []
    for root, line, at in ((roots[0], curve, along), (roots[1], curve[::-1], along[-1] - along[::-1])):
        middle = np.stack([np.interp(steps * along[-1] / 2, at, line[:, k]) for k in range(3)], -1)
        width = (laid.start[root[0]] - laid.start[root[1]]) / 2
        start = middle[:, None] + np.stack([width, -width])[None]
        sign = 1.0 if laid.rest[root, 0].mean() > 0 else -1.0
        out = (steps * along[-1] / 2)[:, None, None] * np.array([sign, 0.0, 0.0])
        strips.append(
            Strip(
                root,
                laid.rest[root] + out,
                start,
                start,
                np.full(STEPS, CALM),
                seat.parameters["loop_tension"],
            )
        )
    return strips
