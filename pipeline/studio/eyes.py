"""Eyes: an eyeball with a sunk iris under a clear cornea, turned to where the person looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from scipy.spatial.transform import Rotation

from pipeline.ramp import ramp
from pipeline.records import Float, Int
from pipeline.studio import blender
from pipeline.studio.camera import to_blender
from pipeline.studio.mesh import add_object, new_mesh
from pipeline.studio.surface import lattice_noise

IRIS = 0.0061
"""Radius of the iris, m; hardly differs between adults."""

_BROWNS = np.array([[0.020, 0.009, 0.004], [0.055, 0.024, 0.010], [0.11, 0.052, 0.020]])
_LIGHT = np.array([[0.16, 0.24, 0.33], [0.13, 0.17, 0.11], [0.19, 0.20, 0.20], [0.15, 0.12, 0.05]])


@dataclass(frozen=True)
class Eyes:
    colour: Float  # (3,) linear RGB of the iris
    pupil: float  # radius, m
    redness: float  # of the white, 0..1
    seed: int


def draw_eyes(rng: np.random.Generator, melanin: float) -> Eyes:
    """Random eyes; light irises only with light skin."""
    light = rng.random() < 0.75 * max(0.0, 1 - 2.2 * melanin)
    palette = _LIGHT if light else _BROWNS
    mix = rng.dirichlet(np.full(len(palette), 0.6))
    return Eyes(
        colour=mix @ palette,
        pupil=float(rng.uniform(0.0014, 0.0027)),
        redness=float(rng.uniform(0.1, 0.7)),
        seed=int(rng.integers(2**31)),
    )


def fit_sphere(points: Float) -> tuple[Float, float]:
    """Centre (3,) and radius of the sphere through ``points`` (N, 3), least squares."""
    system = np.concatenate([2 * points, np.ones((len(points), 1))], axis=1)
    solution = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    centre = solution[:3]
    return centre, float(np.sqrt(solution[3] + centre @ centre))


def _cap(angles: Float, segments: int) -> tuple[Float, Int]:
    """Unit directions (rings * segments, 3) at polar ``angles`` around +z, and quads between the rings."""
    around = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    polar, around = np.meshgrid(angles, around, indexing="ij")
    points = np.stack(
        [np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=-1
    )
    ring, step = np.meshgrid(np.arange(len(angles) - 1), np.arange(segments), indexing="ij")
    after = (step + 1) % segments
    quads = np.stack(
        [
            ring * segments + step,
            (ring + 1) * segments + step,
            (ring + 1) * segments + after,
            ring * segments + after,
        ],
        axis=-1,
    )
    return points.reshape(-1, 3), quads.reshape(-1, 4).astype(np.int32)


def _paint(radial: Float, points: Float, eyes: Eyes) -> Float:
    """Colour (N, 3) of the eyeball at distance ``radial`` (N,) m from the axis."""
    turn = np.arctan2(points[:, 1], points[:, 0])
    circle = np.stack([np.cos(turn), np.sin(turn), np.zeros_like(turn)], axis=1)
    fibre = lattice_noise(circle * 9 + [0, 0, 1] * (radial / IRIS * 1.2)[:, None], 1.0, eyes.seed)
    fine = lattice_noise(circle * 26 + [0, 0, 1] * (radial / IRIS * 2)[:, None], 1.0, eyes.seed + 1)
    t = radial / IRIS
    iris = eyes.colour * (1.0 + 0.3 * fibre + 0.3 * fine)[:, None]
    iris = iris * (1.15 - 0.55 * ramp(t, 0.80, 1.0) + 0.35 * ramp(t, 0.65, 0.40))[:, None]
    amber = np.array([1.25, 0.95, 0.6])
    iris = iris * np.where(ramp(t, 0.62, 0.45)[:, None] > 0, 1 + 0.5 * (amber - 1), 1.0)
    # Beside skin of known albedo (Face Research Lab London Set) the white of the eye is 0.6 to 0.65.
    white = np.array([0.66, 0.59, 0.55]) * (1 - 0.12 * ramp(radial, 0.008, 0.014))[:, None]
    vein = ramp(np.abs(lattice_noise(points, 0.0028, eyes.seed + 2)), 0.10, 0.0) * ramp(radial, 0.006, 0.012)
    red = eyes.redness * (0.30 * vein + 0.22 * ramp(radial, 0.008, 0.0135))
    white = white * (1 - red[:, None] * np.array([0.15, 0.9, 0.9]))
    edge = ramp(radial, IRIS * 0.93, IRIS * 1.07)[:, None]
    colour = (1 - edge) * np.clip(iris, 0.002, 0.6) + edge * white
    pupil = ramp(radial, eyes.pupil * 1.06, eyes.pupil * 0.94)[:, None]
    return (1 - pupil) * colour + pupil * 0.001


def _ball_material() -> Any:
    material = bpy.data.materials.new("Eyeball")
    tree = blender.use_nodes(material)
    surface = tree.nodes["Principled BSDF"]
    colour = tree.nodes.new("ShaderNodeAttribute")
    colour.attribute_name = "colour"
    tree.links.new(colour.outputs["Color"], surface.inputs["Base Color"])
    blender.set_inputs(surface, Roughness=0.5, Specular_IOR_Level=0.1)
    return material


def _cornea_material() -> Any:
    """Reflects like water and lets everything else straight through (bending it would cost caustics)."""
    material = bpy.data.materials.new("Cornea")
    tree = blender.use_nodes(material)
    tree.nodes.clear()
    fresnel = tree.nodes.new("ShaderNodeFresnel")
    fresnel.inputs["IOR"].default_value = 1.376
    clear = tree.nodes.new("ShaderNodeBsdfTransparent")
    glossy = tree.nodes.new("ShaderNodeBsdfGlossy")
    glossy.inputs["Roughness"].default_value = 0.06
    mix = tree.nodes.new("ShaderNodeMixShader")
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(fresnel.outputs[0], mix.inputs[0])
    tree.links.new(clear.outputs[0], mix.inputs[1])
    tree.links.new(glossy.outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], output.inputs["Surface"])
    return material


def add_eye(
    scene: Any, centre: Float, radius: float, axis: Float, roll: Rotation, eyes: Eyes, detail: int
) -> None:
    """Put one eye of ``radius`` m at ``centre`` (3,) into ``scene``, looking along unit ``axis`` (3,).

    Centre and axis are in the camera frame. ``roll`` turns the head frame into the camera frame, so that
    the pattern of the iris keeps its place. ``detail`` is the number of segments around.
    """
    frame = np.stack([np.cross(roll.as_matrix()[:, 1], axis), np.zeros(3), axis])
    frame[0] /= np.linalg.norm(frame[0])
    frame[1] = np.cross(frame[2], frame[0])
    edge = float(np.arcsin(IRIS / radius))
    angles = np.concatenate(
        [
            np.linspace(0, edge * 0.96, detail // 3),
            np.linspace(edge, edge * 1.1, 4),
            np.linspace(edge * 1.2, 2.2, detail // 3),
        ]
    )
    unit, quads = _cap(angles, detail)
    polar = np.repeat(angles, detail)
    radial = radius * np.sin(polar)
    sink = 0.0016 * ramp(radial, IRIS * 1.02, IRIS * 0.55)
    ball = unit * radius - np.array([0, 0, 1]) * sink[:, None]
    colour = _paint(radial, ball, eyes)
    mesh = new_mesh("Eyeball", to_blender(centre + ball @ frame), quads, attributes={"colour": colour})
    add_object(scene, mesh, _ball_material())
    bulge = 0.0010 * ramp(radial, IRIS * 1.12, IRIS * 0.2)
    film = unit * (radius + 0.00012) + np.array([0, 0, 1]) * bulge[:, None]
    add_object(scene, new_mesh("Cornea", to_blender(centre + film @ frame), quads), _cornea_material())
