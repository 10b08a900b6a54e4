"""Glasses of people who do not exist: many cuts, metal or plastic, clear lenses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.records import Float
from pipeline.studio import blender
from pipeline.studio.camera import to_blender
from pipeline.studio.glasses_shape import Cut, fit_glasses
from pipeline.studio.materials.graph import Graph
from pipeline.studio.mesh import add_object, new_mesh

_METALS = np.array([[0.72, 0.70, 0.68], [0.75, 0.55, 0.26], [0.62, 0.42, 0.33], [0.10, 0.10, 0.11]])
_PLASTICS = np.array(
    [
        [0.008, 0.008, 0.009],
        [0.008, 0.008, 0.009],
        [0.06, 0.025, 0.010],
        [0.010, 0.016, 0.05],
        [0.16, 0.012, 0.016],
        [0.20, 0.15, 0.11],
        [0.55, 0.53, 0.50],
    ]
)


@dataclass(frozen=True)
class Glasses:
    cut: Cut
    metal: bool
    colour: Float  # (3,) linear RGB of the frame
    tint: Float  # (3,) what a lens lets through
    gleam: float  # reflectance of a lens over that of one bare surface of glass


def draw_glasses(rng: np.random.Generator) -> Glasses:
    """Random glasses as opticians sell them: sizes in their usual ranges."""
    metal, half_rim = rng.random() < 0.5, rng.random() < 0.25
    rim = rng.uniform(0.0009, 0.0016) if metal else rng.uniform(0.0022, 0.0048)
    round_lens = rng.random() < 0.4
    width = rng.uniform(0.046, 0.050) if round_lens else rng.uniform(0.049, 0.056)
    height = width * (rng.uniform(0.88, 0.98) if round_lens else rng.uniform(0.60, 0.82))
    cut = Cut(
        width=float(width),
        height=float(height),
        bridge=float(rng.uniform(0.016, 0.021)),
        squareness=float(rng.uniform(2.0, 2.4) if round_lens else rng.uniform(2.6, 5.0)),
        taper=float(rng.uniform(0.0, 0.12)),
        rim=float(rim),
        lower_rim=0.0005 if half_rim else float(rim),
        depth=float(0.0018 if metal else rng.uniform(0.0028, 0.0040)),
        temple=float(rng.uniform(0.0014, 0.0035) if metal else rng.uniform(0.0035, 0.0085)),
        drop=float(rng.uniform(0.001, 0.006)),
        tilt=float(np.radians(rng.uniform(4, 12))),
        bow=float(rng.uniform(0.18, 0.45)),
    )
    palette = _METALS if metal else _PLASTICS
    return Glasses(
        cut=cut,
        metal=bool(metal),
        colour=palette[rng.integers(len(palette))] * rng.uniform(0.8, 1.2),
        tint=1 - rng.uniform(0.005, 0.04) * rng.uniform(0.6, 1.0, 3),
        gleam=float(rng.uniform(0.3, 2.0)),  # from coated lenses to both surfaces of plain ones
    )


def add_glasses(scene: Any, glasses: Glasses, shape: Float, place: Callable[[Float], Float]) -> None:
    """Put ``glasses`` on the head with vertices ``shape`` (V, 3) m in the head frame.

    ``place`` takes points (N, 3) of the head frame to the camera frame.
    """
    fitted = fit_glasses(glasses.cut, shape)
    frame, lens = _frame_material(glasses), _lens_material(glasses)
    pads = _pad_material() if glasses.metal else frame
    for material, parts in (
        (frame, fitted.frame + fitted.pad_arms),
        (pads, fitted.pads),
        (lens, fitted.lenses),
    ):
        for part in parts:
            add_object(scene, new_mesh("Glasses", to_blender(place(part.vertices)), part.faces), material)


def _frame_material(glasses: Glasses) -> Any:
    graph = Graph("Frame")
    surface = graph.node("ShaderNodeBsdfPrincipled")
    blender.set_inputs(surface, Roughness=0.28 if glasses.metal else 0.22, Metallic=float(glasses.metal))
    graph.feed(surface.inputs["Base Color"], glasses.colour)
    return graph.finish(surface.outputs[0])


def _pad_material() -> Any:
    """Clear silicone, as a milky gleam over what lies below."""
    graph = Graph("Pads")
    clear = graph.shader("ShaderNodeBsdfTransparent", Color=np.full(3, 0.92))
    gloss = graph.shader("ShaderNodeBsdfGlossy", Color=np.ones(3), Roughness=0.15)
    return graph.finish(graph.mix(0.12, clear, gloss))


def _lens_material(glasses: Glasses) -> Any:
    """Mirrors by Schlick's approximation and lets the rest straight through; alike from both sides."""
    graph = Graph("Lens")
    facing = blender.socket_out(graph.node("ShaderNodeLayerWeight"), "Facing")
    schlick = graph.math("MULTIPLY_ADD", graph.math("POWER", facing, 5.0), 0.96, 0.04)
    mirrored = graph.math("MINIMUM", graph.math("MULTIPLY", schlick, glasses.gleam), 0.9)
    clear = graph.shader("ShaderNodeBsdfTransparent", Color=glasses.tint)
    gloss = graph.shader("ShaderNodeBsdfGlossy", Color=np.ones(3), Roughness=0.02)
    return graph.finish(graph.mix(mirrored, clear, gloss))
