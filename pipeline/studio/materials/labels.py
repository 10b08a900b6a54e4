"""The switch that lets a mask's materials glow in their own albedo, and the passes that they write."""

from __future__ import annotations

from typing import Any

from pipeline.studio import blender
from pipeline.studio.materials.graph import Graph

_SWITCH = "Labels"
PASSES = {"uv": "COLOR", "normal": "COLOR", "part": "VALUE", "opacity": "VALUE"}
"""Passes that `labelled` materials write, for `pipeline.studio.blender.set_aovs`."""


def labelled(graph: Graph, surface: Any, albedo: Any, opacity: Any = 1.0) -> Any:
    """``surface`` with the switch of `show_labels`, writing PASSES; ``opacity`` is what it hides."""
    geometry = graph.node("ShaderNodeNewGeometry")
    graph.aov("uv", Color=graph.uv())
    graph.aov("part", Value=graph.attribute("part"))
    graph.aov("normal", Color=blender.socket_out(geometry, "Normal"))
    graph.aov("opacity", Value=opacity)
    blender.set_emission_is_no_lamp(graph.material)
    switch = graph.node("ShaderNodeValue")
    switch.name = _SWITCH
    switch.outputs[0].default_value = 0.0
    return graph.mix(switch.outputs[0], surface, graph.shader("ShaderNodeEmission", Color=albedo))


def show_labels(mask_material: Any, labels: bool) -> None:
    """Let a material glow in its own albedo, hiding all behind it, or look like itself again.

    A switch inside the material, as giving the mesh another one would send it to Cycles all over again.
    """
    mask_material.node_tree.nodes[_SWITCH].outputs[0].default_value = float(labels)
