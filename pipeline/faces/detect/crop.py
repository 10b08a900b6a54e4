"""Squares cut out of a photo, turned upright, at the size a network wants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.records import Float

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Square:
    """A square in a photo. Its x axis is the photo's turned by `angle` towards the photo's y axis."""

    centre: Float  # (2,) px
    side: float  # px
    angle: float = 0.0  # rad

    def axes(self) -> Float:
        """(2, 2): its x and y axes as rows, px of the photo, `side` long."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        return np.array([[c, s], [-s, c]]) * self.side

    def to_photo(self, points: Float) -> Float:
        """px of the photo (N, 2), for points in parts of the square's side from its upper left corner."""
        return np.asarray((points - 0.5) @ self.axes() + self.centre)


def cut(pixels: Pixels, square: Square, size: int) -> Pixels:
    """The square as (size, size, 3) sRGB; beyond the photo's edge its last pixels are repeated.

    Averaged down to less than twice the size first, then interpolated, with pixel centres where
    `pipeline.records` has them: what is seen does not shift with the face's size.
    """
    height, width = pixels.shape[:2]
    reach = abs(square.axes()).sum(axis=0) / 2 + 2
    wanted = np.array([np.floor(square.centre - reach), np.ceil(square.centre + reach)]).astype(int)
    low = np.clip(wanted[0], 0, np.array([width, height]) - 1)
    high = np.clip(wanted[1], low + 1, [width, height])
    shrink = max(1, int(square.side / size))
    inside = Image.fromarray(np.ascontiguousarray(pixels[low[1] : high[1], low[0] : high[0]])).reduce(shrink)
    before, after = -(-(low - wanted[0]) // shrink), -(-(wanted[1] - high) // shrink)
    padded = np.pad(np.asarray(inside), ((before[1], after[1]), (before[0], after[0]), (0, 0)), mode="edge")
    across, down = square.axes() / shrink / size
    origin = (square.to_photo(np.zeros((1, 2)))[0] - low) / shrink + before
    affine = (across[0], down[0], origin[0], across[1], down[1], origin[1])
    turned = Image.fromarray(padded).transform(
        (size, size), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR
    )
    return np.asarray(turned)
