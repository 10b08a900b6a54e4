"""``maskdrape masks show``: from arguments to a picture and an exit code."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from pipeline.cli.quiet import native_output_in
from pipeline.masks.design.design import Design
from pipeline.masks.library import Library, design_names, load_design
from pipeline.recipe import ConfigError
from pipeline.records import Rejected

SIDE, SAMPLES = 420, 24  # px and rays a pixel of every view


def show_design(
    library: Library, name: str, size: str | None, wearing: str, seed: int, output: Path | None
) -> int:
    """Write the card of one design; returns the exit code. Raises ConfigError for names nobody knows."""
    design = _known(library, name, size, wearing)
    file = output or Path(f"out/masks/{name}.png")
    if file.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise ConfigError(f"--output {file}: allowed: a file that ends in .png, .jpg or .webp")
    file.parent.mkdir(parents=True, exist_ok=True)
    with native_output_in(Path(os.devnull)) as (out, err):
        from pipeline.cli.masks.card import card
        from pipeline.cli.masks.try_on import clothed, head_for_size, try_on
        from pipeline.draping import real_draping
        from pipeline.head.model import load_head
        from pipeline.masks.balance import AS_DESIGNED, Choice

        draping = real_draping(library)
        head = np.asarray(load_head().mean) if size is None else head_for_size(design, size)
        try:
            tried = try_on(draping, Choice(name, wearing, AS_DESIGNED), head, seed)
        except Rejected as refusal:
            print(f"maskdrape: {name}, worn {wearing}: {refusal.reason} (try another --seed)", file=err)
            return 3
        material = clothed(draping, tried.worn, np.random.default_rng(seed))
        card(design, tried, material, SIDE, SAMPLES, seed).save(file)
        print(file, file=out)
    return 0


def _known(library: Library, name: str, size: str | None, wearing: str) -> Design:
    names = design_names(library)
    if name not in names:
        raise ConfigError(f"NAME {name}: no such design; allowed: {', '.join(names)}")
    design = load_design(name, library)
    if size is not None and size not in design.sizes:
        raise ConfigError(f"--size {size}: {name} is not made in it; allowed: {', '.join(design.sizes)}")
    if wearing not in design.wearing:
        raise ConfigError(f"--wearing {wearing}: {name} is not worn so; allowed: {', '.join(design.wearing)}")
    return design
