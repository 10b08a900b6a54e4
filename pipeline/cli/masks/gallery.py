"""``maskdrape gallery``: pictures of the whole library, on several heads and worn in every way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from PIL import Image

from pipeline.cli.lettering import Ink, write
from pipeline.cli.masks.card import VIEWS
from pipeline.cli.masks.heads import DUMMIES, Dummy
from pipeline.cli.masks.pattern_panel import pattern_panel
from pipeline.cli.masks.try_on import TriedOn, try_on
from pipeline.cli.masks.words import size_lines
from pipeline.cli.quiet import native_output_in
from pipeline.files import write_whole
from pipeline.masks.design.design import Design
from pipeline.masks.flat import flat_pattern
from pipeline.masks.library import design_names, load_design
from pipeline.masks.material import draw_material
from pipeline.records import Rejected
from pipeline.studio.fitting import FRONT, THREE_QUARTER, render_fitting

SIDE, ACROSS, GAP, CAPTION = 240, 5, 4, 18
SAMPLES, QUALITY = 16, 82
PAPER: Ink = (14, 15, 18)
FAINT: Ink = (150, 156, 166)
Tile = tuple[str, Image.Image]


@dataclass(frozen=True)
class Shown:
    """One design's picture, the tile of it for the overview, and what was refused."""

    design: Design
    picture: Image.Image
    tile: Image.Image
    refused: tuple[str, ...]


def make_gallery(output: Path) -> int:
    """Write a JPEG a design, an overview and an index page into ``output``; returns the exit code."""
    output.mkdir(parents=True, exist_ok=True)
    shown = []
    with native_output_in(Path(os.devnull)) as (out, _):
        for name in design_names():
            shown.append(show_design(load_design(name), out))
            shown[-1].picture.save(output / f"{name}.jpg", quality=QUALITY, optimize=True)
        overview = _sheet([(one.design.name, one.tile) for one in shown])
        overview.save(output / "library.jpg", quality=QUALITY, optimize=True)
        write_whole(output / "README.md", "\n".join(_index(shown)).encode())
        print(output / "README.md", file=out, flush=True)
    return 0


def show_design(design: Design, out: TextIO) -> Shown:
    """Flat and from four sides; on every dummy; worn in every way."""
    tiles: list[Tile] = []
    refused: list[str] = []
    seed = 0

    def put_on(dummy: Dummy, wearing: str) -> TriedOn | None:
        try:
            return try_on(design, wearing, dummy.vertices(), seed)
        except Rejected as refusal:
            refused.append(f"{wearing.replace('_', ' ')} on the {dummy.name} head: {refusal.reason}")
            return None
        finally:
            print(f"{design.name}: {wearing} on {dummy.name}", file=out, flush=True)

    def look(tried: TriedOn | None, dummy: Dummy, *views: tuple[float, float]) -> list[Image.Image]:
        if tried is None:
            return [Image.new("RGB", (SIDE, SIDE), (60, 62, 66))] * len(views)
        material = draw_material(design, np.random.default_rng([seed, *design.name.encode()]))
        shots = render_fitting(tried.head, tried.worn, material, views, SIDE, SAMPLES, seed, dummy.melanin)
        return [Image.fromarray(shot) for shot in shots]

    usual = next(iter(design.wearing))
    first = put_on(DUMMIES[0], usual)
    if first is not None:
        tiles.append((f"flat, size {first.worn.size}", pattern_panel(flat_pattern(first.rest), SIDE)))
    tiles += zip(VIEWS, look(first, DUMMIES[0], *VIEWS.values()), strict=True)
    tile = tiles[-3][1]
    for dummy in DUMMIES[1:]:
        seed += 1
        tried = put_on(dummy, usual)
        size = f", {tried.worn.size}" if tried else ""
        tiles += [(dummy.name + size, shot) for shot in look(tried, dummy, FRONT)]
    for wearing in list(design.wearing)[1:]:
        seed += 1
        dummy = DUMMIES[seed % (len(DUMMIES) - 1)]
        tiles += [
            (wearing.replace("_", " "), shot) for shot in look(put_on(dummy, wearing), dummy, THREE_QUARTER)
        ]
    return Shown(design, _sheet(tiles), tile, tuple(refused))


def _sheet(tiles: list[Tile]) -> Image.Image:
    """Tiles in rows, with what they show written below."""
    across = min(ACROSS, len(tiles))
    step = SIDE + CAPTION + GAP
    sheet = Image.new("RGB", (across * (SIDE + GAP) - GAP, -(-len(tiles) // across) * step), PAPER)
    for number, (caption, tile) in enumerate(tiles):
        left, top = number % across * (SIDE + GAP), number // across * step
        sheet.paste(tile, (left, top))
        write(sheet, (left + 4, top + SIDE + 2), caption, 12, FAINT)
    return sheet


def _index(shown: list[Shown]) -> Iterator[str]:
    yield "# The mask library"
    yield ""
    yield (
        "Made by `maskdrape gallery`: every design, cloth-simulated on heads that were drawn from the head "
        "model and are nobody's, in a plain studio. The pictures are CC0-1.0. Sizes are the makers', in mm."
    )
    yield ""
    yield "![the library](library.jpg)"
    for one in shown:
        design = one.design
        look = design.material
        yield from ("", f"## {design.title}", "", f"`{design.name}`, {design.licence}", "")
        yield "- sizes: " + "; ".join(f"{name} {text}" for name, text in size_lines(design))
        yield "- worn: " + ", ".join(name.replace("_", " ") for name in design.wearing)
        yield "- fabrics: " + ", ".join(look.fabrics) + "; colours: " + ", ".join(look.colours)
        yield "- prints: " + ", ".join(look.prints)
        for reason in one.refused:
            yield f"- refused: {reason}"
        yield from ("", f"![{design.title}]({design.name}.jpg)")
    yield ""
