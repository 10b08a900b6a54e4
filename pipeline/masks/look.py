"""The look of a mask's cloth close up, drawn from its material for one photo's pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.assets import asset_folder
from pipeline.masks.fabrics.creases import KINDS, draw_creases
from pipeline.masks.fabrics.draw import draw_weave
from pipeline.masks.fabrics.wear import draw_wear
from pipeline.masks.prints.draw import draw_print
from pipeline.records import ClothLook

HERE = Path()


def cloth_look(material: Mapping[str, Any], pixel: float, *folders: Path) -> ClothLook:
    """Weave, print and wear of ``material`` (see `pipeline.masks.material`) where a pixel covers ``pixel`` m.

    Pictures to be printed lie in one of ``folders``, by default the current one, or in
    ``mask_library/prints/``. Raises PrintError where one cannot be read.
    """
    texel = _texel(pixel)
    rng = np.random.default_rng(int(material["weave_seed"]))
    # no two makers use the same cloth: finer or coarser, flatter or in deeper relief
    pitch, depth = np.exp(rng.normal(0, (0.12, 0.35)))
    weave = draw_weave(str(material.get("fabric", "spunbond")), _texel(pixel / pitch))
    if weave is not None:
        size = pitch * weave.size
        weave = replace(
            weave,
            pixels=_deeper(weave.pixels, depth),
            size=size,
            origin=rng.uniform(0, 1, 2) * size,
            angle=float(rng.normal(0, 0.02)),
        )
    printed = material.get("print")
    if printed is not None and "file" in printed:
        printed = {**printed, "file": str(_picture(printed["file"], folders or (HERE,)))}
    wear = draw_wear(texel, int(rng.integers(2**31)))
    creases = draw_creases(int(rng.integers(KINDS)))
    return ClothLook(
        weave=weave,
        print=draw_print(printed, texel) if printed is not None else None,
        wear=wear,
        creases=replace(creases, origin=rng.uniform(0, 1, 2) * creases.size),
        under=cloth_look(material["under"], pixel, *folders) if "under" in material else None,
    )


def _deeper(pixels: Any, depth: float) -> Any:
    """A weave (h, w, 3) whose shades and heights differ ``depth`` times as much from their means."""
    return np.stack(
        [1 + depth * (pixels[..., 0] - 1), pixels[..., 1], depth * pixels[..., 2]], axis=-1, dtype=np.float32
    )


def _picture(file: str, folders: Sequence[Path]) -> Path:
    places = [folder / file for folder in (*folders, asset_folder("mask_library") / "prints")]
    return next((place for place in places if place.is_file()), places[0])


def _texel(pixel: float) -> float:
    """Half a pixel, down to the next power of the root of two, so that tiles can be kept."""
    return float(2.0 ** (np.floor(2 * np.log2(pixel / 2)) / 2))
