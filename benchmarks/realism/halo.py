"""A rim along the mask's edge that is neither mask, nor skin, nor a mixture of both."""

from __future__ import annotations

import numpy as np

from benchmarks.realism.picture import Picture, Pixels
from benchmarks.realism.profiles import across, offsets, outline
from pipeline.colour import to_linear
from pipeline.records import Float

REACH = 8.0  # px
NEAR = 4.0  # px of the edge in which a rim is looked for; beyond it lie the colours themselves

TO_XYZ: Float = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
D65: Float = TO_XYZ.sum(1)


def halo(picture: Picture) -> float:
    """Largest distance, CIELAB Delta E 1976, off the line from inside to outside colour, near the edge.

    Largest in each profile, and the median of that over the whole outline. A profile's ends (`NEAR` to
    `REACH` px off the edge) give its two colours, and the line ends there: a rim brighter than both counts
    as well. NaN with fewer than 15 points of outline.
    """
    points, normals = outline(picture, REACH)
    if len(points) < 15:
        return float("nan")
    lab = to_lab(picture.pixels)
    profiles = np.stack([across(lab[..., i], points, normals, REACH) for i in range(3)], axis=-1)
    t = offsets(REACH)
    inside, outside = profiles[:, t < -NEAR].mean(1), profiles[:, t > NEAR].mean(1)
    near = profiles[:, np.abs(t) <= NEAR]
    return float(np.median([off_line(*colours).max() for colours in zip(near, inside, outside, strict=True)]))


def off_line(colours: Float, start: Float, end: Float) -> Float:
    """Distances (N,) of colours (N, 3) from the piece of line between two colours (3,)."""
    along = end - start
    share = np.clip((colours - start) @ along / max(float(along @ along), 1e-12), 0.0, 1.0)
    return np.asarray(np.linalg.norm(colours - start - share[:, None] * along, axis=-1))


def to_lab(pixels: Pixels) -> Float:
    """CIELAB (..., 3) of 8-bit sRGB, white point D65 (CIE 15:2004)."""
    ratio = to_linear(pixels) @ TO_XYZ.T / D65
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
