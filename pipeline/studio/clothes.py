"""A shirt: a collar around the neck of this head and shoulders under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import cKDTree

from pipeline.head.model import HeadModel
from pipeline.head.normals import vertex_normals
from pipeline.records import Float, Int
from pipeline.studio import blender
from pipeline.studio.surface import lattice_noise

_AROUND = 160
_CENTRE_Z = -0.095
"""Where the neck's axis passes, m behind the eyes."""

# Half width (or depth) and height, m, from the collar's seam down to the chest, for the mean head.
_SIDE = np.array([[0.073, -0.139], [0.098, -0.147], [0.130, -0.161], [0.163, -0.184], [0.190, -0.220]])
_SIDE = np.concatenate([_SIDE, [[0.203, -0.280], [0.207, -0.360], [0.208, -0.700]]])
_FRONT = np.array([[0.060, -0.172], [0.066, -0.190], [0.077, -0.215], [0.092, -0.245], [0.108, -0.285]])
_FRONT = np.concatenate([_FRONT, [[0.124, -0.335], [0.133, -0.410], [0.135, -0.700]]])
_BACK = np.array([[0.060, -0.128], [0.070, -0.145], [0.082, -0.170], [0.092, -0.200], [0.100, -0.245]])
_BACK = np.concatenate([_BACK, [[0.106, -0.295], [0.110, -0.370], [0.112, -0.700]]])


@dataclass(frozen=True)
class Shirt:
    colour: Float  # (3,) linear RGB
    trim: Float  # (3,) linear RGB of the collar
    collar: float  # height of the collar, m
    depth: float  # how far its front hangs below that of a tight crew neck, m
    folds: float  # height of the folds, m
    weave: float  # threads a metre
    seed: int


def draw_shirt(rng: np.random.Generator) -> Shirt:
    """A T-shirt, jumper or roll-neck in a colour that people wear."""
    greys = rng.choice([0.02, 0.05, 0.12, 0.3, 0.6, 0.72])
    colourful = np.array(
        [[0.03, 0.06, 0.16], [0.25, 0.03, 0.03], [0.04, 0.12, 0.07], [0.30, 0.20, 0.08], [0.12, 0.2, 0.35]]
    )
    colour = np.full(3, greys) if rng.random() < 0.55 else rng.dirichlet(np.full(5, 0.4)) @ colourful
    colour = colour * rng.uniform(0.85, 1.15, 3)
    roll_neck = rng.random() < 0.15
    return Shirt(
        colour=np.clip(colour, 0.01, 0.8),
        trim=np.clip(colour * (rng.uniform(0.5, 1.1) if rng.random() < 0.4 else 1.0), 0.01, 0.8),
        collar=float(rng.uniform(0.035, 0.045) if roll_neck else rng.uniform(0.012, 0.022)),
        depth=float(0.0 if roll_neck else rng.uniform(0.0, 0.022)),
        folds=float(rng.uniform(0.002, 0.005)),
        weave=float(rng.choice([420.0, 700.0, 1100.0])),
        seed=int(rng.integers(2**31)),
    )


def _neck_radius(vertices: Float, faces: Int, height: Float, turn: Float) -> Float:
    """Distance (N,) m from the neck's axis to the skin at heights and directions ``turn`` (N,) rad.

    Directions in which there is no skin get the median of the others.
    """
    origin = np.stack([np.zeros_like(height), height, np.full_like(height, _CENTRE_Z)], axis=1)
    direction = np.stack([np.sin(turn), np.zeros_like(turn), np.cos(turn)], axis=1)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    # Moeller and Trumbore (1997), every ray against every triangle.
    p = np.cross(direction[:, None], (c - a)[None])
    det = (p * (b - a)).sum(-1)
    det = np.where(np.abs(det) < 1e-12, np.inf, det)
    t = origin[:, None] - a
    u = (t * p).sum(-1) / det
    q = np.cross(t, (b - a)[None])
    v = (direction[:, None] * q).sum(-1) / det
    distance = ((c - a) * q).sum(-1) / det
    hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (distance > 0)
    radius = np.where(hit, distance, 0).max(axis=1)
    return np.where(radius > 0, radius, np.median(radius[radius > 0]))


def shirt_mesh(head: HeadModel, vertices: Float, shirt: Shirt) -> tuple[Float, Int, Float, Float]:
    """The shirt over head ``vertices`` (V, 3), both in the head frame.

    Returns vertices (N, 3), quads (F, 4), uv (N, 2) in metres along the cloth, and collar weight (N,).
    """
    skin = head.regions["skin"] & (head.mean[:, 1] < -0.085) & ~head.regions["mouth_cavity"]
    faces = head.faces[skin[head.faces].all(axis=1)]
    turn = np.linspace(-np.pi, np.pi, _AROUND, endpoint=False)  # the texture's seam is at the back
    front, side = np.cos(turn) * (np.cos(turn) > 0), np.sin(turn) ** 2
    back = 1 - side - front**2
    width = np.abs(vertices[skin, 0]).max() / np.abs(head.mean[skin, 0]).max()

    # The seam between collar and shirt, and the collar as it rises along the neck from there.
    seam = side * _SIDE[0, 1] + front**2 * (_FRONT[0, 1] - shirt.depth) + back * _BACK[0, 1]
    rows, trim = [], []
    lifts = np.array([-0.25, 0.3, 0.8, 1.0, 1.0, 0.85, 0.5, 0.12, 0.0])
    gaps = np.array([0.0010, 0.0015, 0.0022, 0.0030, 0.0048, 0.0062, 0.0072, 0.0080, 0.0058])
    lowest = vertices[skin, 1].min() + 0.02  # the neck of a small head ends above a collar's seam
    for lift, gap in zip(lifts, gaps, strict=True):
        height = seam + lift * shirt.collar
        around_neck = _neck_radius(vertices, faces, np.maximum(height, lowest), turn)
        radius = gaussian_filter1d(around_neck, 3.0, mode="wrap") + gap + 0.10 * shirt.depth
        rows.append(np.stack([np.sin(turn) * radius, height, _CENTRE_Z + np.cos(turn) * radius], axis=1))
        trim.append(np.full(_AROUND, 1.0))
    trim[-1][:] = 0.0

    # Shoulders and chest: from the seam to the template's outline.
    knots = np.linspace(0, 1, len(_SIDE))
    outline = [PchipInterpolator(knots, table * [width, 1]) for table in (_SIDE, _FRONT, _BACK)]
    seam_ring = rows[-1]
    for s in np.linspace(0, 1, 44)[1:]:
        (rs, ys), (rf, yf), (rb, yb) = (curve(s) for curve in outline)
        forward = np.where(np.cos(turn) > 0, rf, rb)
        x = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.85 * rs
        z = _CENTRE_Z + np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.85 * forward
        y = side * ys + front**2 * (yf - shirt.depth * (1 - s)) + back * yb
        blend = np.clip(s / 0.18, 0, 1) ** 0.8
        ring = np.stack([x, y, z], axis=1)
        rows.append((1 - blend) * seam_ring + blend * ring)
        trim.append(np.zeros(_AROUND))
    grid = np.stack(rows)
    grid = _clear_of_skin(grid, vertices, faces, len(lifts))
    points = grid.reshape(-1, 3)
    i, j = np.meshgrid(np.arange(len(rows) - 1), np.arange(_AROUND), indexing="ij")
    k = (j + 1) % _AROUND
    quads = np.stack(
        [i * _AROUND + j, (i + 1) * _AROUND + j, (i + 1) * _AROUND + k, i * _AROUND + k], axis=-1
    )
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(axis=1))])
    around = np.linalg.norm(np.diff(seam_ring, axis=0), axis=1).sum() * (turn + np.pi) / (2 * np.pi)
    uv = np.stack(np.broadcast_arrays(around[None, :], along[:, None]), axis=-1).reshape(-1, 2)
    loose = np.clip((along - along[len(lifts)]) / 0.05, 0, 1).repeat(_AROUND)
    normals = vertex_normals(
        points, np.concatenate([quads[..., [0, 1, 2]], quads[..., [0, 2, 3]]]).reshape(-1, 3)
    )
    crease = 1 - np.abs(lattice_noise(points * [1.0, 0.45, 1.0], 0.045, shirt.seed))
    ripple = lattice_noise(points * [1.0, 0.6, 1.0], 0.02, shirt.seed + 1)
    points = points + normals * (shirt.folds * loose * (crease**2 * 1.2 + 0.25 * ripple))[:, None]
    return points, quads.reshape(-1, 4).astype(np.int32), uv, np.concatenate(trim)


def _clear_of_skin(grid: Float, vertices: Float, faces: Int, fixed: int) -> Float:
    """``grid`` (R, N, 3) pushed 5 mm off the skin and smoothed; the first ``fixed`` rows stay."""
    used = np.unique(faces)
    normals = vertex_normals(vertices, faces)[used]
    skin = vertices[used]
    tree = cKDTree(skin)
    loose = grid.copy()
    for _ in range(14):
        _, nearest = tree.query(loose[fixed:].reshape(-1, 3))
        gap = loose[fixed:].reshape(-1, 3) - skin[nearest]
        depth = (gap * normals[nearest]).sum(axis=1)
        close = np.linalg.norm(gap, axis=1) < 0.06
        push = np.where(close, np.clip(0.0055 - depth, 0, None), 0)[:, None] * normals[nearest]
        loose[fixed:] += push.reshape(loose[fixed:].shape)
        inner = loose[fixed:-1]
        mean = (np.roll(inner, 1, 1) + np.roll(inner, -1, 1) + loose[fixed - 1 : -2] + loose[fixed + 1 :]) / 4
        loose[fixed:-1] = 0.5 * inner + 0.5 * mean
    return loose


def shirt_material(shirt: Shirt) -> Any:
    """Knitted cloth; the collar's colour by the vertex attribute "trim"."""
    material = bpy.data.materials.new("Shirt")
    tree = blender.use_nodes(material)
    nodes, links = tree.nodes, tree.links
    surface = nodes["Principled BSDF"]
    place = nodes.new("ShaderNodeUVMap")
    trim = nodes.new("ShaderNodeAttribute")
    trim.attribute_name = "trim"
    mix = nodes.new("ShaderNodeMixRGB")
    mix.inputs["Color1"].default_value = (*shirt.colour, 1)
    mix.inputs["Color2"].default_value = (*shirt.trim, 1)
    links.new(trim.outputs["Fac"], mix.inputs["Fac"])
    links.new(mix.outputs["Color"], surface.inputs["Base Color"])
    knit = nodes.new("ShaderNodeTexNoise")
    blender.set_inputs(knit, Scale=shirt.weave, Detail=1.0)
    stretch = nodes.new("ShaderNodeMapping")
    stretch.inputs["Scale"].default_value = (1.0, 0.45, 1.0)
    links.new(place.outputs["UV"], stretch.inputs["Vector"])
    links.new(stretch.outputs["Vector"], knit.inputs["Vector"])
    bump = nodes.new("ShaderNodeBump")
    blender.set_inputs(bump, Strength=0.5, Distance=0.0005)
    links.new(blender.socket_out(knit, "Factor"), bump.inputs["Height"])
    links.new(bump.outputs["Normal"], surface.inputs["Normal"])
    blender.set_inputs(surface, Roughness=0.85, Specular_IOR_Level=0.2, Sheen_Weight=0.25)
    return material
