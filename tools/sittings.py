"""Render a folder of portraits whose truth is known, for everything that is learned or calibrated.

    PYTHONPATH=. python tools/sittings.py sittings/ --count 1200

Each is `NNNNN.png`, and `NNNNN.npz` with the truth. A portrait depends on the seed and its number alone;
files that are there already are kept, so several processes (`--every 2 --offset 1`) may share a folder.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.studio.portrait import PLAIN, Portrait, Sitting, render_portrait

SITTING = replace(
    PLAIN,
    width=384,
    height=432,
    samples=3,
    yaw=80.0,
    pitch=22.0,
    roll=12.0,
    distance=(0.25, 2.0),
    strands=3000,
    glasses=0.25,
)


def truth(portrait: Portrait) -> dict[str, np.ndarray]:
    """What is stored about a portrait; names and frames are those of `Portrait`."""
    return {
        "rotation": portrait.rotation,
        "translation": portrait.translation,
        "yaw_pitch_roll": portrait.yaw_pitch_roll,
        "identity": portrait.identity_coefficients,
        "expression": portrait.expression_coefficients,
        "focal_px": np.float64(portrait.camera.focal_px),
        "size": np.array([portrait.camera.width, portrait.camera.height]),
        "ambient": portrait.light.ambient,
        "directions": portrait.light.directions,
        "irradiance": portrait.light.irradiance,
        "skin_albedo": portrait.light.skin_albedo,
        "glasses": np.bool_(portrait.glasses),
        "seen": portrait.seen,
    }


def render(folder: Path, numbers: Iterator[int], seed: int, sitting: Sitting = SITTING) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        picture, facts = folder / f"{number:05}.png", folder / f"{number:05}.npz"
        if picture.exists() and facts.exists():
            continue
        portrait = render_portrait(np.random.default_rng([seed, number]), sitting)
        np.savez_compressed(facts, **truth(portrait))
        Image.fromarray(portrait.pixels).save(picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="render each n-th only")
    parser.add_argument("--offset", type=int, default=0, help="starting with this one")
    parser.add_argument("--glasses", type=float, default=SITTING.glasses, help="share who wear them")
    options = parser.parse_args()
    numbers = iter(range(options.offset, options.count, options.every))
    render(options.folder, numbers, options.seed, replace(SITTING, glasses=options.glasses))


if __name__ == "__main__":
    main()
