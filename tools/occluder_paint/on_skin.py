"""What belongs to a bare face and must not be taken for something before it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from occluder_paint.scene import Scene, hair_colour, noise, texture, unit_vector
from occluder_paint.things import capsule_of
from pipeline.records import Float


def beard(scene: Scene, rng: np.random.Generator) -> None:
    """Stubble to full beard, moustache, whiskers: under a mask, so no occluder."""
    x, y, z = np.moveaxis(np.nan_to_num(scene.spot, nan=1.0), -1, 0)
    wobble = noise(rng, scene.size, 6) * 0.003
    soft = rng.uniform(0.002, 0.006)

    def below(value: Float, limit: float) -> Float:
        return np.asarray(1 / (1 + np.exp(np.clip((value + wobble - limit) / soft, -40, 40))))

    moustache = below(y, -0.0475) * below(-y, 0.064) * below(np.abs(x), rng.uniform(0.022, 0.034))
    chin = below(y, rng.uniform(-0.088, -0.08)) * below(np.abs(x), rng.uniform(0.016, 0.03))
    line = rng.uniform(-0.078, -0.05) + rng.uniform(-0.3, 0.5) * np.maximum(-z, 0)
    jaw = below(y - line, 0.0) * below(-np.abs(x), -0.022)
    whiskers = below(z, -0.03) * below(y, 0.0)
    density = np.zeros_like(x)
    for part, chance in ((moustache, 0.75), (chin, 0.7), (jaw, 0.6), (whiskers, 0.4)):
        if rng.random() < chance:
            density = np.maximum(density, part)
    density *= below(-y, rng.uniform(0.115, 0.15))
    alpha = np.isfinite(scene.spot[..., 0]) & (scene.skin | (y < -0.09)) & ~scene.lips
    streaks = noise(rng, scene.size, 0.7, rng.uniform(1, 3), rng.uniform(-20, 20))
    strength = rng.uniform(0.15, 1.0)
    covered = np.clip(density * strength * (1 + rng.uniform(0.05, 0.3) * streaks), 0, 0.97) * alpha
    covered = ndimage.gaussian_filter(covered, 0.5)
    colour = hair_colour(rng) * np.exp(rng.uniform(0.1, 0.4) * streaks)[..., None] * scene.shade
    scene.cover(np.asarray(colour), covered, None)


def mouth(scene: Scene, rng: np.random.Generator) -> None:
    """Lips opened by talk, laughter or shouting, with or without teeth."""
    left, top = scene.place(np.array([0.0, -0.0685, 0.034]))
    unit = scene.cells_per_m
    wide, high = rng.uniform(0.018, 0.03) * unit, rng.uniform(0.003, 0.022) * unit
    row, column = np.indices((scene.size, scene.size)) + 0.5
    bend = rng.uniform(-0.3, 0.6) * ((column - left) / wide) ** 2 * high
    v = (row - top - rng.uniform(0, 0.7) * high + bend) / high
    inside = ((column - left) / wide) ** 2 + v**2
    alpha = np.clip((1 - inside) * min(wide, high) * 0.7, 0, 1) * np.isfinite(scene.spot[..., 0])
    colour = np.tile(
        np.array([0.12, 0.03, 0.025]) * np.exp(rng.normal(-0.5, 0.8)), (scene.size, scene.size, 1)
    )
    if rng.random() < 0.4:
        colour[v > 0.3] = np.array([0.35, 0.12, 0.11]) * rng.uniform(0.5, 1.2)
    for upper, chance in ((True, 0.75), (False, 0.3)):
        if rng.random() < chance:
            band = (v < rng.uniform(-0.5, 0.4)) if upper else (v > rng.uniform(0.2, 0.7))
            gaps = 0.85 + 0.15 * np.cos((column - left) / unit * 2 * np.pi / 0.007)
            colour[band] = (np.array([0.75, 0.68, 0.55]) * rng.uniform(0.5, 1.1) * gaps[..., None])[band]
    scene.cover(colour * scene.shade.mean(axis=(0, 1)), alpha, None)


def shadow(scene: Scene, rng: np.random.Generator) -> None:
    """The edge of a cast shadow, hard or soft, over everything."""
    field_ = noise(rng, scene.size, rng.uniform(6, 30), rng.uniform(1, 3), rng.uniform(0, 180))
    edge = 1 / (1 + np.exp(-np.clip((field_ - rng.uniform(-0.8, 0.8)) * rng.uniform(2, 60), -40, 40)))
    depth = np.exp(-rng.uniform(0.2, 1.8) * (1 + rng.normal(0, 0.06, 3)))
    scene.linear = scene.linear * (1 - edge[..., None] * (1 - depth))


def make_up(scene: Scene, rng: np.random.Generator) -> None:
    if rng.random() < 0.6:
        colour = np.array([0.45, 0.05, 0.08]) * np.exp(rng.normal(0, 0.4, 3))
        scene.cover(
            colour * scene.shade, ndimage.gaussian_filter(scene.lips * rng.uniform(0.3, 0.9), 0.6), None
        )
    blotches = noise(rng, scene.size, rng.uniform(1, 8))[..., None] * rng.uniform(0.02, 0.12)
    tinted = scene.linear * np.exp(blotches * rng.uniform(0.3, 1.5, 3))
    scene.linear = np.where(scene.skin[..., None], tinted, scene.linear)


def wear(scene: Scene, rng: np.random.Generator) -> None:
    """Folds beside nose and mouth, uneven skin, shine: what faces have in photos and renders have not."""
    unit = scene.cells_per_m
    if rng.random() < 0.6:
        for side in (-1, 1):
            start = np.asarray(scene.place(np.array([side * 0.017, -0.04, 0.03])))
            end = np.asarray(
                scene.place(np.array([side * rng.uniform(0.026, 0.036), rng.uniform(-0.08, -0.062), 0.02]))
            )
            fold = capsule_of(scene.size, start, end, (rng.uniform(0.001, 0.003) * unit,) * 2)[0]
            fold = ndimage.gaussian_filter(fold, rng.uniform(0.4, 1.5)) * rng.uniform(0.1, 0.6)
            scene.linear = scene.linear * (1 - (fold * scene.skin)[..., None])
    if rng.random() < 0.5:
        uneven = noise(rng, scene.size, rng.uniform(0.7, 4)) * rng.uniform(0.03, 0.18)
        scene.linear = np.where(scene.skin[..., None], scene.linear * np.exp(uneven[..., None]), scene.linear)
    if rng.random() < 0.4:
        shine = np.clip(scene.normal @ unit_vector(rng.normal([0, -0.3, -1], 0.4)), 0, 1) ** rng.uniform(
            6, 40
        )
        shine = shine * rng.uniform(0.05, 0.6) * (1 + 0.3 * noise(rng, scene.size, 1)) * scene.skin
        scene.linear = scene.linear + np.clip(shine, 0, 1)[..., None] * scene.shade


def surroundings(scene: Scene, rng: np.random.Generator) -> None:
    """Clutter behind the head, collars and scarves below the chin."""
    off = ~np.isfinite(scene.spot[..., 0])
    if rng.random() < 0.35:
        off |= np.nan_to_num(scene.spot[..., 1], nan=9.0) < rng.uniform(-0.17, -0.122)
    free = ndimage.gaussian_filter((off & (scene.label == 0)).astype(float), 0.6)
    for _ in range(int(rng.integers(1, 5))):
        where = noise(rng, scene.size, rng.uniform(5, 25), rng.uniform(1, 4), rng.uniform(0, 180))
        alpha = np.clip((where - rng.uniform(-1.5, 1)) * rng.uniform(3, 30), 0, 1) * free
        scene.cover(
            texture(rng, scene.size) * np.exp(rng.normal(0, 0.5)) * scene.shade.mean(axis=(0, 1)), alpha, None
        )
