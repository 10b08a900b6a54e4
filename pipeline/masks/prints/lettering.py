"""Placeholders for what makers print: words all over, and single marks with a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.masks.prints.plan import InkMap, Plan, blob, fill

MAKERS = ("ORVANE", "MELTARA", "SUDVIK", "HALVENO", "TIRANDO", "QUELLIS", "BERYLIN", "AIRNOVE")
"""Names of makers that do not exist, as far as we know."""

WORDS = ("LOREM", "IPSUM", "DOLOR", "AMET", "SAMPLE", "TEXT", "NOVA", "ALTO", "BRAND", "1234")


def words(plan: Plan, rng: np.random.Generator) -> InkMap:
    """Lines of one or two words, one above the other, each moved against the last."""
    chosen = rng.choice(WORDS, 2, replace=False)
    rows = round(plan.side / plan.size)
    picture = Image.fromarray(plan.bare())
    draw = ImageDraw.Draw(picture)
    scale = plan.count / plan.side
    font = ImageFont.load_default(max(1.0, 0.62 * plan.size * scale))
    for row in range(rows):
        word = str(chosen[row % 2])
        ink = 1 + row % plan.inks
        length = draw.textlength(word, font)
        count = max(1, int(plan.count / (1.35 * length)))
        step = plan.count / count
        for column in range(-1, count + 1):
            left = (column + 0.5 * (row % 2)) * step
            draw.text((left, row * plan.size * scale), word, ink, font)
    return np.asarray(picture)[::-1].copy()


def filled(line: str, rng: np.random.Generator) -> str:
    """``line`` with a drawn digit for each #, a capital for each @, and one of MAKERS for %."""
    drawn = {"#": "0123456789", "@": "ABCDEFGHJKLMNPRSTUVWXY", "%": MAKERS}
    return "".join(str(rng.choice(list(drawn[mark]))) if mark in drawn else mark for mark in line)


def stamp(plan: Plan, lines: Sequence[str]) -> InkMap:
    """``lines`` of text one below the other in the middle of the square, the longest as wide as it is.

    The first is set larger where it is short, as makers set the name of the class.
    """
    room = 0.96 * plan.count
    large = ImageFont.load_default(100.0)
    lengths = [large.getlength(line) for line in lines]
    size = 100.0 * room / max(lengths)
    sizes = [min(1.6 * size, 100.0 * room / lengths[0]), *[size] * (len(lines) - 1)]
    shrunk = min(1.0, room / (1.15 * sum(sizes)))
    picture = Image.fromarray(plan.bare())
    draw = ImageDraw.Draw(picture)
    down = (plan.count - 1.15 * shrunk * sum(sizes)) / 2
    for line, high in zip(lines, sizes, strict=True):
        font = ImageFont.load_default(max(1.0, shrunk * high))
        draw.text((plan.count / 2, down + 0.575 * shrunk * high), line, 1, font, anchor="mm")
        down += 1.15 * shrunk * high
    return np.asarray(picture)[::-1].copy()


def mark(plan: Plan, rng: np.random.Generator) -> InkMap:
    """One drawn mark above a word, in the middle of the square; bare cloth around it."""
    middle, unit = plan.side / 2, plan.side / 2.2
    top = np.array([middle, middle + 0.2 * unit])
    style = int(rng.integers(4))
    second = plan.any_ink(2)
    if style == 0:  # three slanting bars that rise
        shapes = [
            (
                np.array(
                    [[x, -0.5], [x + 0.24, -0.5], [x + 0.24 - 0.2 * h, h - 0.5], [x - 0.2 * h, h - 0.5]]
                ),
                1,
            )
            for x, h in ((-0.45, 0.35), (-0.12, 0.65), (0.21, 0.95))
        ]
    elif style == 1:  # a ring cut by a wave
        wave = np.linspace(-0.6, 0.6, 30)
        band = np.stack([wave, 0.12 * np.sin(6 * wave)], -1)
        up = np.array([0, 0.09])
        shapes = [
            (blob((0, 0), 0.5), 1),
            (blob((0, 0), 0.36), 0),
            (np.concatenate([band + up, band[::-1] - up]), second),
        ]
    elif style == 2:  # a shield
        side = np.array([[0.42, 0.5], [0.42, 0.0], [0.3, -0.3], [0.0, -0.55]])
        outline = np.concatenate([side, side[-2::-1] * [-1, 1]])
        shapes = [(outline, 1), (0.78 * outline, 0), (0.62 * outline, second)]
    else:  # a disc with a bite
        shapes = [(blob((0, 0), 0.48), 1), (blob((0.28, 0.2), 0.33), 0), (blob((0.3, 0.22), 0.16), second)]
    ink = fill(plan, [(outline * 0.7 * unit + top, number) for outline, number in shapes])
    picture = Image.fromarray(ink[::-1])
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(max(1.0, 0.2 * plan.count))
    at = (plan.count / 2, plan.count * 0.78)
    draw.text(at, str(rng.choice(WORDS)), 1, font, anchor="mm")
    return np.asarray(picture)[::-1].copy()
