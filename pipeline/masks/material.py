"""Draws the look of one mask from its design's ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.colour import decode
from pipeline.masks.design.design import Design
from pipeline.masks.design.material import Hem, Material, Print, Strip, Wear
from pipeline.masks.fabrics.draw import FABRICS
from pipeline.masks.prints.draw import SIZES_MM
from pipeline.masks.prints.lettering import filled
from pipeline.masks.prints.palettes import PALETTES
from pipeline.masks.prints.picture import Picture
from pipeline.records import Float

NO_WEIGHTS: Mapping[str, float] = {}
PICTURE = "picture"
"""Name of the print that stands for the pictures of the configuration."""
PRESSED = 0.82  # of the light, where fibres are pressed together
DYED = "printed"
"""Name of the colour of cloth that is dyed with the ground of its print."""


def draw_material(
    design: Design,
    rng: np.random.Generator,
    fabrics: Mapping[str, float] = NO_WEIGHTS,
    colours: Mapping[str, float] = NO_WEIGHTS,
    prints: Mapping[str, float] = NO_WEIGHTS,
    pictures: Sequence[Picture] = (),
) -> dict[str, Any]:
    """A mask's material as plain numbers, lists and texts that JSON can hold; the contract with the studio.

    ``fabrics``, ``colours`` and ``prints`` are weights by name that stand in for the design's own where it
    has any of those names; with ``pictures`` every design has a print named PICTURE, which is one of them.

    Colours are linear albedos (3): ``colour`` and ``back_colour`` of the two sides, ``loop_colour``,
    ``strap_colour``, ``valve_colour``. ``fabric`` is a name in `pipeline.masks.fabrics.draw.FABRICS`;
    ``roughness``, ``gloss``, ``sheen``, ``translucency``, ``unevenness``, ``cloudiness``, ``dirt``,
    ``rubbing``, ``creases``, ``window_haze`` and ``window_fog`` lie in [0, 1]; ``wire_is`` metal or hidden;
    ``thickness_m`` is that of the whole sheet; ``crumple`` (3) are the rms slopes of handling's creases
    along 0, 60 and 120 degrees from u, ``buckling`` the share of pressing together that goes into more.
    ``weave_seed`` seeds where the cloth was cut and what happened to it. ``hem`` says how borders are
    finished (``kind``, ``row_m`` from the edge, ``rows``, ``gap_m`` apart, ``stitch_m``, ``thread`` colour
    or None for the cloth's, ``seams``, ``sides`` the rows of upright borders where they differ, and how
    wide their strip is; ``binding`` the colour of bound ``edges`` and ``sides``), ``folds_u_m`` and
    ``folds_v_m`` where folds run, in the uv. ``print`` is None, or what
    `pipeline.masks.prints.draw.draw_print` takes.
    """
    look = design.material
    fabric = _choose({str(k): v for k, v in look.fabrics.items()}, fabrics, rng)
    name = _choose({k: v.weight for k, v in look.colours.items()}, colours, rng)
    chosen = look.colours[name]
    shade = rng.normal(0, chosen.spread, 3) * 0.5 + rng.normal(0, chosen.spread)
    outside = np.clip(linear(chosen.srgb) * np.exp(shade), 0.01, 0.9)
    inside = outside if _matches(look.inside_matches_outside, name) else linear(look.inside)
    loops = outside if _matches(look.loops_match_outside, name) else linear(look.loops)
    usual = FABRICS[fabric]
    material: dict[str, Any] = {
        "fabric": fabric,
        "colour_name": name,
        "colour": outside.tolist(),
        "back_colour": inside.tolist(),
        "loop_colour": loops.tolist(),
        "roughness": float(rng.uniform(*(look.roughness or usual.roughness))),
        "gloss": float(rng.uniform(*(look.gloss or usual.gloss))),
        "translucency": float(rng.uniform(*(look.translucency or usual.translucency))),
        "sheen": float(rng.uniform(*(look.sheen or usual.sheen))),
        "thickness_m": float(rng.uniform(*look.thickness_mm)) / 1000,
        "weave_seed": int(rng.integers(2**31)),
        "unevenness": usual.unevenness if look.unevenness is None else look.unevenness,
        "cloudiness": usual.cloudiness * float(np.exp(rng.normal(0, 0.35))),
        "crumple": _crumple(
            usual.crumple if look.crumple is None else look.crumple,
            design.construction.kind == "pleated",
            rng,
        ),
        "buckling": usual.buckling if look.buckling is None else look.buckling,
        "hem": _hem(look.hem, pale=loops is not outside, rng=rng),
        **_wear(look.wear, rng),
        **_hardware(look, outside, rng),
        "wire_is": "metal" if design.wire and design.wire.outside else "hidden",
        "print": None,
    }
    known = {k: v.weight for k, v in look.prints.items()} | ({PICTURE: 1.0} if pictures else {})
    printed = _choose(known, prints, rng)
    if pictures and printed == PICTURE:
        return {**material, "print": _picture(pictures[int(rng.integers(len(pictures)))], rng)}
    return _with_print(material, printed, look.prints[printed], rng)


def dyed_share(wanted: Print) -> float:
    """How many of the masks with this print have its ground and not their own colour."""
    if wanted.kind is None or wanted.ground is not None:
        return float(wanted.kind is not None)
    palettes = () if wanted.inks else PALETTES.get(wanted.kind, ())
    return sum(ground is not None for ground, _ in palettes) / max(len(palettes), 1)


def linear(srgb: str) -> Float:
    """Linear RGB (3,) of ``#rrggbb`` in sRGB (IEC 61966-2-1)."""
    code = np.array([int(srgb[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return decode(code)


def _choose(own: Mapping[str, float], wanted: Mapping[str, float], rng: np.random.Generator) -> str:
    shared = {name: wanted[name] for name in own if wanted.get(name, 0) > 0}
    weights = shared or own
    names = list(weights)
    share = np.array([weights[name] for name in names])
    return names[int(rng.choice(len(names), p=share / share.sum()))]


def _matches(names: tuple[str, ...] | str, colour: str) -> bool:
    return names == "always" or colour in names


def _crumple(usual: float, packed_flat: bool, rng: np.random.Generator) -> list[float]:
    """Masks that lie folded in their box are creased along the pleats more than across."""
    slope = usual * float(np.exp(rng.normal(0, 0.6)))
    return [slope * (2.0 if packed_flat else 1.0), slope, slope]


def _hem(hem: Hem, pale: bool, rng: np.random.Generator) -> dict[str, Any]:
    """``pale``: the makers use undyed parts on this mask."""
    edges, sides = rng.random(2)
    return {
        "sides": None if hem.sides is None else {"width_m": hem.sides.width_mm / 1000, **_rows(hem.sides)},
        "binding": None
        if hem.binding is None or not pale
        else {
            "colour": linear(hem.binding.srgb).tolist(),
            "edges": bool(edges < hem.binding.edges),
            "sides": bool(sides < hem.binding.sides),
        },
        "kind": hem.kind,
        **_rows(hem),
        "thread": None if hem.thread is None else linear(hem.thread).tolist(),
        "seams": hem.seams,
    }


def _rows(border: Hem | Strip) -> dict[str, Any]:
    """Rows of stitches or welds along a border."""
    return {
        "row_m": border.from_edge_mm / 1000,
        "rows": border.rows,
        "gap_m": border.rows_apart_mm / 1000,
        "stitch_m": border.stitch_mm / 1000,
    }


def _wear(wear: Wear, rng: np.random.Generator) -> dict[str, Any]:
    # Most masks are rather fresh: small shares of the range are likelier than large ones.
    dirt, rubbing, creases = (
        low + (high - low) * float(rng.random()) ** 1.5
        for low, high in (wear.dirt, wear.rubbing, wear.creases)
    )
    return {
        "dirt": dirt,
        "rubbing": rubbing,
        "creases": creases,
        "folds_u_m": [float(at + rng.normal(0, 1.0)) / 1000 for at in wear.folds_across_mm],
        "folds_v_m": [-float(at + rng.normal(0, 1.0)) / 1000 for at in wear.folds_down_mm],
    }


def _hardware(look: Material, outside: Float, rng: np.random.Generator) -> dict[str, Any]:
    parts = look.hardware
    valve, strap = (
        linear(colours[int(rng.integers(len(colours)))]) if colours else outside
        for colours in (parts.valve, parts.strap)
    )
    return {
        "valve_colour": valve.tolist(),
        "strap_colour": strap.tolist(),
        "strap_is": parts.strap_is,
        "window_haze": float(rng.uniform(*parts.window_haze)),
        "window_fog": float(rng.uniform(*parts.window_fog)),
    }


def _with_print(
    material: dict[str, Any], name: str, wanted: Print, rng: np.random.Generator
) -> dict[str, Any]:
    if wanted.kind is None:
        return material
    kind = str(wanted.kind)
    size = float(rng.uniform(*(wanted.size_mm or SIZES_MM[kind]))) / 1000
    ground, inks = wanted.ground, wanted.inks
    if not inks and kind in PALETTES:
        palettes = PALETTES[kind]
        own_ground, inks = palettes[int(rng.integers(len(palettes)))]
        ground = ground or own_ground
    angle = float(np.radians(rng.uniform(*wanted.turned_degrees)))
    described = _describe(name, kind, size, angle, int(rng.integers(2**31)))
    described["inks"] = [
        np.clip(linear(ink) * np.exp(rng.normal(0, 0.05, 3)), 0.01, 0.9).tolist() for ink in inks
    ]
    if kind == "stamp":
        described["text"] = [filled(line, rng) for line in wanted.text]
        if not inks:
            described["inks"] = [[PRESSED * share for share in material["colour"]]]
    if wanted.at_mm is not None:
        left, down = wanted.at_mm + rng.normal(0, 1.5, 2)
        described["origin"] = [float(left) / 1000, -float(down) / 1000]
    elif kind in ("mark", "stamp"):  # low on one cheek, as makers place it
        side, low = rng.choice([-1, 1]) * rng.uniform(0.03, 0.05), rng.uniform(0.08, 0.11)
        described["origin"] = [float(side), -float(low)]
    elif kind not in ("picture", "gradient"):  # cut anywhere from the roll
        described["origin"] = rng.uniform(0, 0.2, 2).tolist()
    if wanted.file is not None:
        described["file"] = wanted.file
    if ground is None:
        return {**material, "print": described}
    cloth = linear(ground).tolist()
    back = cloth if material["back_colour"] == material["colour"] else material["back_colour"]
    return {**material, "colour": cloth, "back_colour": back, "colour_name": DYED, "print": described}


def _picture(chosen: Picture, rng: np.random.Generator) -> dict[str, Any]:
    described = _describe(PICTURE, "picture", float(rng.uniform(*chosen.width)), 0.0, 0)
    return {**described, "file": chosen.file, "sha256": chosen.sha256, "licence": chosen.licence}


def _describe(name: str, kind: str, size: float, angle: float, seed: int) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "size_m": size,
        "angle": angle,
        "origin": [0.0, -0.07],
        "inks": [],
        "seed": seed,
    }
