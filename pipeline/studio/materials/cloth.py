"""The sheet of a mask: weave, print, wear and light leaking through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.records import PARTS, ClothLook, Float, Tile
from pipeline.studio import blender
from pipeline.studio.materials.graph import Graph
from pipeline.studio.materials.labels import labelled
from pipeline.studio.materials.relief import Relief, relief
from pipeline.studio.materials.tile import tile

UNDYED = np.array([0.66, 0.65, 0.60])  # cotton as it comes from the loom
DIRT = np.array([0.78, 0.71, 0.61])  # what grime leaves of the light
SKIN = np.array([0.42, 0.30, 0.23])  # what most of a mask lies over
DENSER = 0.6  # of its translucency: so much more dye is seen where thin cloth is folded over
THIN = 12.0  # times translucency: where thin cloth has fewer fibres, or melted ones, light is lost through it
MATTED = {"needle_felt": 1.3}  # fibres that stand off shade each other besides
PILL = 1.2e-4  # m that the worst pills stand out
FLAT = 0.01  # relief that slopes less from pixel to pixel is not worth its cost
EDGE = PARTS.index("edge")
_BANDS = (EDGE, PARTS.index("wire"))
_DEEPEST = 0.3  # darker cloth is dyed through: more fibre hardly darkens it
_LEAST_MATT = 0.008  # of the light: the blackest dye
_CLOUD = 0.14  # deviation of the map of clouds
_UNEVEN = 0.1 / _CLOUD  # unevenness is in tenths


def cloth(material: Mapping[str, Any], look: ClothLook, side: str, pixel: float, seams: bool) -> Any:
    """``side`` "outer" or "inner" of the sheet, seen at ``pixel`` metres a pixel; ``seams``: it has any."""
    graph = Graph(f"Cloth {side}")
    # the inside is hardly ever seen, and each node costs time
    lines = relief(graph, material, pixel, seams) if side == "outer" else Relief(0.0, 1.0, 0.0, 0.0)
    albedo, height = _dyed(graph, material, look, side, lines, pixel)
    normal = graph.bump(height)
    # a colour is that of all the light that comes back: what the fibres' surfaces throw is part of it
    gloss = float(material.get("gloss", 0.0))
    matt = graph.vector(
        "MAXIMUM", graph.vector("SUBTRACT", albedo, np.full(3, gloss)), np.full(3, _LEAST_MATT)
    )
    leak = float(material["translucency"])
    through = np.minimum(np.asarray(material["colour"], float), np.asarray(material["back_colour"], float))
    surface = graph.add(
        graph.shader("ShaderNodeBsdfDiffuse", Color=matt, Normal=normal),
        graph.shader("ShaderNodeBsdfTranslucent", Color=leak * through, Normal=normal),
    )
    facing = graph.node("ShaderNodeLayerWeight")
    blender.set_inputs(facing, Blend=0.1)
    shine = graph.shader(
        "ShaderNodeBsdfGlossy", Color=_shine(material), Roughness=float(material["roughness"]), Normal=normal
    )
    share = graph.math(
        "MULTIPLY_ADD",
        blender.socket_out(facing, "Facing"),
        float(material["sheen"]),
        gloss,
    )
    share = graph.math("MULTIPLY_ADD", lines.melted, 0.03, share)
    surface = graph.mix(share, surface, shine)
    # The sheet has two skins with nothing between: a skin is met from inside only by light on its way
    # out, which was scattered at the other skin already.
    back = blender.socket_out(graph.node("ShaderNodeNewGeometry"), "Backfacing")
    clear = graph.shader("ShaderNodeBsdfTransparent")
    seen = labelled(graph, graph.mix(back, surface, clear), albedo)
    # Most rays come to see whether light gets past, or how much of it the cloth throws on skin: for those
    # its plain colour will do, and Cycles leaves out the branch of a mixture that has no share in it.
    plain = _mean_colour(material, look) if side == "outer" else np.asarray(material["back_colour"], float)
    rough = graph.add(
        graph.shader("ShaderNodeBsdfDiffuse", Color=plain),
        graph.shader("ShaderNodeBsdfTranslucent", Color=leak * through),
    )
    camera = blender.socket_out(graph.node("ShaderNodeLightPath"), "Is Camera Ray")
    return graph.finish(graph.mix(camera, graph.mix(back, rough, clear), seen))


def _dyed(
    graph: Graph, material: Mapping[str, Any], look: ClothLook, side: str, lines: Relief, pixel: float
) -> tuple[Any, Any]:
    """Albedo and height (m)."""
    uv = graph.uv()
    colour: Any = np.asarray(material["colour"], float)
    if look.print is not None and side == "outer":
        ink, cover = tile(graph, uv, look.print)
        colour = graph.vector("ADD", graph.scale_colour(colour, graph.one_less(cover)), ink)
    if side == "inner":
        # The outer layer is folded over the borders, so they have its colour on both sides.
        band = graph.math("COMPARE", graph.attribute("part"), EDGE, 0.5)
        colour = graph.mix_colour(band, np.asarray(material["back_colour"], float), colour)
    tone, height = lines.tone, lines.height
    if look.weave is not None:
        tint, undyed, raised = graph.parts(tile(graph, uv, look.weave)[0])
        more = THIN * float(material["translucency"]) + MATTED.get(str(material.get("fabric")), 0.0)
        tint = graph.math("MAXIMUM", graph.math("MULTIPLY_ADD", tint, 1.0 + more, -more), 0.0)
        tone = graph.math("MULTIPLY", tone, tint)
        if 1e-3 * look.weave.pixels[..., 2].std() > FLAT * pixel:
            height = graph.math("MULTIPLY_ADD", raised, 1e-3, height)
        if look.weave.pixels[..., 1].any():
            colour = graph.mix_colour(undyed, colour, UNDYED)
    thread = material.get("hem", {}).get("thread")
    if thread is not None or look.print is not None:
        # sewers choose a thread that is seen least: of the mean colour of a print
        own = _mean_colour(material, look) if thread is None else np.asarray(thread, float)
        colour = graph.mix_colour(lines.thread, colour, own)
    if float(material["translucency"]) > 0:
        band = _band(graph)
        denser = graph.math("MULTIPLY", band, -DENSER * float(material["translucency"]))
        colour = graph.vector("MULTIPLY", colour, _paler(graph, material, denser))
        colour = _bound(graph, material, colour)
        colour = graph.vector("MULTIPLY", colour, _shown_through(graph, material, side, band))
    else:
        colour = _bound(graph, material, colour)
    colour = graph.scale_colour(colour, tone)
    if look.wear is not None:
        colour, pilled = _worn(graph, material, look, colour, uv)
        if PILL * float(material.get("rubbing", 0.0)) > FLAT * pixel:
            height = graph.math("ADD", pilled, height)
    if look.creases is not None and side == "outer":
        height = graph.math("ADD", _creased(graph, material, look.creases, uv), height)
    return colour, height


def _band(graph: Graph) -> Any:
    """1 on the borders, where cloth is folded over, else 0."""
    part = graph.attribute("part")
    return graph.math("ADD", *(graph.math("COMPARE", part, number, 0.5) for number in _BANDS))


def _bound(graph: Graph, material: Mapping[str, Any], colour: Any) -> Any:
    """The borders in the colour of the strips that they are bound with."""
    binding = material.get("hem", {}).get("binding")
    if binding is None:
        return colour
    side = graph.ramp(graph.parts(graph.uv("Ridge"))[1], 0.45, 0.55)
    share: Any = 1.0 if binding["edges"] and binding["sides"] else 0.0
    if binding["edges"] != binding["sides"]:
        share = side if binding["sides"] else graph.one_less(side)
    return graph.mix_colour(
        graph.math("MULTIPLY", _band(graph), share), colour, np.asarray(binding["colour"], float)
    )


def _shown_through(graph: Graph, material: Mapping[str, Any], side: str, band: Any) -> Any:
    """Factor on the colour of thin cloth over another sheet, as in a ``band``, instead of over skin.

    Of the light that passes, what lies behind returns a part, between the two to and fro (Stokes):
    t^2 b / (1 - r b).
    """
    own = np.minimum(np.asarray(material["colour"], float), np.asarray(material["back_colour"], float))
    own = np.clip(own, 0.02, 0.9)
    through = float(material["translucency"]) * own
    gain = through**2 * (own / (1 - own**2) - SKIN / (1 - own * SKIN)) / own
    behind = graph.parts(graph.uv("Squeeze3"))[1]
    behind = graph.math("MAXIMUM", behind if side == "outer" else graph.math("MULTIPLY", behind, -1.0), band)
    return graph.vector("ADD", np.ones(3), graph.scale_colour(gain, behind))


def _creased(graph: Graph, material: Mapping[str, Any], creases: Tile, uv: Any) -> Any:
    """Height in m: of handling's creases, and of the wrinkles that take up what the sheet is pressed by."""
    heights = graph.parts(tile(graph, uv, creases)[0])
    strains = (*graph.parts(graph.uv("Squeeze"))[:2], graph.parts(graph.uv("Squeeze3"))[0])
    height: Any = 0.0
    for own, strain, crease in zip(material.get("crumple", (0, 0, 0)), strains, heights, strict=True):
        # a wrinkle's mean square slope is twice the strain that it takes up
        square = graph.math("MULTIPLY_ADD", strain, 2 * float(material.get("buckling", 0.0)), float(own) ** 2)
        height = graph.math("MULTIPLY_ADD", crease, graph.math("SQRT", square), height)
    return height


def _shine(material: Mapping[str, Any]) -> Float:
    """Half of what fibres throw back has passed through another dyed one."""
    own = np.asarray(material["colour"], float)
    tint: Float = 0.5 + 0.5 * own / max(float(own.max()), 1e-6)
    return tint


def _mean_colour(material: Mapping[str, Any], look: ClothLook) -> Float:
    """Of the outside, linear RGB (3,), over the whole print."""
    own: Float = np.asarray(material["colour"], float)
    if look.print is None or not look.print.repeats:
        return own
    ink = look.print.pixels.astype(float).mean(axis=(0, 1))
    mean: Float = own * (1 - ink[3]) + ink[:3]
    return mean


def _worn(
    graph: Graph, material: Mapping[str, Any], look: ClothLook, colour: Any, uv: Any
) -> tuple[Any, Any]:
    """Colour after use, and what pills stand out, m."""
    assert look.wear is not None
    cloud, stain, rub = graph.parts(tile(graph, uv, look.wear)[0])
    uneven = _UNEVEN * float(material.get("unevenness", 0.0))
    colour = graph.scale_colour(colour, graph.math("MULTIPLY_ADD", cloud, uneven, 1 - 0.5 * uneven))
    thin = float(material.get("cloudiness", 0.0)) / _CLOUD
    if thin > 0:
        thinner = graph.math("MULTIPLY_ADD", cloud, thin, -0.5 * thin)
        colour = graph.vector("MULTIPLY", colour, _paler(graph, material, thinner))
    edge = graph.ramp(graph.parts(graph.uv("Hem"))[0], 0.008, 0.0)
    dirt = float(material.get("dirt", 0.0))
    if dirt > 0:
        # hands touch the border most
        grime = graph.math("MULTIPLY", graph.math("MULTIPLY_ADD", edge, 0.35, stain), dirt)
        left = graph.vector("SUBTRACT", np.ones(3), graph.scale_colour(1 - DIRT, grime))
        colour = graph.vector("MULTIPLY", colour, left)
    rubbing = float(material.get("rubbing", 0.0))
    if rubbing > 0:
        worn = graph.math("MULTIPLY", graph.math("MULTIPLY_ADD", edge, 0.4, rub), 0.35 * rubbing)
        colour = graph.mix_colour(worn, colour, _faded(material))
    return colour, graph.math("MULTIPLY", rub, PILL * rubbing)


def _paler(graph: Graph, material: Mapping[str, Any], thinner: Any) -> Any:
    """Factor on the colour where the web has less dyed fibre by the share ``thinner``, or more.

    Light is dyed in proportion to the fibres that it passes (Beer and Lambert), to first order.
    """
    own = np.clip(np.asarray(material["colour"], float), _DEEPEST, 1.0)
    return graph.vector("ADD", np.ones(3), graph.scale_colour(-np.log(own), thinner))


def _faded(material: Mapping[str, Any]) -> Float:
    """What dye fades to: half way to the grey of undyed fibre."""
    own = np.asarray(material["colour"], float)
    faded: Float = 0.5 * own + 0.5 * UNDYED
    return faded
