"""What use leaves on cloth: uneven webs, dirt, pills and rubbed places."""

from __future__ import annotations

import numpy as np

from pipeline.masks.fabrics.weave import fibres, noise
from pipeline.ramp import ramp
from pipeline.records import Tile

REPEAT = 0.24  # m: larger than most masks, as a stain that comes twice is seen at once
FINEST = 4e-4  # m


def draw_wear(texel: float, seed: int) -> Tile:
    """Unevenness (0.5 = none), dirt and wear: (h, w, 3), each in [0, 1].

    In squares of ``texel`` m or larger. Unevenness is the cloudiness of any web or weave; dirt gathers in
    soft smudges with few specks; wear is pills and rubbed patches. How much of each is seen is the
    material's affair.
    """
    count = max(8, round(REPEAT / max(texel, FINEST)))
    rng = np.random.default_rng(seed)
    grains = ((0.0025, 0.4), (0.006, 0.6), (0.016, 0.4))
    cloud = sum(share * noise(REPEAT, count, grain, rng) for grain, share in grains)
    smudge = ramp(noise(REPEAT, count, 0.030, rng) + 0.25 * noise(REPEAT, count, 0.006, rng), -0.4, 3.2)
    speck = ramp(noise(REPEAT, count, 0.0016, rng), 2.9, 3.8)
    rubbed = ramp(noise(REPEAT, count, 0.014, rng), 0.0, 2.0)
    pills = ramp(noise(REPEAT, count, 0.0012, rng), 1.7, 2.6) * (0.3 + 0.7 * rubbed)
    lint = np.clip(fibres(REPEAT, count, rng, 60, 0.007), 0, 2.5) / 2.5
    dirt = np.clip(0.9 * smudge + 0.4 * speck, 0, 1)
    wear = np.clip(0.55 * rubbed + 0.8 * pills + 0.4 * lint, 0, 1)
    pixels = np.stack([0.5 + 0.16 * cloud, dirt, wear], axis=-1).clip(0, 1)
    origin = rng.uniform(0, REPEAT, 2)
    return Tile(pixels.astype(np.float32), np.array([REPEAT, REPEAT]), origin, 0.0, True)
