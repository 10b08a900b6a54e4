"""``maskdrape gallery``: pictures of the whole library, worn by people who do not exist."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.assets import digest
from pipeline.cli.lettering import Ink, write
from pipeline.cli.masks.heads import CAST, Sitter
from pipeline.cli.masks.pattern_panel import pattern_panel
from pipeline.cli.masks.try_on import TriedOn, clothed, portraits, try_on
from pipeline.cli.masks.words import size_lines
from pipeline.cli.quiet import native_output_in
from pipeline.draping import Draping, real_draping
from pipeline.files import write_whole
from pipeline.masks.balance import AS_DESIGNED, Choice
from pipeline.masks.design.design import Design
from pipeline.masks.flat import flat_pattern
from pipeline.masks.library import Library, design_file, design_names, load_design
from pipeline.recipe import ConfigError
from pipeline.records import Rejected
from pipeline.stages import source_digest
from pipeline.studio.blender import VERSION

LARGE, SMALL = (446, 558), (216, 268)  # px, width and height of the first picture and of the others
ACROSS, GAP, CAPTION = 4, 6, 22
SAMPLES, QUALITY = 10, 84
SEEDS = 3  # other draws of the same design and way of wearing before a tile says why there is no mask
RIGHT, LEFT, AHEAD, PROFILE, BELOW = (32.0, 0.0), (-32.0, 0.0), (0.0, 0.0), (88.0, 0.0), (24.0, -32.0)
PAPER: Ink = (14, 15, 18)
FAINT: Ink = (158, 164, 174)
Tile = tuple[str, Image.Image]
View = tuple[float, float]
Say = Callable[[str], None]


def make_gallery(library: Library, names: Sequence[str], output: Path) -> int:
    """Write a JPEG of each design in ``names`` (none: of all), an overview and an index page into ``output``.

    A picture that is there already, made of the same design by the same code, is left as it is. Overview and
    index are of all pictures that are there then. Returns the exit code; raises ConfigError for a name that
    is no design's.
    """
    known = design_names(library)
    for name in names:
        if name not in known:
            raise ConfigError(f"NAME {name}: no such design; allowed: {', '.join(known)}")
    output.mkdir(parents=True, exist_ok=True)
    code = source_digest("masks", "studio", "head", "cli/masks") + str(VERSION)
    with native_output_in(Path(os.devnull)) as (out, _):
        draping = real_draping(library)

        def say(line: str) -> None:
            print(line, file=out, flush=True)

        for name in names or known:
            file, made_by = output / f"{name}.jpg", f"{digest([design_file(name, library)])} {code}"
            if _comment(file) == made_by:
                say(f"{name}: is there already")
                continue
            _save(show_design(draping, load_design(name, library), known.index(name), say), file, made_by)
        shown = [name for name in known if (output / f"{name}.jpg").exists()]
        _save(_overview([(name, output / f"{name}.jpg") for name in shown]), output / "library.jpg", code)
        page = "\n".join(_index([load_design(name, library) for name in shown]))
        write_whole(output / "README.md", page.encode())
        say(str(output / "README.md"))
    return 0


def _comment(file: Path) -> str:
    """What a picture says it was made by; nothing where there is none."""
    if not file.exists():
        return ""
    with Image.open(file) as picture:
        comment = picture.info.get("comment", b"")
    return str(comment.decode("ascii", "replace"))


def _save(picture: Image.Image, file: Path, made_by: str) -> None:
    partial = file.with_suffix(".part.jpg")
    picture.save(partial, quality=QUALITY, optimize=True, comment=made_by.encode())
    partial.replace(file)


def show_design(draping: Draping, design: Design, number: int, say: Say) -> Image.Image:
    """One large picture and eight small ones: flat, from all sides, on somebody else, worn in other ways.

    ``number`` decides who comes first and which ways of wearing are shown. Hands a line on each mask to
    ``say``.
    """
    usual, *others = design.wearing
    begin = 3 * number % max(len(others), 1)
    shown = (others[begin:] + others[:begin])[:3]
    cast = [CAST[(number + place) % len(CAST)] for place in range(5)]

    first = _put_on(draping, Choice(design.name, usual, AS_DESIGNED), cast[0], 0, say)
    large = _look(draping, first, cast[0], 0, [RIGHT], LARGE)
    sides = _look(draping, first, cast[0], 0, [AHEAD, PROFILE, BELOW], SMALL)
    words = ("from the front", "from the side", "from below")
    tiles = [("flat pattern, mm", _flat(first)), *zip(words, sides, strict=True)]
    rest = [usual] * (4 - len(shown)) + shown
    for seed, (wearing, sitter) in enumerate(zip(rest, cast[1:], strict=True), start=1):
        tried = _put_on(draping, Choice(design.name, wearing, AS_DESIGNED), sitter, seed, say)
        view = (LEFT, RIGHT)[seed % 2]
        shown_as = wearing.replace("_", " ") if wearing != usual else _size(tried)
        tiles += [(shown_as, shot) for shot in _look(draping, tried, sitter, seed, [view], SMALL)]
    return _sheet((f"{_size(first)}, {usual.replace('_', ' ')}", large[0]), tiles)


def _put_on(draping: Draping, choice: Choice, sitter: Sitter, seed: int, say: Say) -> TriedOn | Rejected:
    what = f"{choice.design}: {choice.wearing} on {sitter.name}"
    for draw in range(SEEDS):
        try:
            tried = try_on(draping, choice, sitter.head(), seed + 100 * draw)
        except Rejected as refusal:
            reason = refusal
            say(f"{what}: {refusal.reason}")
        else:
            say(f"{what}, size {tried.worn.size}")
            return tried
    return reason


def _look(
    draping: Draping,
    tried: TriedOn | Rejected,
    sitter: Sitter,
    seed: int,
    views: Sequence[View],
    size: tuple[int, int],
) -> list[Image.Image]:
    if isinstance(tried, Rejected):
        return [_refused(tried.reason, size)] * len(views)
    rng = np.random.default_rng([seed, *tried.worn.design.encode()])
    material = clothed(draping, tried.worn, rng)
    return portraits(tried, sitter.person(), material, views, size, SAMPLES, seed)


def _flat(tried: TriedOn | Rejected) -> Image.Image:
    if isinstance(tried, Rejected):
        return _refused(tried.reason, SMALL)
    width, height = SMALL
    drawn = pattern_panel(flat_pattern(tried.rest), width)
    tile = Image.new("RGB", SMALL, drawn.getpixel((0, 0)))
    tile.paste(drawn, (0, (height - width) // 2))
    return tile


def _size(tried: TriedOn | Rejected) -> str:
    return "" if isinstance(tried, Rejected) else f"size {tried.worn.size}"


def _refused(reason: str, size: tuple[int, int]) -> Image.Image:
    tile = Image.new("RGB", size, (60, 62, 66))
    write(tile, (10, 10), f"refused: {reason}", 13, FAINT, size[0] - 20)
    return tile


def _sheet(large: Tile, tiles: Sequence[Tile]) -> Image.Image:
    """The large picture, and the small ones in rows beside it, with what they show written below."""
    rows = -(-len(tiles) // ACROSS)
    row = SMALL[1] + CAPTION + GAP
    width = LARGE[0] + ACROSS * (GAP + SMALL[0])
    sheet = Image.new("RGB", (width, max(LARGE[1] + CAPTION, rows * row - GAP)), PAPER)
    places = [(0, 0)]
    for number in range(len(tiles)):
        places.append((LARGE[0] + GAP + number % ACROSS * (SMALL[0] + GAP), number // ACROSS * row))
    for (left, top), (caption, tile) in zip(places, (large, *tiles), strict=True):
        sheet.paste(tile, (left, top))
        write(sheet, (left + 3, top + tile.height + 3), caption, 13, FAINT)
    return sheet


def _overview(files: Sequence[tuple[str, Path]]) -> Image.Image:
    """The large picture of every design, made smaller."""
    across, width = min(5, max(len(files), 1)), 240
    height = round(width * LARGE[1] / LARGE[0])
    step = height + CAPTION + GAP
    sheet = Image.new("RGB", (across * (width + GAP) - GAP, -(-len(files) // across) * step), PAPER)
    for number, (name, file) in enumerate(files):
        left, top = number % across * (width + GAP), number // across * step
        with Image.open(file) as picture:
            tile = picture.crop((0, 0, *LARGE)).resize((width, height), Image.Resampling.LANCZOS)
        sheet.paste(tile, (left, top))
        write(sheet, (left + 3, top + height + 3), name, 13, FAINT)
    return sheet


def _index(designs: Sequence[Design]) -> Iterator[str]:
    yield "# The mask library"
    yield ""
    yield (
        "Made by `maskdrape gallery`: every design, cloth-simulated on people who were drawn from the head "
        "model and do not exist, in a plain studio. The pictures are CC0-1.0. Sizes are the makers', in mm."
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
