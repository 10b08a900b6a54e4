"""What the photo shows around the head: light comes from there too, and clothes say how bright white is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.colour import to_linear
from pipeline.faces.camera import project
from pipeline.faces.light.skin import PosedHead, Surface
from pipeline.faces.light.visibility import BOUNCE
from pipeline.head.model import load_head
from pipeline.records import Float
from pipeline.sky import zones

# In heights of the face from sellion to menton, along its own axes.
CHEST, CHEST_HALF = 0.85, (0.55, 0.40)  # below the chin; half its width and height
BESIDE, BESIDE_HALF = 0.55, (0.30, 0.45)  # beside the ears, from the ear outwards
ENOUGH = 0.10  # of a field must be in the photo
MOST_ADDED = 0.6  # of what skin shows comes from there
BRIGHT = 0.85  # quantile: folds are darker, buttons and glints brighter


@dataclass(frozen=True)
class Around:
    """Linear RGB (3,) of fields of the photo; None where the photo ends before them."""

    left: Float | None  # of the head, in the picture
    right: Float | None
    chest: Float | None
    chest_bright: Float | None  # its brightest part

    @property
    def sources(self) -> tuple[Float | None, Float | None, Float | None]:
        """In the order of `pipeline.records.Light.around`."""
        return self.left, self.right, self.chest

    def filled(self, ambient: Float) -> Float:
        """`pipeline.records.Light.around`, with ``ambient`` (3,) where nothing is known."""
        return np.stack([ambient if source is None else source for source in self.sources])


def shone_upon(skin: Surface, lamps: Float, around: Around, albedo: Float) -> tuple[Surface, Float]:
    """What ``skin`` of that albedo (3,) would show without the light from what the photo shows around it, and
    what that light adds (n, 3).

    In the surface that is left, `Surface.sky` is the part of light from everywhere else. lamps (D, 3): the
    table's directions, camera frame.
    """
    facing = np.maximum(skin.normals @ lamps.T, 0)
    total = np.maximum(facing.sum(axis=1, keepdims=True), 1e-9)
    zone = zones(lamps)
    seen = (skin.seen * facing) @ zone / total
    shares = seen + BOUNCE * (1 - seen.sum(axis=1, keepdims=True)) * (facing @ zone / total)
    added, rest = np.zeros_like(skin.colours), shares[:, 0].copy()
    for share, radiance in zip(shares.T[1:], around.sources, strict=True):
        if radiance is None:
            rest += share
        else:
            added += share[:, None] * radiance * albedo
    # A wall far behind may stand in light that this face is not in.
    added = np.minimum(added, MOST_ADDED * skin.colours)
    return replace(skin, colours=skin.colours - added, sky=rest), added


def look_around(pixels: NDArray[np.uint8], head: PosedHead) -> Around:
    """Of a photo (H, W, 3) sRGB with one fitted head."""
    points = load_head().points
    names = ("sellion", "menton", "tragion_left", "tragion_right")
    sellion, menton, *ears = project(head.vertices[[points[name] for name in names]], head.camera)
    down = menton - sellion
    height = max(float(np.linalg.norm(down)), 1.0)
    ears.sort(key=lambda ear: float(ear[0]))
    middle = (sellion + menton) / 2
    fields = [
        _field(pixels, np.array([ears[0][0] - BESIDE * height, middle[1]]), BESIDE_HALF, height),
        _field(pixels, np.array([ears[1][0] + BESIDE * height, middle[1]]), BESIDE_HALF, height),
        _field(pixels, menton + CHEST * down, CHEST_HALF, height),
    ]
    left, right, chest = (None if field is None else field.mean(axis=0) for field in fields)
    return Around(left, right, chest, None if fields[2] is None else _bright(fields[2]))


def _field(pixels: NDArray[np.uint8], at: Float, half: tuple[float, float], height: float) -> Float | None:
    """Linear colours (n, 3) of what of a field is in the photo."""
    size = np.array(half) * height
    last = np.array(pixels.shape[1::-1])
    low, high = (np.clip(np.rint(at + side * size), 0, last).astype(int) for side in (-1, 1))
    if np.prod(high - low) < ENOUGH * np.prod(2 * size):
        return None
    step = max(1, int(height / 40))
    return to_linear(pixels[low[1] : high[1] : step, low[0] : high[0] : step]).reshape(-1, 3)


def _bright(colours: Float) -> Float:
    level = colours.sum(axis=1)
    return np.asarray(np.median(colours[level >= np.quantile(level, BRIGHT)], axis=0))
