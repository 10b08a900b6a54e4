"""`pipeline.records.Light` as Blender lamps, so that a white diffuse surface renders its values."""

from __future__ import annotations

import math
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from pipeline.records import Float, Light
from pipeline.sky import light_sky
from pipeline.studio import blender
from pipeline.studio.camera import to_blender
from pipeline.studio.picture import linear_image

SOFTNESS = math.radians(24.0)
"""Angular diameter of a lamp whose shadow does not tell it: windows, lit walls and softboxes."""


def set_ambient(scene: Any, colour: Any) -> None:
    """Uniform surroundings of linear RGB ``colour`` (3,): white diffuse surfaces show just that."""
    tree = blender.use_nodes(scene.world)
    tree.nodes.clear()
    background = tree.nodes.new("ShaderNodeBackground")
    output = tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(background.outputs[0], output.inputs["Surface"])
    strength = max(float(np.max(colour)), 1e-9)
    background.inputs["Color"].default_value = (*(float(c) / strength for c in colour), 1.0)
    background.inputs["Strength"].default_value = strength


def set_sky(scene: Any, sky: Float) -> None:
    """Surroundings that send radiance ``sky`` (H, W, 3), linear RGB, as `pipeline.sky` lays it out."""
    image = linear_image("Sky", sky)
    tree = blender.use_nodes(scene.world)
    nodes, links = tree.nodes, tree.links
    nodes.clear()
    # Blender's skies have their pole along z and begin along -x; ours along its y and z.
    ray, axes, turned = (nodes.new(f"ShaderNode{kind}") for kind in ("TexCoord", "SeparateXYZ", "CombineXYZ"))
    links.new(ray.outputs["Generated"], axes.inputs[0])
    for source, target in (("Z", "X"), ("X", "Y")):
        flipped = nodes.new("ShaderNodeMath")
        flipped.operation = "MULTIPLY"
        flipped.inputs[1].default_value = -1.0
        links.new(axes.outputs[source], flipped.inputs[0])
        links.new(flipped.outputs[0], turned.inputs[target])
    links.new(axes.outputs["Y"], turned.inputs["Z"])
    texture = nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    background, output = nodes.new("ShaderNodeBackground"), nodes.new("ShaderNodeOutputWorld")
    links.new(turned.outputs[0], texture.inputs["Vector"])
    links.new(texture.outputs["Color"], background.inputs["Color"])
    links.new(background.outputs[0], output.inputs["Surface"])


def add_reflections(scene: Any, light: Light) -> None:
    """Let shiny surfaces, eyes above all, mirror a room with a window instead of an even sky.

    Only glossy rays see it, so diffuse surfaces still show exactly ``light``.
    """
    tree = scene.world.node_tree
    nodes, links = tree.nodes, tree.links
    output = next(node for node in nodes if node.bl_idname == "ShaderNodeOutputWorld")
    even = output.inputs["Surface"].links[0].from_node
    level = max(float(np.max(light.ambient)), 1e-9)
    key = int(np.argmax(light.irradiance.sum(axis=1) * (light.directions[:, 2] < 0)))
    ray = nodes.new("ShaderNodeNewGeometry")  # of the sky: Incoming points back at the viewer
    facing = nodes.new("ShaderNodeVectorMath")
    facing.operation = "DOT_PRODUCT"
    facing.inputs[1].default_value = tuple(-to_blender(light.directions[key]))
    links.new(ray.outputs["Incoming"], facing.inputs[0])
    window = nodes.new("ShaderNodeMapRange")
    # Bright within some 20 degrees of the key lamp, falling off over as many more.
    for name, value in (("From Min", 0.87), ("From Max", 0.96), ("To Min", 0.5), ("To Max", 16.0)):
        window.inputs[name].default_value = value
    links.new(facing.outputs["Value"], window.inputs["Value"])
    room = nodes.new("ShaderNodeBackground")
    room.inputs["Color"].default_value = (*(float(c) / level for c in light.ambient), 1.0)
    strength = nodes.new("ShaderNodeMath")
    strength.operation = "MULTIPLY"
    strength.inputs[1].default_value = level
    links.new(window.outputs["Result"], strength.inputs[0])
    links.new(strength.outputs[0], room.inputs["Strength"])
    path = nodes.new("ShaderNodeLightPath")
    mix = nodes.new("ShaderNodeMixShader")
    links.new(path.outputs["Is Glossy Ray"], mix.inputs[0])
    links.new(even.outputs[0], mix.inputs[1])
    links.new(room.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], output.inputs["Surface"])


def lamp_widths(light: Light) -> Float:
    """Angular diameters (L,) of the lamps, radians: the strongest as small as the photo tells.

    A lamp wider than `SOFTNESS` is several to the fit that found it.
    """
    widths = np.full(len(light.directions), SOFTNESS)
    if light.width is not None and len(widths):
        widths[light.irradiance.sum(axis=1).argmax()] = min(light.width, SOFTNESS)
    return widths


def add_lights(scene: Any, light: Light) -> list[Any]:
    """Ambient world and one sun per lamp of ``light``.

    A Blender sun of strength E lights a facing white diffuse surface to radiance E / pi, hence the pi.
    """
    if light.around is None:
        set_ambient(scene, light.ambient)
    else:
        set_sky(scene, light_sky(light))
    suns = []
    widths = lamp_widths(light)
    for direction, irradiance, width in zip(light.directions, light.irradiance, widths, strict=True):
        strength = float(np.max(irradiance))
        if strength <= 0:
            continue
        data = bpy.data.lights.new("Lamp", "SUN")
        data.energy = math.pi * strength
        data.color = tuple(float(c) / strength for c in irradiance)
        data.angle = float(width)
        sun = bpy.data.objects.new("Lamp", data)
        sun.rotation_mode = "QUATERNION"
        # A sun shines along its own -z, so its +z is the way towards it.
        sun.rotation_quaternion = Vector(to_blender(direction)).to_track_quat("Z", "Y")
        scene.collection.objects.link(sun)
        suns.append(sun)
    return suns
