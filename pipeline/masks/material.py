"""Draws the look of one mask from its design's ranges."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.colour import decode
from pipeline.masks.design import Design
from pipeline.records import Float


def draw_material(design: Design, rng: np.random.Generator) -> dict[str, Any]:
    """A mask's material as plain numbers and lists that JSON can hold.

    ``colour`` and ``back_colour`` are linear albedos (3), ``loop_colour`` too; ``roughness``,
    ``translucency`` and ``sheen`` lie in [0, 1]; ``thickness_m`` is that of the whole sheet; ``weave_seed``
    seeds the fabric's pattern.
    """
    look = design.material
    names = list(look.colours)
    weights = np.array([look.colours[name].weight for name in names])
    name = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    chosen = look.colours[name]
    shade = rng.normal(0, chosen.spread, 3) * 0.5 + rng.normal(0, chosen.spread)
    outside = np.clip(linear(chosen.srgb) * np.exp(shade), 0.01, 0.9)
    inside = outside if name in look.inside_matches_outside else linear(look.inside)
    loops = outside if name in look.loops_match_outside else linear(look.loops)
    return {
        "colour_name": name,
        "colour": outside.tolist(),
        "back_colour": inside.tolist(),
        "loop_colour": loops.tolist(),
        "roughness": float(rng.uniform(*look.roughness)),
        "translucency": float(rng.uniform(*look.translucency)),
        "sheen": float(rng.uniform(*look.sheen)),
        "thickness_m": float(rng.uniform(*look.thickness_mm)) / 1000,
        "weave_seed": int(rng.integers(2**31)),
    }


def linear(srgb: str) -> Float:
    """Linear RGB (3,) of ``#rrggbb`` in sRGB (IEC 61966-2-1)."""
    code = np.array([int(srgb[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return decode(code)
