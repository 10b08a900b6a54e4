"""The picture that is painted on, and what it is painted with: noise, colours, textures."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from pipeline.faces.occluders.network import KINDS
from pipeline.records import Float


@dataclass
class Scene:
    """One view that is painted on. ``spot`` is where on the mean head a cell lies (m), NaN off the head."""

    linear: Float  # (n, n, 3)
    label: np.ndarray  # (n, n) ids into KINDS
    weight: Float  # (n, n)
    spot: Float  # (n, n, 3)
    normal: Float  # (n, n, 3) of the true head, x along a row; 0 off the head
    shade: Float  # (n, n, 3) light on a white surface; that of a surface facing the camera off the head
    lips: np.ndarray  # (n, n) bool
    skin: np.ndarray  # (n, n) bool: bare skin of face, no ears, no neck
    cells_per_m: float
    place: object  # (3,) m of the mean head -> (column, row)
    locks: list = field(default_factory=list)  # hair of other portraits: (linear (n, n, 3), covered (n, n))

    @property
    def size(self) -> int:
        return len(self.label)

    def cover(self, colour: Float, alpha: Float, kind: str | None) -> None:
        self.linear = self.linear * (1 - alpha[..., None]) + colour * alpha[..., None]
        if kind is not None:
            self.label[alpha > 0.5] = KINDS.index(kind)
            # Half-covered rims are neither one nor the other.
            self.weight[(alpha > 0.3) & (alpha < 0.7)] *= 0.3
            self.weight[alpha >= 0.7] = 1.0


def noise(
    rng: np.random.Generator, size: int, scale: float, stretch: float = 1.0, angle: float = 0.0
) -> Float:
    """Smooth noise (size, size), mean 0, deviation 1; ``scale`` cells wide, ``stretch`` times as long."""
    wide = int(size * 1.5)
    field_ = ndimage.gaussian_filter(rng.standard_normal((wide, wide)), (scale * stretch, scale))
    if angle:
        field_ = ndimage.rotate(field_, angle, reshape=False, order=1, mode="reflect")
    low = (wide - size) // 2
    field_ = field_[low : low + size, low : low + size]
    return (field_ - field_.mean()) / max(field_.std(), 1e-9)


def hair_colour(rng: np.random.Generator) -> Float:
    shades = np.array(
        [
            [0.012, 0.01, 0.009],
            [0.03, 0.018, 0.011],
            [0.07, 0.04, 0.02],
            [0.2, 0.13, 0.06],
            [0.4, 0.29, 0.16],
            [0.16, 0.05, 0.02],
            [0.25, 0.24, 0.23],
            [0.6, 0.58, 0.55],
        ]
    )
    chosen = rng.integers(len(shades))
    return np.asarray(shades[chosen] * np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.06, 3)))


def any_colour(rng: np.random.Generator) -> Float:
    if rng.random() < 0.4:
        return np.asarray(
            np.full(3, np.exp(rng.uniform(np.log(0.01), np.log(0.9)))) * np.exp(rng.normal(0, 0.05, 3))
        )
    return np.asarray(rng.uniform(0.0, 1.0, 3) ** 2 * rng.uniform(0.1, 0.95) + 0.005)


def texture(rng: np.random.Generator, size: int) -> Float:
    """A cloth, a print, a plain surface: (size, size, 3) albedo."""
    base = np.tile(any_colour(rng), (size, size, 1))
    style = rng.random()
    if style < 0.35:
        pass
    elif style < 0.6:
        pattern = noise(rng, size, rng.uniform(1, 10), rng.uniform(1, 4), rng.uniform(0, 180)) > rng.uniform(
            -1, 1
        )
        base = np.where(pattern[..., None], base, any_colour(rng))
    elif style < 0.8:
        row, column = np.indices((size, size))
        turn = rng.uniform(0, np.pi)
        wave = np.sin((row * np.cos(turn) + column * np.sin(turn)) * rng.uniform(0.15, 1.5))
        base = np.where((wave > rng.uniform(-0.5, 0.5))[..., None], base, any_colour(rng))
    else:
        base = base * np.exp(noise(rng, size, rng.uniform(0.6, 3))[..., None] * rng.uniform(0.1, 0.6))
    return np.asarray(base * np.exp(noise(rng, size, rng.uniform(6, 20))[..., None] * rng.uniform(0, 0.25)))


def unit_vector(vector: Float) -> Float:
    return np.asarray(vector / np.linalg.norm(vector))
