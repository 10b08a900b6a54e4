"""Cloth, elastic and skin as plain shader nodes.

Patterns are laid out in the metres of the flat sheet's uv, and fade where they are too fine for the
photo's pixels, so that nothing shimmers at low resolution.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np

from pipeline.records import PARTS, Float
from pipeline.studio import blender
from pipeline.studio.fabric_mesh import Sheet

EMBOSS_PITCH = 0.0014  # m; calender points of spunbond polypropylene lie 1.0-1.5 mm apart
WELD_PITCH = 0.0024  # m; ultrasonic weld points along the borders
WELD_ROW = 0.0030  # m from the border
WIRE_RIDGE = 3e-4  # m
STITCH = 9e-4  # m; ribs of knitted elastic
EDGE = PARTS.index("edge")
_SWITCH = "Labels"


class Graph:
    """Thin shorthand for the node tree of one material."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.tree = blender.use_nodes(self.material)
        self.tree.nodes.clear()

    def node(self, kind: str, **properties: Any) -> Any:
        node = self.tree.nodes.new(kind)
        for key, value in properties.items():
            setattr(node, key, value)
        return node

    def link(self, source: Any, target: Any) -> None:
        self.tree.links.new(source, target)

    def feed(self, target: Any, value: Any) -> None:
        """Connect an output socket, or set a constant."""
        if isinstance(value, bpy.types.NodeSocket):
            self.link(value, target)
        elif np.ndim(value):
            target.default_value = tuple(float(v) for v in value) + ((1.0,) if len(value) == 3 else ())
        else:
            target.default_value = float(value)

    def math(self, operation: str, *operands: Any) -> Any:
        node = self.node("ShaderNodeMath", operation=operation)
        for target, value in zip(node.inputs, operands, strict=False):
            self.feed(target, value)
        return node.outputs[0]

    def ramp(self, value: Any, start: float, end: float) -> Any:
        """0 up to ``start``, 1 from ``end``, smooth between (``start`` may exceed ``end``)."""
        node = self.node("ShaderNodeMapRange", interpolation_type="SMOOTHSTEP")
        blender.set_inputs(node, From_Min=start, From_Max=end)
        self.feed(blender.socket_in(node, "Value"), value)
        return blender.socket_out(node, "Result")

    def scale_colour(self, colour: Any, factor: Any) -> Any:
        node = self.node("ShaderNodeVectorMath", operation="SCALE")
        if isinstance(colour, bpy.types.NodeSocket):
            self.link(colour, node.inputs[0])
        else:
            node.inputs[0].default_value = tuple(float(c) for c in colour)
        self.feed(blender.socket_in(node, "Scale"), factor)
        return blender.socket_out(node, "Vector")

    def mix_colour(self, factor: Any, first: Float, second: Float) -> Any:
        """``first`` where ``factor`` is 0, ``second`` where it is 1."""
        change = self.scale_colour(second - first, factor)
        node = self.node("ShaderNodeVectorMath", operation="ADD")
        node.inputs[0].default_value = tuple(float(c) for c in first)
        self.link(change, node.inputs[1])
        return node.outputs[0]

    def shader(self, kind: str, **inputs: Any) -> Any:
        node = self.node(kind)
        for name, value in inputs.items():
            self.feed(blender.socket_in(node, name.replace("_", " ")), value)
        return node.outputs[0]

    def mix(self, factor: Any, first: Any, second: Any) -> Any:
        node = self.node("ShaderNodeMixShader")
        self.feed(node.inputs[0], factor)
        self.link(first, node.inputs[1])
        self.link(second, node.inputs[2])
        return node.outputs[0]

    def add(self, first: Any, second: Any) -> Any:
        node = self.node("ShaderNodeAddShader")
        self.link(first, node.inputs[0])
        self.link(second, node.inputs[1])
        return node.outputs[0]

    def attribute(self, name: str) -> Any:
        return blender.socket_out(self.node("ShaderNodeAttribute", attribute_name=name), "Factor")

    def aov(self, name: str, **inputs: Any) -> None:
        """Write ``Color`` or ``Value`` to the pass called ``name``."""
        node = self.node("ShaderNodeOutputAOV")
        blender.set_aov_name(node, name)
        for key, value in inputs.items():
            self.feed(blender.socket_in(node, key), value)

    def finish(self, surface: Any) -> Any:
        self.link(surface, self.node("ShaderNodeOutputMaterial").inputs["Surface"])
        return self.material


def skin(albedo: Float, keep: str) -> Any:
    """Matte skin of linear RGB ``albedo``; writes vertex attribute ``keep`` to the pass of that name."""
    graph = Graph("Skin")
    graph.aov(keep, Value=graph.attribute(keep))
    return graph.finish(graph.shader("ShaderNodeBsdfDiffuse", Color=np.clip(albedo, 0.02, 0.9)))


def fabric(material: Mapping[str, Any], sheet: Sheet, side: str, pixel: float) -> Any:
    """Spunbond non-woven, ``side`` "outer" or "inner" of the sheet, seen at ``pixel`` metres a pixel.

    A colour per side, light leaking through, fine emboss, cloudiness of the web, weld points along the
    borders and the nose wire pressed through.
    """
    graph = Graph(f"Fabric {side}")
    albedo, height, weld = _fabric_pattern(graph, material, sheet, side, pixel)
    bump = graph.node("ShaderNodeBump")
    blender.set_inputs(bump, Strength=1.0, Distance=1.0)
    graph.feed(blender.socket_in(bump, "Height"), height)
    normal = blender.socket_out(bump, "Normal")

    leak = float(material["translucency"])
    through = np.minimum(np.asarray(material["colour"], float), np.asarray(material["back_colour"], float))
    surface = graph.add(
        graph.shader("ShaderNodeBsdfDiffuse", Color=albedo, Normal=normal),
        graph.shader("ShaderNodeBsdfTranslucent", Color=leak * through, Normal=normal),
    )
    sheen = graph.node("ShaderNodeLayerWeight")
    blender.set_inputs(sheen, Blend=0.25)
    gloss = graph.shader(
        "ShaderNodeBsdfGlossy", Color=(1, 1, 1), Roughness=float(material["roughness"]), Normal=normal
    )
    grazing = graph.math("MULTIPLY", blender.socket_out(sheen, "Facing"), float(material["sheen"]))
    if weld is not None:
        grazing = graph.math("MULTIPLY_ADD", weld, 0.05, grazing)
    surface = graph.mix(grazing, surface, gloss)
    # The sheet has two skins with nothing between: a skin is met from inside only by light on its way
    # out, which was scattered at the other skin already.
    back = blender.socket_out(graph.node("ShaderNodeNewGeometry"), "Backfacing")
    surface = graph.mix(back, surface, graph.shader("ShaderNodeBsdfTransparent"))
    return graph.finish(_labelled(graph, surface, albedo))


def elastic(material: Mapping[str, Any], pixel: float) -> Any:
    """Flat knitted ear loop with fine ribs along its length."""
    graph = Graph("Elastic")
    albedo = _elastic_pattern(graph, material, pixel)
    surface = graph.shader("ShaderNodeBsdfDiffuse", Color=albedo)
    return graph.finish(_labelled(graph, surface, albedo))


def show_labels(mask_material: Any, labels: bool) -> None:
    """Let a `fabric` or `elastic` glow in its own albedo, or look like itself again.

    A switch inside the material, as giving the mesh another one would send it to Cycles all over again.
    """
    mask_material.node_tree.nodes[_SWITCH].outputs[0].default_value = float(labels)


def _labelled(graph: Graph, surface: Any, albedo: Any) -> Any:
    """``surface`` with the switch of `show_labels`, writing the passes "uv", "part" and "normal"."""
    geometry = graph.node("ShaderNodeNewGeometry")
    graph.aov("uv", Color=graph.node("ShaderNodeUVMap", uv_map="UVMap").outputs[0])
    graph.aov("part", Value=graph.attribute("part"))
    graph.aov("normal", Color=blender.socket_out(geometry, "Normal"))
    blender.set_emission_is_no_lamp(graph.material)
    switch = graph.node("ShaderNodeValue")
    switch.name = _SWITCH
    switch.outputs[0].default_value = 0.0
    return graph.mix(switch.outputs[0], surface, graph.shader("ShaderNodeEmission", Color=albedo))


def _fabric_pattern(
    graph: Graph, material: Mapping[str, Any], sheet: Sheet, side: str, pixel: float
) -> tuple[Any, Any, Any]:
    """Albedo, height (m) and weld points of the sheet; welds are None where too small to see."""
    uv = graph.node("ShaderNodeUVMap", uv_map="UVMap").outputs[0]
    split = graph.node("ShaderNodeSeparateXYZ")
    graph.link(uv, split.inputs[0])
    u, v = split.outputs[0], split.outputs[1]
    tone = _cloud(graph, uv, int(material["weave_seed"]))
    height = graph.math("MULTIPLY", _wire(graph, u, v, sheet), WIRE_RIDGE)
    weld = None
    seen = _visible(EMBOSS_PITCH, pixel)
    if seen > 0:
        emboss = _emboss(graph, u, v)
        tone = graph.math("MULTIPLY", tone, graph.math("MULTIPLY_ADD", emboss, -0.07 * seen, 1.0))
        height = graph.math("MULTIPLY_ADD", emboss, -4e-5 * seen, height)
    seen = _visible(WELD_PITCH, pixel)
    if seen > 0:
        weld = graph.math("MULTIPLY", _weld(graph, u, v, sheet), seen)
        tone = graph.math("MULTIPLY", tone, graph.math("MULTIPLY_ADD", weld, -0.16, 1.0))
        height = graph.math("MULTIPLY_ADD", weld, -1.5e-4, height)
    colour: Any = np.asarray(material["colour"], float)
    if side == "inner":
        # The outer layer is folded over the borders, so they have its colour on both sides.
        band = graph.math("COMPARE", graph.attribute("part"), EDGE, 0.5)
        colour = graph.mix_colour(band, np.asarray(material["back_colour"], float), colour)
    return graph.scale_colour(colour, tone), height, weld


def _elastic_pattern(graph: Graph, material: Mapping[str, Any], pixel: float) -> Any:
    seen = _visible(STITCH, pixel)
    colour = np.asarray(material["loop_colour"], float)
    split = graph.node("ShaderNodeSeparateXYZ")
    graph.link(graph.node("ShaderNodeUVMap", uv_map="UVMap").outputs[0], split.inputs[0])
    rib = graph.math("SINE", graph.math("MULTIPLY", split.outputs[1], 2 * np.pi / STITCH))
    return graph.scale_colour(colour, graph.math("MULTIPLY_ADD", rib, 0.06 * seen, 1 - 0.06 * seen))


def _visible(pitch: float, pixel: float) -> float:
    """How much of a pattern of ``pitch`` metres is resolved: 0 at 2 pixels a period, 1 at 4."""
    t = float(np.clip((pitch / pixel - 2.0) / 2.0, 0.0, 1.0))
    return t * t * (3 - 2 * t)


def _emboss(graph: Graph, u: Any, v: Any) -> Any:
    """Points of a diamond lattice."""
    k = 2 * np.pi / EMBOSS_PITCH
    wave = graph.math(
        "MULTIPLY",
        graph.math("COSINE", graph.math("MULTIPLY", u, k * 0.5)),
        graph.math("COSINE", graph.math("MULTIPLY", v, k * 0.5)),
    )
    return graph.ramp(graph.math("ABSOLUTE", wave), 0.55, 0.85)


def _weld(graph: Graph, u: Any, v: Any, sheet: Sheet) -> Any:
    """A row of points along each border of the sheet."""
    k = 2 * np.pi / WELD_PITCH

    def row(along: Any, across: Any, centre: float, half: float) -> Any:
        inside = graph.math("SUBTRACT", half, graph.math("ABSOLUTE", graph.math("SUBTRACT", across, centre)))
        offset = graph.math("ABSOLUTE", graph.math("SUBTRACT", inside, WELD_ROW))
        beat = graph.math("COSINE", graph.math("MULTIPLY", along, k))
        return graph.math("MULTIPLY", graph.ramp(offset, 0.0007, 0.0003), graph.ramp(beat, -0.2, 0.3))

    centre, half = (sheet.low + sheet.high) / 2, (sheet.high - sheet.low) / 2
    return graph.math(
        "MAXIMUM", row(u, v, float(centre[1]), float(half[1])), row(v, u, float(centre[0]), float(half[0]))
    )


def _wire(graph: Graph, u: Any, v: Any, sheet: Sheet) -> Any:
    """The rounded ridge over the nose wire."""
    centre, half = (sheet.wire_low + sheet.wire_high) / 2, (sheet.wire_high - sheet.wire_low) / 2
    soft = 0.0022
    profile = []
    for coordinate, c, h in ((u, centre[0], half[0]), (v, centre[1], half[1])):
        offset = graph.math("ABSOLUTE", graph.math("SUBTRACT", coordinate, float(c)))
        profile.append(graph.ramp(offset, float(h) + soft, float(h) - soft))
    return graph.math("MULTIPLY", *profile)


def _cloud(graph: Graph, uv: Any, seed: int) -> Any:
    """Slow unevenness of a non-woven web, a few per cent around 1."""
    shift = graph.node("ShaderNodeVectorMath", operation="ADD")
    graph.link(uv, shift.inputs[0])
    shift.inputs[1].default_value = (0.754878 * seed % 1.0, 0.569840 * seed % 1.0, 0.0)
    noise = graph.node("ShaderNodeTexNoise", noise_dimensions="2D")
    blender.set_inputs(noise, Scale=350.0, Detail=3.0)
    graph.link(shift.outputs[0], blender.socket_in(noise, "Vector"))
    return graph.math("MULTIPLY_ADD", blender.socket_out(noise, "Factor"), 0.10, 0.95)
