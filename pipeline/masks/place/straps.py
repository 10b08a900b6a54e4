"""Straps and ties around the head: one pair passes above the ears, the other below them."""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull

from pipeline.head.model import load_head
from pipeline.masks.anatomy import faces_without_ears
from pipeline.masks.design.design import Design
from pipeline.masks.design.fasteners import HeadStraps, Ties
from pipeline.masks.place.hanging import CALM
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.strips import Band, Hold, Strip, straight
from pipeline.records import PARTS, Float

STEPS = 8  # quads from the mask to the ear
GRASP = 0.020  # m out from the head, where the straps are held before they are let go
ABOVE_EAR = 0.006  # m between where the ear grows from the head and the middle of the strap above it
TIED = 1.2  # stretch of the strips that stand for ties, which are pulled tight by hand
FORWARD = 0.25  # of its fall that a strap hangs forward, held off by the chest
SIDES = ("left", "right")
LAID_AROUND = 48  # points around the back of the head


def strap_head(design: Design, seat: Seat, laid: Laid) -> Hold:
    """Two straps, from one side of the mask around the head to the other. One that is undone hangs."""
    straps = design.fasteners
    assert isinstance(straps, HeadStraps | Ties)
    stretch = straps.stretch if isinstance(straps, HeadStraps) else TIED
    bands: list[Band] = []
    parameters: dict[str, float] = {}
    joined: tuple[tuple[int, int], ...] = ()
    for height in ("upper", "lower"):
        hooks = _hooks(seat, height, straps.below_ears_mm / 1000)
        over = around_head(seat.head, hooks, _back(seat, height, straps.crown, hooks))
        if height == "lower" and seat.worn.loops == "upper":
            strips = _undone(seat, laid, height, over, stretch)
            joined, over = ((2 * len(bands), 2 * len(bands) + 1),), np.zeros((0, 3))
        else:
            strips = _pulled(seat, laid, height, hooks, stretch)
            parameters |= {f"stretch_{height}_{name}": stretch for name in SIDES}
        bands.append(
            Band(
                part=PARTS.index("strap"),
                roots=(laid.corners[f"{height} left"], laid.corners[f"{height} right"]),
                strips=strips,
                over=over,
                width=straps.width_mm / 1000,
                thickness=straps.thickness_mm / 1000,
                offset=laid.outside + straps.thickness_mm / 2000,
            )
        )
    return Hold(tuple(bands), parameters, joined)


def _pulled(seat: Seat, laid: Laid, height: str, hooks: Float, stretch: float) -> tuple[Strip, Strip]:
    """The ends of a strap, from the mask to where it passes the ears."""
    strips = []
    for name, hook, sign in zip(SIDES, hooks, (1, -1), strict=True):
        root = laid.corners[f"{height} {name}"][1]
        width = float(np.linalg.norm(laid.rest[root[0]] - laid.rest[root[1]]))
        to = hook + np.array([[0, width / 2, 0], [0, -width / 2, 0]])
        reach = float(np.linalg.norm(laid.targets[root].mean(0) - hook))
        hold = to + np.array([sign * GRASP, 0.0, 0.0])
        length = reach / stretch
        strips.append(straight(laid, root, to, length, seat.parameters["loop_tension"], STEPS, hold))
    return strips[0], strips[1]


def _undone(seat: Seat, laid: Laid, height: str, over: Float, stretch: float) -> tuple[Strip, Strip]:
    """The halves of a strap that has slipped off the head, ``over`` (P, 3) m of which lay on it: half an
    ellipse that hangs from one side of the mask to the other, before the neck."""
    names = [f"{height} {name}" for name in SIDES]
    roots = [laid.corners[name][1] for name in names]
    ends = np.stack([laid.targets[root].mean(0) for root in roots])
    if laid.seats is not None:  # the targets of what nothing holds are where the mask starts
        ends = np.stack([laid.seats[name] for name in names])
    way = np.concatenate([ends[:1], over, ends[1:]])
    length = float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum()) / stretch
    down = seat.gravity + np.array([0.0, 0.0, FORWARD])
    down /= np.linalg.norm(down)
    turn = np.linspace(0, np.pi, 241)[:, None]
    depths = np.linspace(0.01, length / 2, 60)
    bows = ends.mean(0) + np.cos(turn) * (ends[0] - ends[1]) / 2 + depths[:, None, None] * np.sin(turn) * down
    long = np.linalg.norm(np.diff(bows, axis=1), axis=2).sum(1)
    bow = bows[int(np.abs(long - length).argmin())]
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(bow, axis=0), axis=1))])
    steps = np.arange(1, STEPS + 1) / STEPS * along[-1] / 2
    strips = []
    for root, line, at in ((roots[0], bow, along), (roots[1], bow[::-1], along[-1] - along[::-1])):
        places = np.stack([np.interp(steps, at, line[:, k]) for k in range(3)], -1)
        across = (laid.start[root[0]] - laid.start[root[1]]) / 2
        goal = places[:, None] + np.stack([across, -across])
        start = goal + laid.start[root].mean(0) - line[0]
        sign = 1.0 if laid.rest[root, 0].mean() > 0 else -1.0
        flat = laid.rest[root] + steps[:, None, None] * np.array([sign, 0.0, 0.0])
        tension = seat.parameters["loop_tension"]
        strips.append(Strip(root, flat, start, goal, np.full(STEPS, CALM), tension))
    return strips[0], strips[1]


def _hooks(seat: Seat, height: str, below: float) -> Float:
    """(2, 3) m, left and right: where the straps pass the ears."""
    out = []
    for crease, sign in zip(seat.points.ear_creases, (1, -1), strict=True):
        if height == "upper":
            out.append(crease[crease[:, 1].argmax()] + np.array([sign * 0.002, ABOVE_EAR, 0.0]))
        else:
            out.append(crease[crease[:, 1].argmin()] + np.array([0.0, -below, 0.0]))
    return np.array(out)


def _back(seat: Seat, height: str, crown: float, hooks: Float) -> Float:
    """(3,) m: where a strap crosses the back of the head, or of the neck."""
    head = seat.head
    ids = load_head().points
    behind, top = head[ids["opisthocranion"]], head[ids["vertex"]]
    level = behind[1] + crown * (top[1] - behind[1]) if height == "upper" else hooks[:, 1].mean()
    near = np.abs(head[:, 0]) < 0.02
    at = head[near & (np.abs(head[:, 1] - level) < 0.012)]
    return np.array([0.0, level, at[:, 2].min()])


def around_head(head: Float, hooks: Float, back: Float) -> Float:
    """(LAID_AROUND, 3) m: the way of a taut band from the left one of the ``hooks`` (2, 3) m by ``back``
    (3,) m to the right one: the outline of the head in their plane, with its hollows spanned.

    ``head`` (V, 3) m, head frame, order of the head model.
    """
    middle = hooks.mean(0)
    side = hooks[0] - hooks[1]
    side /= np.linalg.norm(side)
    away = back - middle
    away -= away @ side * side
    away /= np.linalg.norm(away)
    normal = np.cross(side, away)
    faces = faces_without_ears()
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    a, b = head[ends[:, 0]], head[ends[:, 1]]
    p, q = (a - middle) @ normal, (b - middle) @ normal
    cut = p * q < 0
    share = (p / np.where(cut, p - q, 1.0))[cut, None]
    points = a[cut] + share * (b[cut] - a[cut])
    flat = np.stack([(points - middle) @ side, (points - middle) @ away], -1)
    half = float((hooks[0] - middle) @ side)
    flat = np.concatenate(
        [[[half, 0.0], [-half, 0.0]], flat[(flat[:, 1] > 0) & (np.abs(flat[:, 0]) < 1.6 * half)]]
    )
    hull = flat[ConvexHull(flat).vertices]
    hull = hull[np.argsort(np.arctan2(hull[:, 1] + 1e-6, hull[:, 0]))]  # from the left hook to the right
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(hull, axis=0), axis=1))])
    at = np.linspace(0, along[-1], LAID_AROUND)
    line = np.stack([np.interp(at, along, hull[:, k]) for k in range(2)], -1)
    return np.asarray(middle + line[:, :1] * side + line[:, 1:] * away)


def unfastened(design: Design, seat: Seat, laid: Laid) -> Hold:
    """Nothing: the sheet itself is held."""
    return Hold((), {})
