"""The parts of a pair of glasses in life size, bent to sit on one head.

Head frame, metres. Sizes as opticians name them: lens width and height (boxing system), distance between
lenses; typical values 50, 40 and 18 mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mathutils.bvhtree import BVHTree

from pipeline.head.model import load_head
from pipeline.records import Float, Int

VERTEX_DISTANCE = 0.0115  # m from cornea to lens at the least; opticians aim at 12 to 14 mm
CLEARANCE = 0.0012  # m between rims and skin
OUTLINE = 64  # points around a lens
_FAR = 0.3


@dataclass(frozen=True)
class Cut:
    """Everything about a pair of glasses that is shape, m."""

    width: float  # of a lens
    height: float
    bridge: float  # between the lenses
    squareness: float  # exponent of the outline: 2 an ellipse, 5 nearly a rectangle
    taper: float  # how much broader the lens is at its top, as a part of its width
    rim: float  # thickness seen from the front
    lower_rim: float  # the same along the lower half; a nylon thread on half-rims
    depth: float  # thickness of the front, fore and aft
    temple: float  # height of the side arms
    drop: float  # middle of the lens below the pupil
    tilt: float  # rad, lower edge towards the cheek
    bow: float  # radius of the front's bend around the face


@dataclass(frozen=True)
class Part:
    vertices: Float  # (V, 3)
    faces: Int  # (F, 4), wound outward


@dataclass(frozen=True)
class Fitted:
    """Glasses on a nose."""

    frame: tuple[Part, ...]  # rims, bridge, side arms
    pads: tuple[Part, ...]  # left, right
    pad_arms: tuple[Part, ...]
    lenses: tuple[Part, ...]


def fit_glasses(cut: Cut, shape: Float) -> Fitted:
    """Glasses of that cut on the head with vertices ``shape`` (V, 3).

    The front stands as near to the eyes as lashes and brows allow, the pads lie on the nose, the side
    arms spring around the temples and over the ears.
    """
    head = load_head()
    skin = head.regions["skin"] & ~head.regions["mouth_cavity"]
    front = _Surface(shape, head.faces[skin[head.faces].all(axis=1)])
    ears = (head.regions["ear_left"] | head.regions["ear_right"])[head.faces].any(axis=1)
    sides = _Surface(shape, head.faces[skin[head.faces].all(axis=1) & ~ears])
    pupils = shape[[head.points["pupil_left"], head.points["pupil_right"]]]
    middle = float(pupils[:, 1].mean()) - cut.drop
    outline = _outline(cut)
    plane = _Plane(cut, float(pupils[:, 0].mean()), middle, 0.0)
    rim = np.concatenate([plane.at(side, outline * grow) for side in (1, -1) for grow in (0.95, 1.1)])
    needed = front.height(rim) + CLEARANCE + cut.depth / 2 - rim[:, 2]
    eyes = pupils[:, 2] + VERTEX_DISTANCE - plane.at(1, np.zeros((1, 2)))[0, 2]
    plane = _Plane(cut, plane.centre, middle, float(max(np.nanmax(needed), eyes.max())))

    frame, pads, arms, lenses = [], [], [], []
    for side, ear in ((1, head.ear_sulcus_left), (-1, head.ear_sulcus_right)):
        lenses.append(_lens(plane, side, outline))
        frame.append(_rim(cut, plane, side, outline))
        frame.append(_temple(cut, plane, side, outline, sides, shape[ear]))
        pad, arm = _pad(cut, plane, side, outline, front)
        pads.append(pad)
        arms.append(arm)
    frame.append(_bridge(cut, plane, outline, front))
    return Fitted(tuple(frame), tuple(pads), tuple(arms), tuple(lenses))


class _Surface:
    """Skin that rays can be sent at."""

    def __init__(self, vertices: Float, faces: Int) -> None:
        self.tree = BVHTree.FromPolygons(vertices.tolist(), faces.tolist())

    def height(self, points: Float) -> Float:
        """z (N,) of the skin in front of or behind points (N, 3); NaN where there is none."""
        hits = (self.tree.ray_cast((x, y, _FAR), (0, 0, -1))[0] for x, y, _ in points.tolist())
        return np.array([np.nan if hit is None else hit[2] for hit in hits])

    def breadth(self, points: Float, side: int) -> Float:
        """Distance (N,) of the skin from the middle plane at the height and depth of points (N, 3)."""
        hits = (self.tree.ray_cast((side * _FAR, y, z), (-side, 0, 0))[0] for _, y, z in points.tolist())
        return np.array([-np.inf if hit is None else side * hit[0] for hit in hits])

    def normal(self, x: float, y: float) -> tuple[Float, Float]:
        """Point (3,) and unit outward normal (3,) of the foremost skin."""
        at, normal, _, _ = self.tree.ray_cast((x, y, _FAR), (0, 0, -1))
        return np.array(at), np.array(normal) * (1 if normal[2] > 0 else -1)


@dataclass(frozen=True)
class _Plane:
    """The slightly bent and tilted sheet that both lenses lie in."""

    cut: Cut
    centre: float  # x of the head's middle
    middle: float  # y of the lenses' middle
    ahead: float  # z there

    def at(self, side: int, flat: Float) -> Float:
        """Points (N, 3) of flat ones (N, 2) around a lens's middle: x away from the nose, y up."""
        x = flat[:, 0] + (self.cut.bridge + self.cut.width) / 2
        y = flat[:, 1]
        z = self.ahead + y * np.sin(self.cut.tilt) - x**2 / (2 * self.cut.bow)
        return np.stack([self.centre + side * x, self.middle + y * np.cos(self.cut.tilt), z], axis=1)


def _outline(cut: Cut) -> Float:
    """Edge (N, 2) of a lens around its middle: x away from the nose, y up, counter-clockwise."""
    turn = np.linspace(0, 2 * np.pi, OUTLINE, endpoint=False)
    power = 2 / cut.squareness
    x = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power
    y = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power
    # The lower inner corner gives way to the nose.
    x = x * (1 + cut.taper * (y - 1) * np.where(x < 0, 1.0, 0.5))
    edge = np.stack([x * cut.width, y * cut.height], axis=1) / 2
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.roll(edge, -1, axis=0) - edge, axis=1))])
    even = np.linspace(0, length[-1], OUTLINE, endpoint=False)
    closed = np.concatenate([edge, edge[:1]])
    return np.stack([np.interp(even, length, closed[:, axis]) for axis in range(2)], axis=1)


def _edge_point(outline: Float, height: float, outer: bool) -> Float:
    """Point (2,) of the outline that high above the lens's middle, on its outer or nasal half."""
    half = outline[(outline[:, 0] > 0) == outer]
    return np.asarray(half[np.abs(half[:, 1] - height).argmin()])


def sweep(path: Float, side: Float, half_side: Float, half_other: Float, closed: bool) -> Part:
    """A rounded bar along ``path`` (N, 3): half thickness (N,) along ``side`` (N, 3) and across both."""
    ahead = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    if not closed:
        ahead[0], ahead[-1] = path[1] - path[0], path[-1] - path[-2]
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    side = side - (side * ahead).sum(axis=1, keepdims=True) * ahead
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(ahead, side)
    if not closed:  # ends are closed by a ring without size
        keep = np.concatenate([[0], np.arange(len(path)), [len(path) - 1]])
        path, side, other, half_side, half_other = (
            values[keep] for values in (path, side, other, half_side, half_other)
        )
        half_side[[0, -1]] = half_other[[0, -1]] = 1e-6
    around = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    u, v = (np.sign(w) * np.abs(w) ** 0.6 for w in (np.cos(around), np.sin(around)))
    rings = path[:, None] + side[:, None] * (half_side[:, None] * u)[..., None]
    rings = rings + other[:, None] * (half_other[:, None] * v)[..., None]
    index = np.arange(len(path) * len(around)).reshape(len(path), -1)
    after = np.roll(index, -1, axis=0) if closed else index[1:]
    before = index if closed else index[:-1]
    quads = np.stack([before, np.roll(before, -1, axis=1), np.roll(after, -1, axis=1), after], axis=-1)
    return Part(rings.reshape(-1, 3), quads.reshape(-1, 4).astype(np.int32))


def _rim(cut: Cut, plane: _Plane, side: int, outline: Float) -> Part:
    path = plane.at(side, outline)
    lower = np.clip(0.5 - outline[:, 1] / (0.3 * cut.height), 0, 1)
    thick = (1 - lower) * cut.rim + lower * cut.lower_rim
    deep = np.minimum(cut.depth, 2.5 * thick)
    fore = np.tile([0.0, 0.0, 1.0], (len(path), 1))
    return sweep(path, fore, deep / 2, thick / 2, closed=True)


def _lens(plane: _Plane, side: int, outline: Float) -> Part:
    """One bulging sheet: what a thin lens of no great power looks like."""
    rings = np.array([1e-3, 0.35, 0.7, 1.0])
    points = np.concatenate([plane.at(side, outline * ring) for ring in rings])
    points[:, 2] += 0.0014 * np.repeat(1 - rings**2, len(outline))
    index = np.arange(len(points)).reshape(len(rings), -1)
    inner, outer = index[:-1], index[1:]
    quads = np.stack([inner, outer, np.roll(outer, -1, axis=1), np.roll(inner, -1, axis=1)], axis=-1)
    quads = quads.reshape(-1, 4)[:, ::side]  # facing forward on either side
    return Part(points, quads.astype(np.int32))


def _bridge(cut: Cut, plane: _Plane, outline: Float, front: _Surface) -> Part:
    ends = [plane.at(side, _edge_point(outline, 0.22 * cut.height, outer=False)[None])[0] for side in (1, -1)]
    t = np.linspace(0, 1, 13)
    arch = 4 * t * (1 - t)
    path = (1 - t)[:, None] * ends[0] + t[:, None] * ends[1]
    path[:, 1] += 0.0025 * arch
    path[:, 2] += 0.0015 * arch
    inward = slice(2, -2)
    clear = front.height(path[inward]) + CLEARANCE / 2 + cut.depth / 2
    path[inward, 2] += max(0.0, float(np.nanmax(clear - path[inward, 2]))) * arch[inward] ** 0.5
    fore = np.tile([0.0, 0.0, 1.0], (len(t), 1))
    return sweep(path, fore, np.full(len(t), cut.depth / 2), np.full(len(t), 0.6 * cut.rim), closed=False)


def _pad(cut: Cut, plane: _Plane, side: int, outline: Float, front: _Surface) -> tuple[Part, Part]:
    """A pad flat on the side of the nose, and what carries it."""
    start = plane.at(side, _edge_point(outline, -0.05 * cut.height, outer=False)[None])[0]
    x = plane.centre + side * (cut.bridge / 2 - 0.0022)
    skin, normal = front.normal(x, float(start[1]) - 0.002)
    half = np.array([0.0023, 0.0042, 0.0009])
    along = np.array([0.0, 1.0, 0.0]) - normal[1] * normal
    along /= np.linalg.norm(along)
    axes = np.stack([np.cross(along, normal), along, normal])
    middle = skin + normal * half[2]
    polar, turn = np.meshgrid(np.linspace(1e-3, np.pi - 1e-3, 9), np.arange(12) * np.pi / 6, indexing="ij")
    ball = np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], axis=-1)
    index = np.arange(ball[..., 0].size).reshape(polar.shape)
    upper, lower = index[:-1], index[1:]
    quads = np.stack([upper, lower, np.roll(lower, -1, axis=1), np.roll(upper, -1, axis=1)], axis=-1)
    pad = Part((ball.reshape(-1, 3) * half) @ axes + middle, quads.reshape(-1, 4).astype(np.int32))
    thick = 0.0004 if cut.rim < 0.002 else 0.0013
    knee = (start + middle) / 2 + np.array([-side * 0.0008, 0.0012, 0.0008])
    t = np.linspace(0, 1, 7)[:, None]
    path = (1 - t) ** 2 * start + 2 * t * (1 - t) * knee + t**2 * (middle + normal * half[2] / 2)
    up = np.tile([0.0, 1.0, 0.0], (len(t), 1))
    return pad, sweep(path, up, np.full(len(t), 1.3 * thick), np.full(len(t), thick), closed=False)


def _temple(cut: Cut, plane: _Plane, side: int, outline: Float, sides: _Surface, crease: Float) -> Part:
    """From the rim around the temple, over the ear and down behind it.

    crease (K, 3): the fold behind the ear, top to bottom.
    """
    edge = _edge_point(outline, 0.3 * cut.height, outer=True)
    start = plane.at(side, edge[None])[0]
    hinge = start + np.array([side * 0.0055, 0.0, -0.003])
    top = crease[crease[:, 1].argmax()] + np.array([side * 0.001, 0.0015 + 0.3 * cut.temple, 0.0])
    t = np.linspace(0, 1, 24)
    path = (1 - t)[:, None] * hinge + t[:, None] * top
    # A springy arm touches the skin where the head is broadest and is straight between.
    reach = np.maximum(side * path[:, 0], np.where(t < 0.9, sides.breadth(path, side) + 0.0018, -np.inf))
    path[:, 0] = side * _taut(t, reach)
    behind = crease[crease[:, 1].argmax() + 2 :]
    behind = behind[behind[:, 1] > top[1] - 0.03] + np.array([side * 0.0015, 0.001, -0.0015])
    path = np.concatenate([start[None], path, behind])
    path[2:] = (np.roll(path, 1, axis=0) + 2 * path + np.roll(path, -1, axis=0))[2:] / 4
    path[-1] = behind[-1]
    up = np.array([0.0, 1.0, 0.0]) + np.gradient(path, axis=0)[:, [1]] * np.array([0.0, 0.0, 60.0])
    high = np.full(len(path), cut.temple / 2)
    high[0] = max(cut.temple, 0.0025) / 2
    return sweep(path, up, high, np.full(len(path), 0.0006 + 0.12 * cut.temple), closed=False)


def _taut(t: Float, reach: Float) -> Float:
    """The lowest concave curve over points (t, reach), each (N,)."""
    span = np.maximum(t[None, :, None] - t[:, None, None], 1e-9)  # from i to j
    part = np.clip((t - t[:, None, None]) / span, 0, 1)
    chord = (1 - part) * reach[:, None, None] + part * reach[None, :, None]
    across = (t[:, None, None] <= t) & (t <= t[None, :, None])
    return np.asarray(np.where(across, chord, -np.inf).max(axis=(0, 1)))
