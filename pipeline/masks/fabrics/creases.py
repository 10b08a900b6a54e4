"""Small sharp creases, as packing, handling and being pressed together leave them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter

from pipeline.masks.fabrics.weave import noise
from pipeline.ramp import ramp
from pipeline.records import Float, Tile

REPEAT = 0.24  # m: larger than most masks
KINDS = 8  # patterns there are; each mask has its own piece of one
_SIDE = 512
_NUMBER = 150  # of creases each way
_LENGTH = (0.010, 0.060)  # m
_REACH = 0.16  # of its length, to either side, in which a crease bends the cloth
_ASKEW = 0.22  # radians
_SHARP = 7e-4  # m, radius of a crease


@lru_cache(maxsize=KINDS)
def draw_creases(kind: int) -> Tile:
    """Heights (h, w, 3), m, of creases along 0, 60 and 120 degrees from u, for a slope of 1 rms.

    ``kind`` in [0, KINDS). A crease is a short straight ridge or groove, sharp in its line; the cloth
    falls off to either side and towards its ends. Some places have many, others none.
    """
    rng = np.random.default_rng(kind)
    layers = [_creased(angle, rng) for angle in (0.0, np.pi / 3, 2 * np.pi / 3)]
    pixels = np.stack(layers, axis=-1).astype(np.float32)
    return Tile(pixels, np.array([REPEAT, REPEAT]), np.zeros(2), 0.0, True)


def _creased(angle: float, rng: np.random.Generator) -> Float:
    texel = REPEAT / _SIDE
    height = np.zeros((_SIDE, _SIDE))
    low, high = np.log(_LENGTH)
    for _ in range(_NUMBER):
        length = float(np.exp(rng.uniform(low, high)))
        reach = length * _REACH * float(rng.uniform(0.6, 1.4))
        way = angle + _ASKEW * float(rng.normal())
        column, row = rng.integers(0, _SIDE, 2)
        half = int(np.ceil(np.hypot(length / 2, reach) / texel))
        y, x = np.mgrid[-half : half + 1, -half : half + 1] * texel
        along, across = x * np.cos(way) + y * np.sin(way), y * np.cos(way) - x * np.sin(way)
        # one side of a crease is often steeper than the other
        lean = 1 + 0.5 * float(rng.uniform(-1, 1)) * np.sign(across)
        tent = np.clip(1 - np.abs(across) * lean / reach, 0, 1) ** 2
        taper = np.clip(1 - (2 * along / length) ** 2, 0, 1)
        rows, columns = (np.arange(k - half, k + half + 1) % _SIDE for k in (row, column))
        height[np.ix_(rows, columns)] += float(rng.choice([-1, 1])) * reach * tent * taper
    height *= ramp(noise(REPEAT, _SIDE, 0.05, rng), -1.2, 1.2)
    height = gaussian_filter(height, _SHARP / texel, mode="wrap")
    slopes = [(np.roll(height, -1, axis) - np.roll(height, 1, axis)) / (2 * texel) for axis in (0, 1)]
    result: Float = (height - height.mean()) / np.sqrt((slopes[0] ** 2 + slopes[1] ** 2).mean())
    return result
