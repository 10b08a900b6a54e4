"""Masks that are worn already."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from occluder_paint.scene import Scene, any_colour, noise, texture
from occluder_paint.things import capsule_of, cast_shadow


def worn_mask(scene: Scene, rng: np.random.Generator) -> None:
    """A cloth or surgical mask, flat and without folds that fall: enough to be known for a mask."""
    x, y, z = np.moveaxis(np.nan_to_num(scene.spot, nan=9.0), -1, 0)
    wobble = noise(rng, scene.size, 8) * 0.002
    top = rng.uniform(-0.03, -0.005) - rng.uniform(0.0, 0.25) * np.abs(x) + wobble
    sides = rng.uniform(-0.06, -0.005)
    low = rng.uniform(-0.16, -0.108)
    covered = (y < top) & (y > low) & (z > sides + wobble * 2)
    if rng.random() < 0.15:
        covered = (y < top) & (y > -0.19)  # a balaclava or neck gaiter
    covered = ndimage.binary_closing(np.pad(covered, 20), iterations=int(rng.integers(3, 14)))[20:-20, 20:-20]
    covered = ndimage.binary_dilation(covered, iterations=int(rng.integers(1, 5))) & ~(
        np.isfinite(scene.spot[..., 0]) & (y > top)
    )
    alpha = ndimage.gaussian_filter(covered.astype(float), 0.6)
    smooth = np.stack(
        [ndimage.gaussian_filter(scene.linear[..., c], rng.uniform(5, 9)) for c in range(3)], axis=-1
    ) @ np.full(3, 1 / 3)
    light = (smooth / max(np.median(smooth), 1e-4)) ** rng.uniform(0.2, 0.8)
    row = np.indices((scene.size, scene.size))[0]
    folds = np.zeros_like(light)
    if rng.random() < 0.5:
        for _ in range(3):
            line = (
                scene.place(np.array([0.0, rng.uniform(-0.1, -0.03), 0.04]))[1]
                + noise(rng, scene.size, 10)[:1] * 1.5
            )
            folds += np.exp(-(((row - line) / rng.uniform(0.8, 2)) ** 2)) * rng.uniform(-0.3, 0.1)
    folds = folds + noise(
        rng, scene.size, rng.uniform(2, 8), rng.uniform(0.3, 3), rng.uniform(0, 180)
    ) * rng.uniform(0, 0.12)
    usual = np.array(
        [[0.8, 0.8, 0.8], [0.35, 0.6, 0.75], [0.02, 0.02, 0.022], [0.45, 0.7, 0.65], [0.75, 0.45, 0.5]]
    )
    plain = usual[rng.integers(len(usual))] * np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.08, 3))
    albedo = np.tile(plain, (scene.size, scene.size, 1)) if rng.random() < 0.6 else texture(rng, scene.size)
    grain = np.exp(noise(rng, scene.size, 0.6) * rng.uniform(0, 0.08))
    colour = albedo * (light * np.maximum(1 + folds, 0.2) * grain)[..., None] * scene.shade.mean(axis=(0, 1))
    cast_shadow(scene, alpha, rng)
    scene.cover(colour, alpha, "mask")
    if rng.random() < 0.7:
        pen_colour = any_colour(rng) if rng.random() < 0.3 else plain
        for side in (-1, 1):
            for height in (-0.035, -0.1):
                start = np.asarray(scene.place(np.array([side * 0.055, height, -0.01])))
                end = np.asarray(
                    scene.place(np.array([side * 0.076, -0.01 if height > -0.05 else -0.05, -0.06]))
                )
                loop = capsule_of(scene.size, start, end, (0.8, 0.8))[0]
                scene.cover(pen_colour * scene.shade.mean(axis=(0, 1)), loop * 0.9 * (~covered), None)
