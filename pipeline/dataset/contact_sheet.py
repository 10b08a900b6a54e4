"""Before | after | matte of the first samples, on one page."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.dataset.around_face import around_face
from pipeline.dataset.rows import Row
from pipeline.records import PhotoSource

SAMPLES = 24
_TILE, _GAP, _CAPTION, _ACROSS = 240, 8, 40, 2
_PAPER, _INK, _FAINT = (250, 250, 250), (30, 30, 30), (110, 110, 110)


def draw_contact_sheet(
    output: Path,
    shown: Sequence[tuple[Row, PhotoSource]],
    total: int,
    open_photo: Callable[[PhotoSource], NDArray[np.uint8]],
) -> bytes:
    """PNG bytes of the sheet for the first rows of a manifest of ``total``, cut to the masked face."""
    across = max(1, min(_ACROSS, len(shown)))
    down = max(1, -(-len(shown) // across))
    cell_width, cell_height = 3 * _TILE + 2 * _GAP, _TILE + _CAPTION
    head = 48
    sheet = Image.new(
        "RGB",
        (
            across * cell_width + (across + 1) * 3 * _GAP,
            head + down * (cell_height + 2 * _GAP) + 2 * _GAP,
        ),
        _PAPER,
    )
    draw = ImageDraw.Draw(sheet)
    title = f"MaskDrape: {total} samples" if shown else "MaskDrape: no samples"
    if total > len(shown):
        title += f", the first {len(shown)} shown"
    draw.text((3 * _GAP, 14), title + "   (before | after | matte)", _INK, ImageFont.load_default(20))
    for index, (row, source) in enumerate(shown):
        left = 3 * _GAP + index % across * (cell_width + 3 * _GAP)
        top = head + index // across * (cell_height + 2 * _GAP)
        for column, tile in enumerate(_tiles(output, row, open_photo(source))):
            sheet.paste(tile, (left + column * (_TILE + _GAP), top))
        lines = [
            f"{row['identity']}   face {row['face']} variant {row['variant']}   {row['design']}, "
            f"{row['wearing']}",
            f"{row['sample_id']}   {row['verdict']}{': ' + row['reason'] if row['reason'] else ''}",
        ]
        for number, (line, ink, size) in enumerate(zip(lines, (_INK, _FAINT), (14, 12), strict=True)):
            font = ImageFont.load_default(size)
            text = _fitting(_plain(line), font, cell_width)
            draw.text((left, top + _TILE + 2 + 18 * number), text, ink, font)
    data = io.BytesIO()
    sheet.save(data, format="PNG", compress_level=6)
    return data.getvalue()


def _tiles(output: Path, row: Row, before: NDArray[np.uint8]) -> list[Image.Image]:
    labels = output / row["labels"]
    box = json.loads((labels / "sample.json").read_text(encoding="utf-8"))["face"]["box_px"]
    pictures = [Image.fromarray(before)]
    for path in (output / row["image"], labels / "matte.png"):
        with Image.open(path) as picture:
            pictures.append(picture.convert("RGB"))
    frame = around_face(box, before.shape[1], before.shape[0])
    return [
        picture.crop(frame).resize((_TILE, _TILE), Image.Resampling.LANCZOS)  # black beyond the photo
        for picture in pictures
    ]


def _fitting(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    while font.getlength(text) > width:
        text = text.removesuffix("...")[:-1] + "..."
    return text


def _plain(text: str) -> str:
    """Pillow's own font has ASCII only: accents are dropped, other letters shown as question marks."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return bare.encode("ascii", "replace").decode()
