"""Ear loops, head straps and ties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.studio import blender
from pipeline.studio.materials.graph import Graph
from pipeline.studio.materials.labels import labelled
from pipeline.studio.materials.relief import visible

RIB = 9e-4  # m; ribs of knitted elastic
TWINE = 1.6e-3  # m; from one edge stitch of a tie to the next


def loop(material: Mapping[str, Any], pixel: float) -> Any:
    """Flat knitted ear loop with fine ribs along its length."""
    return _knitted("Loop", material["loop_colour"], pixel)


def strap(material: Mapping[str, Any], pixel: float) -> Any:
    """Head strap or tie: knitted elastic, smooth rubber or a strip of cloth."""
    colour = material.get("strap_colour", material["loop_colour"])
    kind = material.get("strap_is", "elastic")
    if kind == "rubber":
        return _rubber(colour)
    return _knitted("Strap", colour, pixel) if kind == "elastic" else _tie(colour, pixel)


def _knitted(name: str, colour: Any, pixel: float) -> Any:
    graph = Graph(name)
    seen = visible(RIB, pixel)
    along, around, _ = graph.parts(graph.uv())
    rib = graph.math("SINE", graph.math("MULTIPLY", around, 2 * np.pi / RIB))
    row = graph.math("SINE", graph.math("MULTIPLY", along, 2 * np.pi / (0.7 * RIB)))
    tone = graph.math("MULTIPLY_ADD", rib, 0.06 * seen, 1 - 0.06 * seen)
    tone = graph.math("MULTIPLY_ADD", row, 0.04 * visible(0.7 * RIB, pixel), tone)
    return _matt(graph, graph.scale_colour(np.asarray(colour, float), tone))


def _tie(colour: Any, pixel: float) -> Any:
    graph = Graph("Tie")
    along, _, _ = graph.parts(graph.uv())
    beat = graph.math("SINE", graph.math("MULTIPLY", along, 2 * np.pi / TWINE))
    tone = graph.math("MULTIPLY_ADD", beat, 0.05 * visible(TWINE, pixel), 1.0)
    return _matt(graph, graph.scale_colour(np.asarray(colour, float), tone))


def _matt(graph: Graph, albedo: Any) -> Any:
    surface = graph.shader("ShaderNodeBsdfDiffuse", Color=albedo)
    return graph.finish(labelled(graph, surface, albedo))


def _rubber(colour: Any) -> Any:
    graph = Graph("Rubber")
    albedo = np.asarray(colour, float)
    fresnel = graph.node("ShaderNodeFresnel")
    blender.set_inputs(fresnel, IOR=1.5)
    surface = graph.mix(
        blender.socket_out(fresnel, "Factor"),
        graph.shader("ShaderNodeBsdfDiffuse", Color=albedo),
        graph.shader("ShaderNodeBsdfGlossy", Color=(1, 1, 1), Roughness=0.45),
    )
    return graph.finish(labelled(graph, surface, albedo))
