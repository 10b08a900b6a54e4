"""Hair as thin tubes: brows, lashes, beard and scalp hair, grown strand by strand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import bpy
import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import cKDTree

from pipeline.head.beard import beard_weight
from pipeline.head.model import HeadModel, load_head
from pipeline.head.normals import vertex_normals
from pipeline.ramp import ramp
from pipeline.records import Float, Int
from pipeline.studio import blender
from pipeline.studio.camera import to_blender
from pipeline.studio.mesh import add_object, new_mesh
from pipeline.studio.skin import brow_weight
from pipeline.studio.surface import lattice_noise


@dataclass(frozen=True)
class Hairdo:
    """How one person wears their hair."""

    style: str  # a key of STYLES
    colour: Float  # (3,) linear RGB
    length: float  # m
    part: float  # where it parts, m to the subject's left
    curl: float  # 0 straight ... 1 tight
    lift: float  # how far the roots stand up, 0..1
    beard: float  # length of the beard, m; 0 for none
    seed: int


@dataclass(frozen=True)
class _Style:
    length: tuple[float, float]  # m
    lift: tuple[float, float]
    comb: str  # "down", "back", "side" or "none"
    weight: float


STYLES = {
    "shaved": _Style((0.002, 0.004), (0.6, 0.9), "none", 0.7),
    "cropped": _Style((0.008, 0.020), (0.5, 0.9), "side", 1.2),
    "short": _Style((0.030, 0.055), (0.35, 0.6), "side", 1.6),
    "back": _Style((0.060, 0.110), (0.15, 0.3), "back", 1.0),
    "long": _Style((0.22, 0.34), (0.15, 0.25), "down", 1.8),
}


def draw_hairdo(rng: np.random.Generator, colour: Float) -> Hairdo:
    """A random way to wear hair of ``colour``; every style with its own share."""
    names = list(STYLES)
    shares = np.array([STYLES[name].weight for name in names])
    style = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    chosen = STYLES[style]
    return Hairdo(
        style=style,
        colour=colour,
        length=float(rng.uniform(*chosen.length)),
        part=float(rng.choice([0.0, 0.03, -0.03])),
        curl=float(rng.uniform(0, 1) ** 2),
        lift=float(rng.uniform(*chosen.lift)),
        beard=float(rng.uniform(0.003, 0.014)) if rng.random() < 0.2 and style != "long" else 0.0,
        seed=int(rng.integers(2**31)),
    )


@dataclass(frozen=True)
class _Roots:
    triangle: Int  # (N,)
    weights: Float  # (N, 3) barycentric

    def at(self, values: Float, faces: Int) -> Float:
        return np.einsum("nk,nkc->nc", self.weights, values[faces[self.triangle]])


def _scatter(rng: np.random.Generator, vertices: Float, faces: Int, density: Float, count: int) -> _Roots:
    """``count`` random points over triangles, as dense as per-vertex ``density`` (V,) says."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    share = area * density[faces].mean(axis=1)
    triangle = rng.choice(len(faces), count, p=share / share.sum())
    u = np.sqrt(rng.random(count))
    v = rng.random(count)
    weights = np.stack([1 - u, u * (1 - v), u * v], axis=1)
    # Within a triangle the density varies too: keep a root with its own probability.
    local = np.einsum("nk,nk->n", weights, density[faces[triangle]])
    keep = rng.random(count) * density[faces[triangle]].max(axis=1) < local
    return _Roots(triangle[keep].astype(np.int32), weights[keep])


def _unit(vectors: Float) -> Float:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _along_skin(direction: Float, normal: Float) -> Float:
    return _unit(direction - (direction * normal).sum(axis=1, keepdims=True) * normal)


def _tubes(strands: Float, radius: Float) -> tuple[Float, Int]:
    """Three-sided tubes around ``strands`` (N, S, 3) of ``radius`` (N, S); vertices and quads."""
    count, steps, _ = strands.shape
    tangent = _unit(np.gradient(strands, axis=1))
    helper = np.where(np.abs(tangent[..., :1]) < 0.8, [1.0, 0, 0], [0, 0, 1.0])
    side = _unit(np.cross(tangent, helper))
    other = np.cross(tangent, side)
    turns = np.array([0, 2 * np.pi / 3, 4 * np.pi / 3])
    ring = np.cos(turns)[:, None] * side[:, :, None] + np.sin(turns)[:, None] * other[:, :, None]
    points = strands[:, :, None] + radius[:, :, None, None] * ring
    i, j, k = np.meshgrid(np.arange(count), np.arange(steps - 1), np.arange(3), indexing="ij")
    here, above = (i * steps + j) * 3, (i * steps + j + 1) * 3
    after = (k + 1) % 3
    quads = np.stack([here + k, here + after, above + after, above + k], axis=-1)
    return points.reshape(-1, 3), quads.reshape(-1, 4).astype(np.int32)


def _hair_material(name: str, gloss: float) -> Any:
    material = bpy.data.materials.new(name)
    tree = blender.use_nodes(material)
    surface = tree.nodes["Principled BSDF"]
    colour = tree.nodes.new("ShaderNodeAttribute")
    colour.attribute_name = "colour"
    tree.links.new(colour.outputs["Color"], surface.inputs["Base Color"])
    blender.set_inputs(surface, Roughness=0.42, Specular_IOR_Level=gloss)
    return material


def add_strands(
    scene: Any, name: str, strands: Float, thickness: Float, colour: Float, gloss: float = 0.35
) -> None:
    """Put ``strands`` (N, S, 3) m, camera frame, into ``scene``.

    ``thickness`` (S,) is the radius from root to tip, m; ``colour`` (N, 3) linear RGB.
    """
    if not len(strands):
        return
    points, quads = _tubes(strands, np.broadcast_to(thickness, strands.shape[:2]))
    shade = np.repeat(colour, 3 * strands.shape[1], axis=0)
    mesh = new_mesh(name, to_blender(points), quads, attributes={"colour": shade})
    add_object(scene, mesh, _hair_material(name, gloss))


def brow_strands(rng: np.random.Generator, rest: Float, faces: Int, shape: Float, count: int) -> Float:
    """Eyebrow hairs (N, 6, 3) on a refined head of ``shape`` (V, 3), head frame."""
    roots = _scatter(rng, shape, faces, brow_weight(rest) ** 1.2 + 1e-12, count)
    start, normal = roots.at(shape, faces), _unit(roots.at(vertex_normals(shape, faces), faces))
    place = roots.at(rest, faces)
    side = np.sign(place[:, :1])
    t = np.clip((np.abs(place[:, :1]) - 0.012) / 0.04, 0, 1)
    # Upright beside the nose, then lying outwards; the upper hairs comb down, the lower ones up.
    upward = np.clip(1.0 - 1.5 * t, -0.25, 1) - 60 * (place[:, 1:2] - 0.0185)
    comb = np.concatenate([side * (0.35 + t), upward * 0.8, 0 * t], axis=1)
    comb += rng.normal(0, 0.16, comb.shape)
    flow = _along_skin(comb, normal)
    length = rng.uniform(0.005, 0.0095, (len(start), 1, 1))
    s = np.linspace(0, 1, 6)[:, None]
    lift = 0.28 * s * (1 - 0.75 * s)
    return start[:, None] + length * (s * flow[:, None] + lift * normal[:, None])


def lash_strands(rng: np.random.Generator, shape: Float, count: int) -> Float:
    """Eyelashes (N, 5, 3), ``count`` on each upper lid, on a head of ``shape`` (V, 3), head frame."""
    head = load_head()
    strands = []
    for name in ("left", "right"):
        centre = shape[head.regions[f"eye_{name}"]].mean(axis=0)
        inner, outer = shape[head.points[f"endocanthion_{name}"]], shape[head.points[f"exocanthion_{name}"]]
        outwards = _unit(outer - inner)
        for upper in (True, False):
            sign = 1 if upper else -1
            number = count if upper else count // 2
            margin = gaussian_filter1d(_lid_margin(name, upper).at(shape, head.faces), 1.0, axis=0)
            t = np.sort(rng.uniform(0.05, 0.97, number))
            order = np.linspace(0, 1, len(margin))
            root = np.stack([np.interp(t, order, margin[:, axis]) for axis in range(3)], axis=1)
            fan = (t - 0.4)[:, None] * 1.1 * outwards
            direction = _unit(root - centre) + fan + [0, 0.15 * sign, 0.5]
            direction = _unit(direction + rng.normal(0, 0.07, root.shape))
            bend = np.array([0, 0.7 if upper else -0.35, 0.0])
            length = rng.uniform(0.006, 0.009, number) * (0.7 + 0.5 * t - 0.3 * t**4) * (1 if upper else 0.55)
            s = np.linspace(0, 1, 5)[:, None]
            strands.append(
                root[:, None] + length[:, None, None] * (s * direction[:, None] + 0.5 * s**2 * bend)
            )
    return np.concatenate(strands)


@cache
def _lid_margin(name: str, upper: bool) -> _Roots:
    """Places on the mean head along the edge of one lid, from the inner to the outer corner.

    Seen from the front, the edge is where, going up (or down) from the middle of the open eye, skin first
    comes before the eyeball.
    """
    head = load_head()
    mean = head.mean
    eye = mean[head.regions[f"eye_{name}"]]
    centre, radius = eye.mean(axis=0), float(np.ptp(eye[:, 0])) / 2
    inner, outer = mean[head.points[f"endocanthion_{name}"]], mean[head.points[f"exocanthion_{name}"]]
    near = head.regions["skin"] & (np.linalg.norm(mean - centre, axis=1) < 2 * radius) & (mean[:, 2] > 0)
    triangles = np.flatnonzero(near[head.faces].all(axis=1))
    a, b, c = (mean[head.faces[triangles, k]] for k in range(3))
    t = np.linspace(0.06, 0.94, 24)
    rise = (1 if upper else -1) * np.linspace(0, 0.011, 56)
    x = np.broadcast_to((inner[0] + t * (outer[0] - inner[0]))[:, None], (24, 56))
    bow = 0.0015 * np.sin(np.pi * t)
    y = (inner[1] + t * (outer[1] - inner[1]) + bow)[:, None] + rise
    ray = np.stack([x, y], axis=-1)[:, :, None]
    ab, ac, ap = (b - a)[:, :2], (c - a)[:, :2], ray - a[:, :2]
    det = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    det = np.where(det > 1e-12, det, np.inf)  # only those that face the viewer
    v = (ap[..., 0] * ac[:, 1] - ap[..., 1] * ac[:, 0]) / det
    w = (ab[:, 0] * ap[..., 1] - ab[:, 1] * ap[..., 0]) / det
    u = 1 - v - w
    height = u * a[:, 2] + v * b[:, 2] + w * c[:, 2]
    height = np.where((u >= 0) & (v >= 0) & (w >= 0) & np.isfinite(det), height, -np.inf)
    skin = height.max(axis=-1)
    ball = centre[2] + np.sqrt(np.clip(radius**2 - (x - centre[0]) ** 2 - (y - centre[1]) ** 2, 0, None))
    first = np.argmax(skin > ball, axis=1)
    column = np.arange(24)
    best = height[column, first].argmax(axis=-1)
    weights = np.stack([part[column, first, best] for part in (u, v, w)], axis=1)
    return _Roots(triangles[best].astype(np.int32), weights)


def beard_strands(
    rng: np.random.Generator,
    head: HeadModel,
    rest: Float,
    faces: Int,
    shape: Float,
    lips: Float,
    length: float,
    count: int,
) -> Float:
    """Beard hairs (N, 5, 3) on a refined head of ``shape`` (V, 3), head frame."""
    density = beard_weight(head, rest) * (1 - np.clip(2 * lips, 0, 1)) + 1e-12
    roots = _scatter(rng, shape, faces, density, count)
    start, normal = roots.at(shape, faces), _unit(roots.at(vertex_normals(shape, faces), faces))
    flow = _along_skin(np.array([0, -1.0, 0.0]) + rng.normal(0, 0.35, start.shape), normal)
    s = np.linspace(0, 1, 5)[:, None]
    size = length * rng.uniform(0.5, 1.2, (len(start), 1, 1))
    return start[:, None] + size * (s * (0.6 * flow + 0.5 * normal)[:, None] + 0.35 * s**2 * flow[:, None])


def scalp_strands(
    rng: np.random.Generator,
    rest: Float,
    faces: Int,
    shape: Float,
    density: Float,
    body: Float,
    body_normals: Float,
    hairdo: Hairdo,
    count: int,
) -> Float:
    """Hair (N, S, 3) of the scalp of a refined head of ``shape`` (V, 3), head frame.

    ``density`` (V,) is where it grows; ``body`` (B, 3) with unit normals is what it must not enter.
    Strands march from their roots, bent by combing, gravity and curl, kept off the skin, and gathered
    into locks.
    """
    style = STYLES[hairdo.style]
    steps = 5 if hairdo.length < 0.025 else (9 if hairdo.length < 0.12 else 18)
    if style.comb == "down":
        # Away from the part every patch of scalp is covered by its neighbours' hair, at the part by none.
        density = density * (1 + 3 * ramp(np.abs(rest[:, 0] - hairdo.part), 0.012, 0.003))
    roots = _scatter(rng, shape, faces, density, count)
    normal = _unit(roots.at(vertex_normals(shape, faces), faces))
    point = roots.at(shape, faces)
    place = roots.at(rest, faces)
    tree = cKDTree(body)
    length = hairdo.length * rng.uniform(0.75, 1.1, len(point))
    if style.comb in ("side", "none"):
        # Shorter at the sides and the neck, as barbers cut it.
        length = length * (0.35 + 0.65 * ramp(place[:, 1], 0.0, 0.075))
    step = (length / (steps - 1))[:, None]
    direction = _unit(normal * hairdo.lift + _comb(style.comb, place, normal, hairdo) * (1.05 - hairdo.lift))
    direction = _unit(direction + rng.normal(0, 0.12, direction.shape))
    inertia = 0.6 if style.comb == "down" else 1.0
    strands = [point]
    thick = {"side": 0.010, "back": 0.008, "down": 0.010, "none": 0.002}[style.comb]
    layer = rng.uniform(0.0008, thick, len(point))
    for index in range(1, steps):
        share = index / (steps - 1)
        pull = _comb(style.comb, point, normal, hairdo)
        gravity = np.array([0, -1.0, 0]) * {"down": 0.5 + share, "back": 0.25 * share}.get(
            style.comb, 0.1 * share
        )
        wave = np.stack(
            [lattice_noise(point * [1, 0.5, 1], 0.018, hairdo.seed + axis) for axis in range(3)], axis=1
        )
        if style.comb == "down":
            pull = pull + _off_face(point, hairdo)
        direction = _unit(
            inertia * direction + 0.30 * pull + gravity + (0.10 + 0.75 * hairdo.curl) * 0.5 * wave
        )
        point = point + step * direction
        point, direction = _off_skin(point, direction, tree, body, body_normals, layer * min(1.0, 3 * share))
        strands.append(point)
    grown = _gather(rng, np.stack(strands, axis=1), place, hairdo)
    # A few from the nape slip round the neck: nobody wears hair across the throat.
    x, y, z = np.moveaxis(grown, -1, 0)
    return grown[~((np.abs(x) < 0.06) & (z > -0.085) & (y < -0.085)).any(axis=1)]


def _comb(kind: str, place: Float, normal: Float, hairdo: Hairdo) -> Float:
    """Unit directions (N, 3) in which hair is combed at ``place`` (N, 3)."""
    x, y, z = place.T
    side = np.where(x > hairdo.part, 1.0, -1.0)
    zero = np.zeros_like(x)
    if kind == "down":
        crown = ramp(y, 0.015, 0.085)
        # Beside the part almost straight sideways, so that it shows as a line and not as a gap.
        near = ramp(np.abs(x - hairdo.part), 0.03, 0.0) * crown
        target = np.stack(
            [
                side * (0.95 * crown + 0.3 * near) - 0.12 * x / 0.08 * (1 - crown),
                -0.9 + 0.75 * near,
                -0.22 * crown,
            ],
            1,
        )
    elif kind == "back":
        target = np.stack([0.15 * side, zero - 0.15, zero - 1.0], 1)
    elif kind == "side":
        top = ramp(y, 0.05, 0.09)
        away = -np.sign(hairdo.part) if hairdo.part else 0.25
        target = np.stack(
            [top * away + (1 - top) * 0.1 * side, -0.2 - 0.8 * (1 - top), 0.55 * np.sign(z + 0.08)], 1
        )
    else:
        target = normal
    return _unit(target)


def _off_face(point: Float, hairdo: Hairdo) -> Float:
    """Push (N, 3) that sweeps long hair from the face to both sides and back."""
    x, y, z = point.T
    side = np.where(x > np.where(y > 0.03, hairdo.part, 0.0), 1.0, -1.0)
    # In front of the face, and further back where the throat is.
    depth = ramp(z + 0.06 * ramp(y, -0.09, -0.12), -0.05, -0.01)
    inside = ramp(np.abs(x), 0.078, 0.060) * depth * ramp(y, 0.085, 0.06)
    return 7.0 * inside[:, None] * np.stack([side, 0.15 + 0 * x, -0.75 + 0 * x], axis=1)


def _off_skin(
    point: Float, direction: Float, tree: cKDTree, shape: Float, normals: Float, gap: Float
) -> tuple[Float, Float]:
    distance, nearest = tree.query(point)
    normal = normals[nearest]
    depth = ((point - shape[nearest]) * normal).sum(axis=1)
    short = np.where(distance < 0.04, np.clip(gap - depth, 0, None), 0)[:, None]
    into = np.clip(-(direction * normal).sum(axis=1, keepdims=True), 0, None) * (short > 0)
    return point + short * normal, _unit(direction + into * normal)


def _gather(rng: np.random.Generator, grown: Float, place: Float, hairdo: Hairdo) -> Float:
    """Draw each strand towards the leader of its lock, more so at the tips."""
    if hairdo.length < 0.012 or len(grown) < 50:
        return grown
    locks = max(30, int(len(grown) / 28))
    leaders = rng.choice(len(grown), locks, replace=False)
    _, own = cKDTree(place[leaders]).query(place)
    leader = grown[leaders[own]]
    share = np.linspace(0, 1, grown.shape[1])[:, None] ** 1.3
    offset = (grown[:, :1] - leader[:, :1]) * (1 - 0.45 * share)
    tight = 0.75 * share * rng.uniform(0.5, 1.0, (len(grown), 1, 1))
    return (1 - tight) * grown + tight * (leader + offset)
