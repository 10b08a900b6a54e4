"""Hands, sticks, things and hair before a face."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from occluder_paint.scene import Scene, any_colour, hair_colour, noise, texture
from pipeline.records import Float


def cast_shadow(scene: Scene, alpha: Float, rng: np.random.Generator) -> None:
    """A soft shadow of what is about to be painted."""
    moved = ndimage.shift(alpha, rng.uniform(-4, 6, 2), order=1)
    dark = ndimage.gaussian_filter(moved, rng.uniform(1, 4)) * rng.uniform(0, 0.6)
    scene.linear = scene.linear * (1 - dark[..., None])


def capsule_of(
    size: int, start: Float, end: Float, radius: tuple[float, float]
) -> tuple[Float, Float, Float]:
    """Coverage (size, size), and height 0..1 and slant -1..1 of a rounded stick from start to end (x, y)."""
    row, column = np.indices((size, size)) + 0.5
    along = end - start
    length = max(float(np.linalg.norm(along)), 1e-6)
    t = np.clip(((column - start[0]) * along[0] + (row - start[1]) * along[1]) / length**2, 0, 1)
    thick = radius[0] + (radius[1] - radius[0]) * t
    dx, dy = column - start[0] - t * along[0], row - start[1] - t * along[1]
    away = np.hypot(dx, dy)
    side = (dx * -along[1] + dy * along[0]) / length / thick
    return np.clip(thick - away + 0.5, 0, 1), np.sqrt(np.clip(1 - (away / thick) ** 2, 0, 1)), side


def hand(scene: Scene, rng: np.random.Generator) -> None:
    """Fingers and part of a palm in this person's own skin, from any side."""
    size, unit = scene.size, scene.cells_per_m
    skin = np.median(scene.linear[scene.skin], axis=0) if scene.skin.any() else np.full(3, 0.3)
    skin = skin * np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.05, 3))
    tip = scene.place(np.array([rng.normal(0, 0.04), rng.uniform(-0.13, -0.03), 0.03]))
    turn = rng.uniform(0, 2 * np.pi)
    if rng.random() < 0.7:  # mostly from below or the sides
        turn = rng.uniform(-0.3, np.pi + 0.3)
    towards = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-towards[1], towards[0]])
    lamp = rng.uniform(-0.6, 0.6)
    fingers = int(rng.integers(1, 6))
    shapes = []
    thick = rng.uniform(0.0075, 0.0105) * unit
    spread = rng.uniform(1.7, 2.6) * thick
    knuckle = rng.uniform(0.05, 0.085) * unit
    palm = np.asarray(tip) + towards * (knuckle + 0.045 * unit) + across * spread * (fingers - 1) / 2
    shapes.append(
        capsule_of(
            size,
            palm - across * 0.02 * unit,
            palm + across * 0.02 * unit + towards * 0.12 * unit,
            (0.032 * unit, 0.03 * unit),
        )
    )
    for number in range(fingers):
        start = np.asarray(tip) + across * spread * number + towards * rng.uniform(-0.02, 0.02) * unit
        bend = across * rng.normal(0, 0.25) * knuckle
        middle = start + towards * knuckle * 0.5 + bend * 0.5
        end = start + towards * knuckle * 1.15
        shapes.append(capsule_of(size, middle, end, (thick * 1.02, thick * 1.12)))
        shapes.append(capsule_of(size, start, middle, (thick * 0.85, thick)))
    whole = np.max([shape[0] for shape in shapes], axis=0)
    cast_shadow(scene, whole, rng)
    for alpha, height, side in shapes:
        # Creases: the outline of each finger is darker than its middle.
        shade = (0.45 + 0.55 * height) * (1 + lamp * side)
        colour = skin * np.maximum(shade, 0.1)[..., None] * np.array([1.0, 0.97, 0.95])
        colour = colour * np.exp(noise(rng, size, 1.5)[..., None] * 0.04)
        scene.cover(colour, alpha, "thing")


def stick(scene: Scene, rng: np.random.Generator) -> None:
    """A microphone, its boom, a pen, cigarette, straw, ribbon or cable."""
    size, unit = scene.size, scene.cells_per_m
    tip = np.asarray(scene.place(np.array([rng.normal(0, 0.04), rng.uniform(-0.135, -0.045), 0.035])))
    turn = rng.uniform(-0.4, np.pi + 0.4)
    towards = np.array([np.cos(turn), np.sin(turn)])
    thin = rng.random() < 0.4
    radius = (rng.uniform(0.0018, 0.005) if thin else rng.uniform(0.006, 0.018)) * unit
    colour = any_colour(rng) * rng.choice([0.2, 1.0])
    end = tip + towards * rng.uniform(0.06, 0.25) * unit
    body = capsule_of(size, tip, end, (radius, radius * rng.uniform(0.8, 1.3)))
    parts = [(body, colour)]
    if rng.random() < 0.6:
        ball = radius * rng.uniform(1.2, 2.4)
        parts.append(
            (
                capsule_of(size, tip, tip + towards * ball * rng.uniform(0, 1.5), (ball, ball)),
                any_colour(rng) * rng.choice([0.15, 1.0]),
            )
        )
    cast_shadow(scene, np.max([p[0][0] for p in parts], axis=0), rng)
    for (alpha, height, side), tint in parts:
        gloss = 0.3 + 0.7 * np.clip(height + rng.uniform(-0.4, 0.4) * side, 0, 1)
        grain = np.exp(noise(rng, size, 0.7) * rng.uniform(0, 0.5))
        lit = tint * (gloss * grain)[..., None] * scene.shade.mean(axis=(0, 1))
        shine = np.clip(1 - np.abs(side - rng.uniform(-0.5, 0.5)) * 4, 0, 1) * rng.uniform(0, 0.4)
        scene.cover(lit + shine[..., None], alpha, "thing")


def thing(scene: Scene, rng: np.random.Generator) -> None:
    """A cup, phone, scarf, sleeve, sheet of paper: a textured shape with straight or wavy outline."""
    size, unit = scene.size, scene.cells_per_m
    row, column = np.indices((size, size)) + 0.5
    if rng.random() < 0.45:  # comes up from below: scarf, collar, food, bouquet
        line = scene.place(np.array([0.0, rng.uniform(-0.125, -0.05), 0.03]))
        slope = rng.normal(0, 0.35)
        wave = noise(rng, size, rng.uniform(6, 20))[0] * rng.uniform(0, 4)
        alpha = np.clip(row - line[1] - slope * (column - line[0]) - wave[None, :] + 0.5, 0, 1)
    else:
        middle = np.asarray(scene.place(np.array([rng.normal(0, 0.045), rng.uniform(-0.14, -0.04), 0.03])))
        turn, wide, high = rng.uniform(0, np.pi), *(rng.uniform(0.012, 0.05, 2) * unit)
        dx, dy = column - middle[0], row - middle[1]
        u = (dx * np.cos(turn) + dy * np.sin(turn)) / wide
        v = (-dx * np.sin(turn) + dy * np.cos(turn)) / high
        power = rng.choice([2.0, 3.0, 8.0])
        away = (np.abs(u) ** power + np.abs(v) ** power) ** (1 / power)
        alpha = np.clip((1 - away) * min(wide, high) + 0.5, 0, 1)
    cast_shadow(scene, alpha, rng)
    lamp = 0.75 + 0.25 * noise(rng, size, rng.uniform(10, 40)).clip(-1.5, 1.5)
    scene.cover(texture(rng, size) * lamp[..., None] * scene.shade.mean(axis=(0, 1)), alpha, "thing")


def lock(scene: Scene, rng: np.random.Generator) -> None:
    """A strand or curtain of hair that falls over cheek, jaw or ear."""
    size, unit = scene.size, scene.cells_per_m
    side = rng.choice([-1, 1])
    colour = hair_colour(rng)
    start = np.asarray(scene.place(np.array([side * rng.uniform(0.03, 0.085), 0.05, 0.0])))
    end = np.asarray(scene.place(np.array([side * rng.uniform(0.025, 0.1), rng.uniform(-0.2, -0.05), 0.02])))
    curtain = rng.random() < 0.6
    width = (rng.uniform(0.02, 0.05) if curtain else rng.uniform(0.001, 0.012)) * unit
    row, column = np.indices((size, size)) + 0.5
    t = np.maximum((row - start[1]) / max(end[1] - start[1], 1.0), 0)
    sway = noise(rng, size, 14)[:, :1] * rng.uniform(0, 0.006) * unit
    line = start[0] + (end[0] - start[0]) * t ** rng.uniform(0.6, 2.5) + sway
    away = (column - line) * (side if curtain else 1)
    streaks = noise(rng, size, 0.8, 8)
    fringe = noise(rng, size, 1.2, 6) * rng.uniform(0.3, 1.5)
    if curtain:
        alpha = np.clip(away + fringe + 0.5, 0, 1)
        outer = np.asarray(scene.place(np.array([side * rng.uniform(0.09, 0.13), 0.0, 0.0])))[0]
        alpha *= np.clip((outer - column) * side + fringe * 2 + 0.5, 0, 1)
    else:
        alpha = np.clip(width - np.abs(away) + fringe * 0.4 + 0.5, 0, 1)
    alpha *= np.clip((1 - t) * 12 + fringe, 0, 1)
    cast_shadow(scene, alpha, rng)
    gloss = np.exp(streaks * rng.uniform(0.2, 0.6) + noise(rng, size, 10) * 0.3)
    scene.cover(
        colour * gloss[..., None] * scene.shade.mean(axis=(0, 1)) * rng.uniform(0.5, 1.5), alpha, "hair"
    )


def borrowed_lock(scene: Scene, rng: np.random.Generator) -> None:
    """Rendered hair of another portrait, moved and stretched."""
    if not scene.locks:
        return lock(scene, rng)
    linear, covered = scene.locks[rng.integers(len(scene.locks))]
    if rng.random() < 0.5:
        linear, covered = linear[:, ::-1], covered[:, ::-1]
    angle, zoom = rng.normal(0, 0.2), np.exp(rng.normal(0, 0.15))
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
    middle = np.full(2, scene.size / 2)
    offset = middle - matrix @ (middle + rng.normal(0, 8, 2))
    alpha = np.clip(ndimage.affine_transform(covered.astype(float), matrix, offset, order=1), 0, 1)
    colour = np.stack(
        [ndimage.affine_transform(linear[..., c], matrix, offset, order=1) for c in range(3)], -1
    )
    scene.cover(colour * np.exp(rng.normal(0, 0.3)), alpha, "hair")
