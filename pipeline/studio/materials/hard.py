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
    haze = float(material.get("window_haze", 0.05))
    noise = graph.node("ShaderNodeTexNoise", noise_dimensions="2D")
    blender.set_inputs(noise, Scale=45.0, Detail=1.0)
    graph.link(graph.uv(), blender.socket_in(noise, "Vector"))
    # such film is never flat: its mirror images waver
    normal = graph.bump(graph.math("MULTIPLY", blender.socket_out(noise, "Factor"), 1.2e-3))
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
    surface = graph.mix(
        mirrored, clear, graph.shader("ShaderNodeBsdfGlossy", Color=(1, 1, 1), Roughness=0.07, Normal=normal)
    )
    opacity = graph.math("MULTIPLY_ADD", mirrored, 1 - haze, haze)
    return graph.finish(labelled(graph, surface, HAZE, opacity))
