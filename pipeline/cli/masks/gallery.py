"""``maskdrape gallery``: pictures of the whole library, on several heads and worn in every way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.cli.lettering import Ink, write
from pipeline.cli.masks.card import VIEWS
from pipeline.cli.masks.heads import DUMMIES, Dummy
from pipeline.cli.masks.pattern_panel import pattern_panel
from pipeline.cli.masks.try_on import TriedOn, pictures, try_on
from pipeline.cli.masks.words import size_lines
from pipeline.cli.quiet import native_output_in
from pipeline.files import write_whole
from pipeline.masks.design.design import Design
from pipeline.masks.flat import flat_pattern
from pipeline.masks.library import Library, design_names, load_design
from pipeline.masks.material import draw_material
from pipeline.recipe import ConfigError
from pipeline.records import Rejected
from pipeline.studio.fitting import FRONT, THREE_QUARTER

SIDE, ACROSS, GAP, CAPTION = 240, 5, 4, 18
SAMPLES, QUALITY = 16, 82
PAPER: Ink = (14, 15, 18)
FAINT: Ink = (150, 156, 166)
Tile = tuple[str, Image.Image]
View = tuple[float, float]


def make_gallery(library: Library, names: Sequence[str], output: Path) -> int:
    """Write a JPEG of each design in ``names`` (none: of all), an overview and an index page into ``output``.

    Overview and index are of all pictures that are there then. Returns the exit code; raises ConfigError for
    a name that is no design's.
    """
    known = design_names(library)
    for name in names:
        if name not in known:
            raise ConfigError(f"NAME {name}: no such design; allowed: {', '.join(known)}")
    output.mkdir(parents=True, exist_ok=True)
    with native_output_in(Path(os.devnull)) as (out, _):
        for name in names or known:
            picture = show_design(load_design(name, library), lambda line: print(line, file=out, flush=True))
            picture.save(output / f"{name}.jpg", quality=QUALITY, optimize=True)
        shown = [name for name in known if (output / f"{name}.jpg").exists()]
        overview = _sheet([(name, _worn_tile(output / f"{name}.jpg")) for name in shown])
        overview.save(output / "library.jpg", quality=QUALITY, optimize=True)
        write_whole(
            output / "README.md", "\n".join(_index([load_design(name, library) for name in shown])).encode()
        )
        print(output / "README.md", file=out, flush=True)
    return 0


def show_design(design: Design, say: Callable[[str], None]) -> Image.Image:
    """Flat and from four sides; on every dummy; worn in every way. Hands a line on each to ``say``."""

    def put_on(dummy: Dummy, wearing: str, seed: int) -> TriedOn | Rejected:
        try:
            return try_on(design, wearing, dummy.vertices(), seed)
        except Rejected as refusal:
            say(f"{design.name}: {wearing} on {dummy.name}: {refusal.reason}")
            return refusal

    def look(tried: TriedOn | Rejected, dummy: Dummy, seed: int, *views: View) -> list[Image.Image]:
        if isinstance(tried, Rejected):
            return [_refused(tried.reason)] * len(views)
        say(f"{design.name}: {tried.worn.wearing} on {dummy.name}, size {tried.worn.size}")
        material = draw_material(design, np.random.default_rng([seed, *design.name.encode()]))
        return pictures(tried, material, views, SIDE, SAMPLES, seed, dummy.melanin)

    usual, *others = design.wearing
    first = put_on(DUMMIES[0], usual, 0)
    if isinstance(first, Rejected):
        tiles = [("flat", _refused(first.reason))]
    else:
        tiles = [(f"flat, size {first.worn.size}", pattern_panel(flat_pattern(first.rest), SIDE))]
    tiles += zip(VIEWS, look(first, DUMMIES[0], 0, *VIEWS.values()), strict=True)
    for seed, dummy in enumerate(DUMMIES[1:], start=1):
        tried = put_on(dummy, usual, seed)
        tiles += [(dummy.name, shot) for shot in look(tried, dummy, seed, FRONT)]
    for seed, wearing in enumerate(others, start=len(DUMMIES)):
        dummy = DUMMIES[seed % (len(DUMMIES) - 1)]
        tried = put_on(dummy, wearing, seed)
        words = wearing.replace("_", " ")
        tiles += [(words, shot) for shot in look(tried, dummy, seed, THREE_QUARTER)]
    return _sheet(tiles)


def _refused(reason: str) -> Image.Image:
    tile = Image.new("RGB", (SIDE, SIDE), (60, 62, 66))
    write(tile, (10, 10), f"refused: {reason}", 13, FAINT, SIDE - 20)
    return tile


def _worn_tile(file: Path) -> Image.Image:
    """The view from three quarters in a design's picture."""
    left = (1 + list(VIEWS).index("three-quarter")) * (SIDE + GAP)
    with Image.open(file) as picture:
        return picture.crop((left, 0, left + SIDE, SIDE))


def _sheet(tiles: Sequence[Tile]) -> Image.Image:
    """Tiles in rows, with what they show written below."""
    across = min(ACROSS, len(tiles))
    step = SIDE + CAPTION + GAP
    sheet = Image.new("RGB", (across * (SIDE + GAP) - GAP, -(-len(tiles) // across) * step), PAPER)
    for number, (caption, tile) in enumerate(tiles):
        left, top = number % across * (SIDE + GAP), number // across * step
        sheet.paste(tile, (left, top))
        write(sheet, (left + 4, top + SIDE + 2), caption, 12, FAINT)
    return sheet


def _index(designs: Sequence[Design]) -> Iterator[str]:
    yield "# The mask library"
    yield ""
    yield (
        "Made by `maskdrape gallery`: every design, cloth-simulated on heads that were drawn from the head "
        "model and are nobody's, in a plain studio. The pictures are CC0-1.0. Sizes are the makers', in mm."
    )
    yield ""
    yield "![the library](library.jpg)"
    for design in designs:
        look = design.material
        yield from ("", f"## {design.title}", "", f"`{design.name}`, {design.licence}", "")
        yield "- sizes: " + "; ".join(f"{name} {text}" for name, text in size_lines(design))
        yield "- worn: " + ", ".join(name.replace("_", " ") for name in design.wearing)
        yield "- fabrics: " + ", ".join(look.fabrics) + "; colours: " + ", ".join(look.colours)
        yield "- prints: " + ", ".join(look.prints)
        yield from ("", f"![{design.title}]({design.name}.jpg)")
    yield ""
