"""Skin of people who do not exist: colour painted on the head's vertices, and its material."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from pipeline.head.beard import beard_weight
from pipeline.head.model import HeadModel
from pipeline.ramp import ramp
from pipeline.records import Float
from pipeline.studio import blender
from pipeline.studio.surface import averaging, lattice_noise, smooth


@dataclass(frozen=True)
class Complexion:
    """What one person's skin looks like."""

    melanin: float  # 0 very light ... 1 very dark
    blood: float  # 0 pale ... 1 rosy
    stubble: float  # 0 none ... 1 dark shadow of a beard
    freckles: float  # 0 none ... 1 many
    lip_tint: float  # 0 as the skin ... 1 strongly red
    brow_colour: Float  # (3,) linear RGB
    oiliness: float  # 0 matt ... 1 shiny
    seed: int


def draw_complexion(
    rng: np.random.Generator, melanin: float, hair_colour: Float, *, beardless: bool
) -> Complexion:
    """A random complexion of given ``melanin`` that goes with ``hair_colour`` (3,)."""
    return Complexion(
        melanin=melanin,
        blood=float(rng.uniform(0.2, 1.0)),
        stubble=0.0 if beardless else float(max(0.0, rng.uniform(-1.0, 1.0))),
        freckles=float(max(0.0, rng.uniform(-2.0, 1.0)) * (1 - melanin)),
        lip_tint=float(rng.uniform(0.25, 0.75)),
        brow_colour=0.6 * hair_colour * np.array([1.0, 0.9, 0.8]),
        oiliness=float(rng.uniform(0.15, 0.8)),
        seed=int(rng.integers(2**31)),
    )


def base_colour(melanin: float, blood: float) -> Float:
    """Linear RGB albedo (3,) on a curve from light to dark skin.

    Absorption grows linearly with melanin, most for blue, between values near the lightest and the
    darkest of published skin reflectance series (as in Jimenez et al. 2010); blood takes green and blue.
    """
    light, dark = np.array([-0.42, -0.80, -1.07]), np.array([-2.35, -3.05, -3.55])
    warmth = 4 * melanin * (1 - melanin) * np.array([0.10, -0.04, -0.22])
    flush = (blood - 0.5) * (1 - 0.7 * melanin) * np.array([0.02, -0.14, -0.10])
    return np.exp(light + melanin * (dark - light) + warmth + flush)


def _around(rest: Float, centre: Float, radius: float) -> Float:
    return np.exp(-0.5 * ((rest - centre) ** 2).sum(axis=1) / radius**2)


def both_sides(rest: Float) -> Float:
    """Vertices (V, 3) with x made positive, for weights that are alike left and right."""
    return np.abs(rest * [1.0, 0, 0]) + rest * [0, 1.0, 1.0]


def regions_on_skin(head: HeadModel, steps: Mapping[str, int]) -> dict[str, Float]:
    """Soft 0..1 weights (V,) of regions of the head, smoothed by so many rounds."""
    matrix = averaging(head.faces, len(head.mean))
    return {name: smooth(head.regions[name].astype(float), matrix, count) for name, count in steps.items()}


def brow_weight(rest: Float) -> Float:
    """Density 0..1 (V,) of the eyebrows' hair over the mean head ``rest`` (V, 3)."""
    x, y = np.abs(rest[:, 0]), rest[:, 1]
    t = np.clip((x - 0.012) / 0.040, 0, 1)
    middle = 0.0165 + 0.0055 * np.sin(np.pi * np.clip(t * 0.85, 0, 1)) - 0.0040 * t**3
    half = 0.0042 * (1 - 0.75 * t**1.5)
    across = ramp(np.abs(y - middle) / half, 1.25, 0.55)
    along = ramp(x, 0.0095, 0.0165) * ramp(x, 0.0545, 0.0460)
    return across * along * (rest[:, 2] > 0)


def skin_colour(
    head: HeadModel, rest: Float, masks: Mapping[str, Float], person: Complexion, *, brows: float
) -> Float:
    """Linear RGB albedo (V, 3) of a (possibly refined) mean head ``rest`` (V, 3).

    ``masks`` are `regions_on_skin` at the same vertices; ``brows`` 0..1 is how strongly eyebrows are
    painted (1 when no hair stands on them).
    """
    tone = base_colour(person.melanin, person.blood)
    mirrored = both_sides(rest)
    at = {name: both_sides(head.mean[[vertex]])[0] for name, vertex in head.points.items()}
    log = np.tile(np.log(tone), (len(rest), 1))

    def tint(weight: Float, change: tuple[float, float, float]) -> None:
        nonlocal log
        log = log + weight[:, None] * np.array(change)

    fade = 1 - 0.6 * person.melanin
    flush = (0.35 + 0.65 * person.blood) * fade
    patchy = 1 + 0.4 * lattice_noise(rest, 0.012, person.seed)
    cheek = at["zygion_left"] * [0.62, 1, 0] + [0, -0.022, 0.012]
    tint(_around(mirrored, cheek, 0.019) * patchy, (-0.01, -0.22 * flush, -0.17 * flush))
    tint(_around(mirrored, at["pronasale"], 0.013) * patchy, (0.0, -0.22 * flush, -0.18 * flush))
    tint(_around(mirrored, at["alare_left"], 0.008), (-0.06, -0.26 * flush, -0.2 * flush))
    tint(_around(mirrored, at["pogonion"], 0.013) * patchy, (0.0, -0.10 * flush, -0.08 * flush))
    tint(masks["ears"], (0.0, -0.22 * flush, -0.16 * flush))
    tint(ramp(rest[:, 1], 0.01, 0.05) * (1 - masks["ears"]), (-0.03, -0.02, -0.07))
    # Thin, darker skin around the eyes.
    under = _around(mirrored, np.array([0.030, -0.014, 0.012]), 0.0085)
    inner = _around(mirrored, at["endocanthion_left"], 0.006)
    tint(np.maximum(under, inner), (-0.10, -0.16, -0.12))
    tint(masks["eyelids"], (-0.07, -0.14, -0.10))
    # Blotches from large to small.
    for size, amount in ((0.03, 0.035), (0.008, 0.05), (0.0022, 0.045)):
        noise = lattice_noise(rest, size, person.seed + int(size * 1e5))
        log = log + amount * noise[:, None] * np.array([0.5, 1.0, 1.1])
    if person.freckles > 0:
        spots = ramp(lattice_noise(rest, 0.0026, person.seed + 7), 0.55 - 0.25 * person.freckles, 0.75)
        where = _around(mirrored * [1, 1, 0], np.array([0.02, -0.025, 0]), 0.03)
        tint(spots * where * person.freckles, (-0.25, -0.45, -0.6))
    # Lips, darkest in the line between them.
    change = person.lip_tint * np.array([-0.10, -0.62, -0.45]) * (1 - 0.45 * person.melanin)
    wrinkles = 1 + 0.12 * lattice_noise(rest * [1, 0.25, 0.25], 0.0012, person.seed + 3)
    tint(masks["lips"] * wrinkles, tuple(change))
    tint(masks["mouth_cavity"], (-0.7, -1.6, -1.5))
    # Beard shadow.
    if person.stubble > 0:
        weight = beard_weight(head, rest) * (1 - masks["lips"])
        grain = 0.75 + 0.5 * lattice_noise(rest, 0.0016, person.seed + 5)
        tint(person.stubble * weight * grain * (1 - 0.5 * person.melanin), (-0.55, -0.42, -0.30))
    colour = np.exp(log)
    if brows > 0:
        strokes = 0.75 + 0.35 * lattice_noise(rest * [1.0, 0.35, 0.5], 0.0012, person.seed + 9)
        weight = np.clip(brows * brow_weight(rest) * strokes, 0, 0.92)[:, None]
        colour = (1 - weight) * colour + weight * np.minimum(person.brow_colour, 0.5 * colour)
    return np.clip(colour, 0.004, 0.9)


def skin_material(person: Complexion, *, scatter: bool) -> Any:
    """Material reading vertex colours "colour" and "gloss" and mean-head positions "rest".

    ``scatter`` adds light travelling under the skin, which costs about half as much again.
    """
    material = bpy.data.materials.new("Skin")
    tree = blender.use_nodes(material)
    nodes, links = tree.nodes, tree.links
    nodes.clear()
    surface = nodes.new("ShaderNodeBsdfPrincipled")
    output = nodes.new("ShaderNodeOutputMaterial")
    links.new(surface.outputs[0], output.inputs["Surface"])
    colour = nodes.new("ShaderNodeAttribute")
    colour.attribute_name = "colour"
    rest = nodes.new("ShaderNodeAttribute")
    rest.attribute_name = "rest"
    gloss = nodes.new("ShaderNodeAttribute")
    gloss.attribute_name = "gloss"

    # Mottling finer than the mesh, as a factor around 1.
    mottle = nodes.new("ShaderNodeTexNoise")
    blender.set_inputs(mottle, Scale=650.0, Detail=2.0)
    links.new(rest.outputs["Vector"], mottle.inputs["Vector"])
    factor = nodes.new("ShaderNodeMapRange")
    factor.inputs["From Min"].default_value, factor.inputs["From Max"].default_value = 0.25, 0.75
    factor.inputs["To Min"].default_value, factor.inputs["To Max"].default_value = 0.92, 1.08
    links.new(blender.socket_out(mottle, "Factor"), factor.inputs["Value"])
    mottled = nodes.new("ShaderNodeMixRGB")
    mottled.blend_type = "MULTIPLY"
    mottled.inputs["Fac"].default_value = 1.0
    links.new(colour.outputs["Color"], mottled.inputs["Color1"])
    links.new(factor.outputs["Result"], mottled.inputs["Color2"])
    links.new(mottled.outputs["Color"], surface.inputs["Base Color"])

    pores = nodes.new("ShaderNodeTexVoronoi")
    blender.set_inputs(pores, Scale=900.0)
    lines = nodes.new("ShaderNodeTexNoise")
    blender.set_inputs(lines, Scale=420.0, Detail=3.0)
    for texture in (pores, lines):
        links.new(rest.outputs["Vector"], texture.inputs["Vector"])
    total = nodes.new("ShaderNodeMath")
    total.operation = "ADD"
    links.new(blender.socket_out(pores, "Distance"), total.inputs[0])
    links.new(blender.socket_out(lines, "Factor"), total.inputs[1])
    bump = nodes.new("ShaderNodeBump")
    blender.set_inputs(bump, Strength=0.22, Distance=0.00035)
    links.new(total.outputs[0], bump.inputs["Height"])
    links.new(bump.outputs["Normal"], surface.inputs["Normal"])

    links.new(gloss.outputs["Fac"], surface.inputs["Roughness"])
    blender.set_inputs(surface, Specular_IOR_Level=0.2 + 0.15 * person.oiliness, IOR=1.42)
    if scatter:
        depth = np.array([0.0030, 0.0011, 0.0005]) * (1 - 0.5 * person.melanin)
        blender.set_subsurface(tree, surface, mottled.outputs["Color"], 1.0, depth)
    return material


def matt_skin() -> Any:
    """Material reading vertex colours "colour" and nothing else: half the cost of `skin_material`."""
    material = bpy.data.materials.new("Skin")
    tree = blender.use_nodes(material)
    tree.nodes.clear()
    colour = tree.nodes.new("ShaderNodeAttribute")
    colour.attribute_name = "colour"
    surface = tree.nodes.new("ShaderNodeBsdfDiffuse")
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(colour.outputs["Color"], surface.inputs["Color"])
    tree.links.new(surface.outputs[0], output.inputs["Surface"])
    return material


def skin_gloss(rest: Float, masks: Mapping[str, Float], person: Complexion) -> Float:
    """Roughness (V,) of the skin: shinier on nose, forehead and lips."""
    mirrored = both_sides(rest)
    shiny = (
        0.8 * _around(mirrored, np.array([0.0, -0.035, 0.045]), 0.014)
        + 0.5 * _around(mirrored, np.array([0.0, 0.045, 0.03]), 0.03)
        + 0.4 * _around(mirrored, np.array([0.043, -0.02, 0.012]), 0.014)
        + 0.9 * masks["lips"]
        + 0.5 * masks["eyelids"]
    )
    rough = 0.66 - 0.12 * person.oiliness - 0.16 * np.clip(shiny, 0, 1)
    return np.clip(rough + 0.05 * lattice_noise(rest, 0.004, person.seed + 11), 0.25, 0.8)
