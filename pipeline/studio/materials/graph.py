"""Thin shorthand for the node tree of one material."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from pipeline.studio import blender


class Graph:
    """One material in the making. Values are output sockets, or constants: numbers, or arrays (3,)."""

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

    def mix_colour(self, factor: Any, first: Any, second: Any) -> Any:
        """``first`` where ``factor`` is 0, ``second`` where it is 1."""
        return self.vector(
            "ADD", self.scale_colour(first, self.one_less(factor)), self.scale_colour(second, factor)
        )

    def vector(self, operation: str, *operands: Any) -> Any:
        node = self.node("ShaderNodeVectorMath", operation=operation)
        for target, value in zip(node.inputs, operands, strict=False):
            if isinstance(value, bpy.types.NodeSocket):
                self.link(value, target)
            else:
                target.default_value = tuple(float(c) for c in value)
        return node.outputs[0]

    def one_less(self, value: Any) -> Any:
        """1 - ``value``."""
        return self.math("SUBTRACT", 1.0, value)

    def parts(self, vector: Any) -> tuple[Any, Any, Any]:
        """The three numbers of a vector or colour."""
        node = self.node("ShaderNodeSeparateXYZ")
        self.link(vector, node.inputs[0])
        return node.outputs[0], node.outputs[1], node.outputs[2]

    def uv(self, layer: str = "UVMap") -> Any:
        return self.node("ShaderNodeUVMap", uv_map=layer).outputs[0]

    def off(self, value: Any, centre: float) -> Any:
        """How far ``value`` is from ``centre``."""
        return self.math("ABSOLUTE", self.math("SUBTRACT", value, centre))

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

    def bump(self, height: Any) -> Any:
        """Normals of a surface raised by ``height`` metres."""
        node = self.node("ShaderNodeBump")
        blender.set_inputs(node, Strength=1.0, Distance=1.0)
        self.feed(blender.socket_in(node, "Height"), height)
        return blender.socket_out(node, "Normal")

    def finish(self, surface: Any) -> Any:
        self.link(surface, self.node("ShaderNodeOutputMaterial").inputs["Surface"])
        return self.material
