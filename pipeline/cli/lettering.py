"""Text on pictures, in Pillow's own scalable font, or the system's where that lacks a letter."""

from __future__ import annotations

import unicodedata
from functools import cache

from PIL import Image, ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Ink = tuple[int, int, int]

OWN_MARKS = "°±·…"
SYSTEM = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial Unicode.ttf", "arial.ttf")


def write(picture: Image.Image, at: tuple[int, int], text: str, size: int, ink: Ink, width: int = 0) -> int:
    """Write text with its upper left corner at ``at``, in lines of at most ``width`` px (0: one line).

    Returns the height that the lines take.
    """
    draw = ImageDraw.Draw(picture)
    if all(mark.isascii() or mark in OWN_MARKS for mark in text):
        font = _own(size)
    else:
        font = _system(size) or _own(size)
        text = text if _system(size) else _plain(text)
    lines = _broken(text, font, width) if width else [text]
    step = round(size * 1.3)
    for number, line in enumerate(lines):
        draw.text((at[0], at[1] + number * step), line, ink, font)
    return step * len(lines)


def length(text: str, size: int) -> int:
    """Width of one line, px."""
    return round(_own(size).getlength(text))


def _broken(text: str, font: Font, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        while font.getlength(word) > width:  # a long name of a file
            cut = next(n for n in range(len(word), 0, -1) if n == 1 or font.getlength(word[:n]) <= width)
            lines[-1] = word[:cut]
            lines.append("")
            word = word[cut:]
        lines[-1] = word
    return lines


@cache
def _own(size: int) -> Font:
    return ImageFont.load_default(size)


@cache
def _system(size: int) -> Font | None:
    for name in SYSTEM:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


def _plain(text: str) -> str:
    """Accents dropped, other letters shown as question marks."""
    bare = "".join(m for m in unicodedata.normalize("NFKD", text) if not unicodedata.combining(m))
    return "".join(m if m.isascii() or m in OWN_MARKS else "?" for m in bare)
