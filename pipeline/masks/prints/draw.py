"""A print as a picture on the cloth, drawn from its description at a chosen fineness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.masks.prints import blotches, lettering, lines, plants, spots
from pipeline.masks.prints.picture import read_picture, shrink
from pipeline.masks.prints.plan import InkMap, Plan
from pipeline.records import Float, Tile

REPEATS: dict[str, tuple[Callable[[Plan, np.random.Generator], InkMap], int, int]] = {
    # kind: (what draws it, how many of its own size one repeat is wide, samples across it for a true mean)
    "stripes": (lines.stripes, 1, 600),
    "gingham": (lines.gingham, 1, 64),
    "tartan": (lines.tartan, 1, 600),
    "houndstooth": (lines.houndstooth, 1, 64),
    "dots": (spots.dots, 4, 240),
    "confetti": (spots.confetti, 8, 480),
    "stars": (spots.stars, 6, 360),
    "rings": (spots.rings, 1, 240),
    "crosses": (spots.crosses, 2, 160),
    "leopard": (spots.leopard, 6, 360),
    "flowers": (plants.flowers, 5, 400),
    "paisley": (plants.paisley, 2, 360),
    "lace": (plants.lace, 3, 800),
    "camouflage": (blotches.camouflage, 4, 160),
    "digital": (blotches.digital, 4, 128),
    "words": (lettering.words, 8, 480),
}
SINGLE = ("mark", "stamp", "gradient", "picture")
KINDS: tuple[str, ...] = (*REPEATS, *SINGLE)
"""Names of every kind of print."""

SIZES_MM: dict[str, tuple[float, float]] = {
    # what is measured: the pitch of lines and lattices, the width of a motif or blotch, lines of text
    "stripes": (4, 14),
    "gingham": (5, 14),
    "tartan": (25, 50),
    "houndstooth": (8, 24),
    "dots": (6, 16),
    "confetti": (8, 14),
    "stars": (10, 18),
    "rings": (24, 40),
    "crosses": (24, 34),
    "leopard": (12, 20),
    "flowers": (12, 26),
    "paisley": (30, 50),
    "lace": (18, 28),
    "camouflage": (25, 45),
    "digital": (25, 40),
    "words": (7, 14),
    "mark": (12, 24),
    "stamp": (22, 34),
    "gradient": (60, 140),
    "picture": (80, 180),
}
FINEST = 1e-4  # m: ink spreads between the threads, so no print is sharper
_MOST_SAMPLES = 2400  # along the side of a repeat


def draw_print(described: Mapping[str, Any], texel: float) -> Tile:
    """The print that ``described`` (see `pipeline.masks.material`) stands for, in squares of ``texel`` m.

    Linear premultiplied RGBA; 0 alpha shows the cloth. Averaged over each square from finer samples, so
    that details smaller than ``texel`` fade instead of shimmering. Raises PrintError for a bad picture.
    """
    kind, size = str(described["kind"]), float(described["size_m"])
    texel = max(texel, FINEST)
    angle, origin = float(described["angle"]), np.array(described["origin"], float)
    if kind == "picture":
        pixels = read_picture(Path(described["file"]))
        high = size * pixels.shape[0] / pixels.shape[1]
        drawn = shrink(pixels, round(high / texel), round(size / texel))
        extent = np.array([size, high])
        return _framed(drawn, extent, origin, angle)
    inks = np.array(described["inks"], float)
    rng = np.random.default_rng(int(described["seed"]))
    if kind == "gradient":
        return _gradient(inks[0], size, origin, angle)
    draw, across, least = REPEATS.get(kind, (lettering.mark, 1, 120))
    side = across * size
    count = max(1, round(side / texel))
    fine = max(int(np.clip(_MOST_SAMPLES // count, 1, 4)), -(-least // count))
    plan = Plan(side, count * fine, size, len(inks))
    ink = lettering.stamp(plan, described["text"]) if kind == "stamp" else draw(plan, rng)
    drawn = _average(ink, inks, fine)
    if kind in SINGLE:
        return _framed(drawn, np.array([side, side]), origin, angle)
    return Tile(drawn.astype(np.float32), np.array([side, side]), origin, angle, True)


def _average(ink: InkMap, inks: Float, fine: int) -> Float:
    count = ink.shape[0] // fine
    colours = np.concatenate(
        [np.zeros((1, 4)), np.insert(inks, 3, 1.0, axis=1), 0.5 * np.insert(inks, 3, 1.0, axis=1)]
    )
    drawn = np.zeros((count, count, 4))
    for number in range(1, len(colours)):
        share = (ink == number).reshape(count, fine, count, fine).mean(axis=(1, 3), dtype=np.float32)
        drawn += share[..., None] * colours[number]
    return drawn


def _framed(drawn: Float, extent: Float, origin: Float, angle: float) -> Tile:
    """A picture that stands once: clear around it; ``origin`` is its middle."""
    rows, columns = drawn.shape[:2]
    framed = np.pad(drawn, ((1, 1), (1, 1), (0, 0)))
    extent = extent * np.array([(columns + 2) / columns, (rows + 2) / rows])
    c, s = np.cos(angle), np.sin(angle)
    corner = origin - np.array([[c, -s], [s, c]]) @ extent / 2
    return Tile(framed.astype(np.float32), extent, corner, angle, False)


def _gradient(ink: Float, size: float, origin: Float, angle: float) -> Tile:
    """No ink at the upper edge, all of it ``size`` further down, spread as dye creeps up wet cloth."""
    t = np.linspace(1, 0, 64)
    share = t * t * (3 - 2 * t)
    drawn = np.repeat((share[:, None] * np.append(ink, 1.0))[:, None], 2, axis=1)
    extent = np.array([size, size])
    c, s = np.cos(angle), np.sin(angle)
    corner = origin - np.array([[c, -s], [s, c]]) @ extent / 2
    return Tile(drawn.astype(np.float32), extent, corner, angle, False)
