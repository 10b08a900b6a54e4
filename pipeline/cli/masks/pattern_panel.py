"""The flat pattern of a mask as a small technical drawing."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from pipeline.cli.lettering import Ink, length, write
from pipeline.masks.flat import Drawing
from pipeline.records import Float

FINER = 3  # drawn this many times as large and shrunk, so that lines are smooth
PAPER: Ink = (246, 245, 241)
LINE: Ink = (40, 44, 52)
FOLD: Ink = (196, 72, 52)
TINTS: dict[str, Ink] = {
    "panel": (214, 224, 232),
    "edge": (184, 199, 212),
    "wire": (120, 126, 136),
    "valve": (205, 196, 170),
    "window": (222, 238, 246),
}
BAR_MM = 50


def pattern_panel(drawing: Drawing, side: int) -> Image.Image:
    """A square of ``side`` px: pieces, seams and folds with their dimensions in mm and a scale bar."""
    margin, foot = side // 16, side // 9
    scale = min(
        (side - 2 * margin) / drawing.extent[0], (side - margin - foot - 1.6 * margin) / drawing.extent[1]
    )
    left = (side - scale * drawing.extent[0]) / 2
    base = side - foot - (side - foot - margin - scale * drawing.extent[1]) / 2

    def place(points: Float) -> Float:
        return np.stack([left + scale * points[..., 0], base - scale * points[..., 1]], -1)

    picture = _lines(drawing, place(np.zeros(2)), scale, side)
    size = max(9, side // 28)
    for low, high in drawing.pieces:
        words = "{:.0f} x {:.0f}".format(*(1000 * (high - low)))
        x, y = place(np.array([(low[0] + high[0]) / 2, low[1]]))
        write(picture, (round(x - length(words, size) / 2), round(y + 2)), words, size, LINE)
    _scale_bar(picture, scale, margin, side - foot // 2, size)
    return picture


def _lines(drawing: Drawing, origin: Float, scale: float, side: int) -> Image.Image:
    large = Image.new("RGB", (FINER * side, FINER * side), PAPER)
    draw = ImageDraw.Draw(large)

    def path(points: Float) -> list[tuple[float, float]]:
        at = FINER * (origin + points * [scale, -scale])
        return [(float(x), float(y)) for x, y in at]

    for part, triangles in drawing.areas.items():
        tint = TINTS.get(part, TINTS["panel"])
        for triangle in triangles:
            draw.polygon(path(triangle), tint, tint)
    for lines, ink, width in ((drawing.folds, FOLD, 1.2), (drawing.outlines, LINE, 1.8)):
        for line in lines:
            draw.line(path(line), ink, round(FINER * width * side / 420))
    return large.resize((side, side), Image.Resampling.LANCZOS)


def _scale_bar(picture: Image.Image, scale: float, left: int, y: int, size: int) -> None:
    draw = ImageDraw.Draw(picture)
    right = left + scale * BAR_MM / 1000
    draw.line((left, y, right, y), LINE, 2)
    for x in (left, right):
        draw.line((x, y - 4, x, y + 4), LINE, 2)
    write(picture, (round(right + 8), y - size * 2 // 3), f"{BAR_MM} mm", size, LINE)
