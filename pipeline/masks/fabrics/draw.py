"""The cloth of a mask as a repeating tile, drawn as fine as a pixel can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter

from pipeline.masks.fabrics import weave
from pipeline.masks.fabrics.weave import Weave
from pipeline.records import Float, Tile

Range = tuple[float, float]


@dataclass(frozen=True)
class Fabric:
    """A kind of cloth: how it is drawn, and how it takes light where a design does not say so itself."""

    weave: Callable[[float, int, np.random.Generator], Weave]
    repeat: float  # m, side of the tile: a whole number of threads or points
    roughness: Range
    gloss: Range  # share of light that its surface throws back without entering it
    sheen: Range  # the same at grazing angles: fuzz
    translucency: Range
    unevenness: float  # of its brightness, from cloudy webs and uneven yarn: deviation, as a share of 0.1
    cloudiness: float  # of how much dyed fibre lies over a place: deviation, as a share of the mean
    crumple: float = 0.0  # rms slope of the creases that handling leaves
    buckling: float = 0.0  # share of what it is pressed together by that goes into small wrinkles


FABRICS: dict[str, Fabric] = {
    # Gloss is that of single fibres, whose index of refraction is near 1.5: 0.04 less what their shape hides.
    "spunbond": Fabric(
        weave.spunbond,
        0.0280,
        (0.44, 0.62),
        (0.02, 0.04),
        (0.05, 0.20),
        (0.14, 0.24),
        0.05,
        0.04,
        0.03,
        0.35,
    ),
    "needle_felt": Fabric(
        weave.needle_felt, 0.0484, (0.70, 0.90), (0.01, 0.03), (0.10, 0.35), (0.05, 0.12), 0.22, 0.05
    ),
    "cotton": Fabric(
        weave.cotton, 0.0336, (0.65, 0.80), (0.015, 0.03), (0.05, 0.25), (0.04, 0.10), 0.2, 0.02, 0.02, 0.2
    ),
    "denim": Fabric(
        weave.denim, 0.0320, (0.70, 0.85), (0.01, 0.025), (0.05, 0.20), (0.01, 0.03), 0.3, 0.02, 0.02, 0.2
    ),
    "satin": Fabric(
        weave.satin, 0.0200, (0.36, 0.48), (0.07, 0.12), (0.20, 0.40), (0.04, 0.10), 0.1, 0.01, 0.03, 0.5
    ),
    "jersey": Fabric(
        weave.jersey, 0.02573, (0.60, 0.75), (0.02, 0.04), (0.08, 0.22), (0.05, 0.12), 0.15, 0.02, 0.015, 0.2
    ),
    "microfibre": Fabric(
        weave.microfibre,
        0.0240,
        (0.58, 0.72),
        (0.025, 0.045),
        (0.08, 0.20),
        (0.04, 0.10),
        0.06,
        0.01,
        0.02,
        0.3,
    ),
    "foam": Fabric(
        weave.foam, 0.0220, (0.80, 0.95), (0.01, 0.02), (0.06, 0.18), (0.01, 0.05), 0.1, 0.01, 0.008, 0.06
    ),
    "neoprene": Fabric(
        weave.neoprene, 0.02573, (0.50, 0.65), (0.03, 0.05), (0.10, 0.25), (0.00, 0.02), 0.1, 0.02
    ),
    "elastic": Fabric(
        weave.ribbed, 0.0180, (0.70, 0.90), (0.00, 0.01), (0.05, 0.20), (0.02, 0.06), 0.1, 0.02
    ),
}
FINEST = 2.5e-5  # m: finer than the finest thread here is thick
_MOST_SAMPLES = 1400
_SEED = 20
_SOFT = 1.6  # texels: a lens does as much, and a denoiser makes patches of threads that are hardly resolved


@lru_cache(maxsize=24)
def draw_weave(kind: str, texel: float) -> Tile | None:
    """Cloth ``kind`` in squares of ``texel`` m: factor on the colour, share of undyed thread, height in mm.

    Averaged over each square, so that threads finer than it fade instead of shimmering. None where
    nothing is left to see. The same cloth is the same tile for every mask: they differ in where they were
    cut from it. Raises KeyError for an unknown kind.
    """
    fabric = FABRICS[kind]
    side = fabric.repeat
    count = max(1, round(side / max(texel, FINEST)))
    fine = max(1, min(round(side / count / FINEST), _MOST_SAMPLES // count))
    made = fabric.weave(side, count * fine, np.random.default_rng(_SEED))
    pixels = np.stack([_mean(part, fine) for part in (made.tint, made.undyed, 1000 * made.height)], axis=-1)
    soft = _SOFT * texel * count / side
    pixels = gaussian_filter(pixels, (soft, soft, 0), mode="wrap")
    if np.ptp(pixels[..., 0]) < 0.004 and np.ptp(pixels[..., 2]) < 1e-3 and not pixels[..., 1].any():
        return None
    return Tile(pixels.astype(np.float32), np.array([side, side]), np.zeros(2), 0.0, True)


def _mean(part: Float, fine: int) -> Float:
    count = part.shape[0] // fine
    mean: Float = part.reshape(count, fine, count, fine).mean(axis=(1, 3))
    return mean
