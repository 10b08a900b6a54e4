"""What is no cloth: the plastic of valves, and the clear film of windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.studio import blender
from pipeline.studio.materials.graph import Graph
from pipeline.studio.materials.labels import labelled

PLASTIC = 1.49  # index of refraction of polypropylene
FILM = 1.54  # of polyvinyl chloride
ALUMINIUM = np.array([0.72, 0.73, 0.74])  # reflectance
SMEARED = 0.35  # share of what it mirrors that fingers and dust have blurred
HAZE = np.array([0.85, 0.87, 0.88])  # albedo of what dulls a film: scratches, breath


def valve(material: Mapping[str, Any]) -> Any:
    """Moulded plastic with the fine grain of its mould."""
    graph = Graph("Valve")
    albedo = np.asarray(material.get("valve_colour", (0.7, 0.7, 0.68)), float)
    fresnel = graph.node("ShaderNodeFresnel")
    blender.set_inputs(fresnel, IOR=PLASTIC)
    surface = graph.mix(
        blender.socket_out(fresnel, "Factor"),
        graph.shader("ShaderNodeBsdfDiffuse", Color=albedo),
        graph.shader("ShaderNodeBsdfGlossy", Color=(1, 1, 1), Roughness=0.38),
    )
    return graph.finish(labelled(graph, surface, albedo))


def metal() -> Any:
    """The soft aluminium of a nose clip, brushed by rolling and dulled by fingers."""
    graph = Graph("Clip")
    surface = graph.mix(
        0.75,
        graph.shader("ShaderNodeBsdfDiffuse", Color=ALUMINIUM * 0.6),
        graph.shader("ShaderNodeBsdfGlossy", Color=ALUMINIUM, Roughness=0.42),
    )
    return graph.finish(labelled(graph, surface, ALUMINIUM))


def window(material: Mapping[str, Any]) -> Any:
    """A clear film of one layer: what lies behind shows through all that it does not mirror or scatter."""
    graph = Graph("Window")
    # no two films waver alike
    shift = np.random.default_rng(int(material.get("weave_seed", 0))).uniform(0, 1, 3)
    uv = graph.vector("ADD", graph.uv(), shift)
    haze = _dulled(graph, material, uv)
    # such film is never flat: its mirror images waver
    normal = graph.bump(
        graph.math(
            "MULTIPLY_ADD",
            _noise(graph, uv, 0.060),
            5e-3,
            graph.math("MULTIPLY", _noise(graph, uv, 0.022), 1e-3),
        )
    )
    fresnel = graph.node("ShaderNodeFresnel")
    blender.set_inputs(fresnel, IOR=FILM)
    graph.link(normal, blender.socket_in(fresnel, "Normal"))
    once = blender.socket_out(fresnel, "Factor")
    # both of its surfaces mirror: 2 R / (1 + R)
    mirrored = graph.math("DIVIDE", graph.math("MULTIPLY", once, 2.0), graph.math("ADD", once, 1.0))
    clear = graph.mix(
        haze,
        graph.shader("ShaderNodeBsdfTransparent"),
        graph.shader("ShaderNodeBsdfDiffuse", Color=HAZE),
    )
    mirror = graph.mix(
        SMEARED,
        graph.shader("ShaderNodeBsdfGlossy", Color=(1, 1, 1), Roughness=0.07, Normal=normal),
        graph.shader("ShaderNodeBsdfGlossy", Color=(1, 1, 1), Roughness=0.30, Normal=normal),
    )
    opacity = graph.math("MULTIPLY_ADD", graph.one_less(mirrored), haze, mirrored)
    return graph.finish(labelled(graph, graph.mix(mirrored, clear, mirror), HAZE, opacity))


def _dulled(graph: Graph, material: Mapping[str, Any], uv: Any) -> Any:
    """Share of light that scratches scatter all over, and breath in its middle in soft patches."""
    haze, fog = float(material.get("window_haze", 0.05)), float(material.get("window_fog", 0.0))
    if fog <= 0:
        return haze
    middle = graph.ramp(graph.parts(graph.uv("Seam"))[0], 0.004, 0.022)
    patch = graph.ramp(_noise(graph, uv, 0.035), 0.30, 0.70)
    return graph.math("MULTIPLY_ADD", graph.math("MULTIPLY", middle, patch), fog * (1 - haze), haze)


def _noise(graph: Graph, uv: Any, grain: float) -> Any:
    """Smooth noise about 0.5 with bumps of ``grain`` metres on the flat pattern."""
    noise = graph.node("ShaderNodeTexNoise", noise_dimensions="2D")
    blender.set_inputs(noise, Scale=1 / grain, Detail=1.0)
    graph.link(uv, blender.socket_in(noise, "Vector"))
    return blender.socket_out(noise, "Factor")
