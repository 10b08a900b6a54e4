"""``maskdrape masks show``: a picture of one design, flat and worn, with its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw

from pipeline.cli.lettering import Ink, write
from pipeline.cli.masks.pattern_panel import pattern_panel
from pipeline.cli.masks.try_on import TriedOn, pictures
from pipeline.cli.masks.words import named, size_lines, value_lines, value_text
from pipeline.cli.words import Line
from pipeline.masks.design.design import Design
from pipeline.masks.flat import flat_pattern
from pipeline.studio.fitting import BELOW, FRONT, PROFILE, THREE_QUARTER

VIEWS = {"front": FRONT, "three-quarter": THREE_QUARTER, "profile": PROFILE, "from below": BELOW}
GAP, HEADER, CAPTION, COLUMNS = 14, 74, 28, 5
PAPER: Ink = (14, 15, 18)
INK: Ink = (232, 234, 238)
FAINT: Ink = (140, 146, 156)
Block = tuple[str, list[Line]]


def card(
    design: Design, tried: TriedOn, material: Mapping[str, Any], side: int, samples: int, seed: int
) -> Image.Image:
    """The whole card, with panels of ``side`` px."""
    drawing = flat_pattern(tried.rest)
    flat = "flat, mm; red: folds" if len(drawing.folds) else "flat, mm"
    panels = [(flat, pattern_panel(drawing, side))]
    panels += zip(VIEWS, pictures(tried, material, list(VIEWS.values()), side, samples, seed), strict=True)
    width = len(panels) * (side + GAP) + GAP
    words = _columns(list(_blocks(design, tried, material)), width - 2 * GAP)
    sheet = Image.new("RGB", (width, HEADER + side + CAPTION + words.height + GAP), PAPER)
    write(sheet, (GAP, 10), design.title, 26, INK)
    worn = tried.worn
    subtitle = f"{design.name} · size {worn.size} · worn {worn.wearing.replace('_', ' ')} · {design.licence}"
    write(sheet, (GAP, 46), subtitle, 16, FAINT)
    for number, (caption, panel) in enumerate(panels):
        left = GAP + number * (side + GAP)
        sheet.paste(panel, (left, HEADER))
        write(sheet, (left + 2, HEADER + side + 5), caption, 14, FAINT)
    sheet.paste(words, (GAP, HEADER + side + CAPTION))
    _swatches(sheet, design, width)
    return sheet


def _blocks(design: Design, tried: TriedOn, material: Mapping[str, Any]) -> Iterator[Block]:
    values, wearing = design.model_dump(mode="json"), tried.worn.wearing.replace("_", " ")
    yield "sizes, mm", list(size_lines(design))
    yield "cut", list(value_lines(values["construction"]))
    if values.get("wire"):
        yield "nose wire", list(value_lines(values["wire"]))
    yield "fasteners", list(value_lines(values["fasteners"]))
    yield "cloth, as ranges", list(value_lines(values["fabric"]))
    yield f"worn {wearing}", list(value_lines(values["wearing"][tried.worn.wearing]))
    others = [name.replace("_", " ") for name in design.wearing if name != tried.worn.wearing]
    yield "and", [(", ".join(others) or "in no other way", "")]
    yield "this mask's look", list(_drawn(material))
    measured = {"attempts": tried.attempts, **tried.worn.checks}
    yield "this drape", [(named(key), f"{value:.3g}") for key, value in measured.items()]


def _drawn(material: Mapping[str, Any]) -> Iterator[Line]:
    for key, value in material.items():
        if isinstance(value, float):
            in_metres = key.endswith("_m")
            yield named(f"{key}m" if in_metres else key), f"{1000 * value if in_metres else value:.3g}"
        elif isinstance(value, str | int):
            yield named(key), value_text(value)


def _columns(blocks: Sequence[Block], width: int) -> Image.Image:
    """Blocks of words in columns of about equal height."""
    each = width // COLUMNS
    drawn = [_block(title, lines, each - 16) for title, lines in blocks]
    fair = sum(block.height for block in drawn) / COLUMNS
    sheet = Image.new("RGB", (width, sum(block.height for block in drawn)), PAPER)
    column, top, lowest = 0, 0, 0
    for block in drawn:
        if top and top + block.height / 2 > fair and column < COLUMNS - 1:
            column, top = column + 1, 0
        sheet.paste(block, (column * each, top))
        top += block.height
        lowest = max(lowest, top)
    return sheet.crop((0, 0, width, lowest))


def _block(title: str, lines: Sequence[Line], width: int) -> Image.Image:
    block = Image.new("RGB", (width, 60 + 60 * len(lines)), PAPER)
    top = 4 + write(block, (0, 4), title, 16, INK, width)
    for what, much in lines:
        half = width * 55 // 100
        top += max(
            write(block, (0, top), what, 13, FAINT, half - 6 if much else width),
            write(block, (half, top), much, 13, INK, width - half),
        )
    return block.crop((0, 0, width, top + 12))


def _swatches(sheet: Image.Image, design: Design, width: int) -> None:
    """The design's colours in the upper right corner."""
    draw = ImageDraw.Draw(sheet)
    for number, colour in enumerate(reversed(design.material.colours.values())):
        right = width - GAP - 34 * number
        draw.rectangle((right - 28, 18, right, 46), colour.srgb, FAINT)
