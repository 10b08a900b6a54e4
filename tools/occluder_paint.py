"""Painting over views of generated portraits what generated people lack: beards, open mouths, hard shadows,
things held before the face, fringes and locks, glasses, worn masks, and the faults of cameras.

Everything is painted in linear light on square pictures (n, n, 3) with values around 0..1.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from pipeline.colour import encode
from pipeline.records import Float

KINDS = ("rest", "hair", "glasses", "thing", "mask")
"""What a cell shows: the mask goes over the rest (face, beard, background) and under what follows."""


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


# ---- what a mask goes over ---------------------------------------------------------------------------


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
            fold = _capsule(scene.size, start, end, (rng.uniform(0.001, 0.003) * unit,) * 2)[0]
            fold = ndimage.gaussian_filter(fold, rng.uniform(0.4, 1.5)) * rng.uniform(0.1, 0.6)
            scene.linear = scene.linear * (1 - (fold * scene.skin)[..., None])
    if rng.random() < 0.5:
        uneven = noise(rng, scene.size, rng.uniform(0.7, 4)) * rng.uniform(0.03, 0.18)
        scene.linear = np.where(scene.skin[..., None], scene.linear * np.exp(uneven[..., None]), scene.linear)
    if rng.random() < 0.4:
        shine = np.clip(scene.normal @ _unit(rng.normal([0, -0.3, -1], 0.4)), 0, 1) ** rng.uniform(6, 40)
        shine = shine * rng.uniform(0.05, 0.6) * (1 + 0.3 * noise(rng, scene.size, 1)) * scene.skin
        scene.linear = scene.linear + np.clip(shine, 0, 1)[..., None] * scene.shade


def _unit(vector: Float) -> Float:
    return np.asarray(vector / np.linalg.norm(vector))


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


# ---- what stays in front of it -----------------------------------------------------------------------


def _cast(scene: Scene, alpha: Float, rng: np.random.Generator) -> None:
    """A soft shadow of what is about to be painted."""
    moved = ndimage.shift(alpha, rng.uniform(-4, 6, 2), order=1)
    dark = ndimage.gaussian_filter(moved, rng.uniform(1, 4)) * rng.uniform(0, 0.6)
    scene.linear = scene.linear * (1 - dark[..., None])


def _capsule(size: int, start: Float, end: Float, radius: tuple[float, float]) -> tuple[Float, Float, Float]:
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
        _capsule(
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
        shapes.append(_capsule(size, middle, end, (thick * 1.02, thick * 1.12)))
        shapes.append(_capsule(size, start, middle, (thick * 0.85, thick)))
    whole = np.max([shape[0] for shape in shapes], axis=0)
    _cast(scene, whole, rng)
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
    body = _capsule(size, tip, end, (radius, radius * rng.uniform(0.8, 1.3)))
    parts = [(body, colour)]
    if rng.random() < 0.6:
        ball = radius * rng.uniform(1.2, 2.4)
        parts.append(
            (
                _capsule(size, tip, tip + towards * ball * rng.uniform(0, 1.5), (ball, ball)),
                any_colour(rng) * rng.choice([0.15, 1.0]),
            )
        )
    _cast(scene, np.max([p[0][0] for p in parts], axis=0), rng)
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
    _cast(scene, alpha, rng)
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
    _cast(scene, alpha, rng)
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


def glasses(scene: Scene, rng: np.random.Generator) -> None:
    """Rims, bridge and temples; dark lenses are in the way too, clear ones are seen through."""
    size = scene.size * 4
    wide, high = rng.uniform(0.021, 0.03), rng.uniform(0.014, 0.025)
    centre = np.array([rng.uniform(0.031, 0.036), rng.uniform(-0.012, 0.0), rng.uniform(0.022, 0.03)])
    power = rng.choice([2.0, 2.5, 4.0])
    t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = np.stack(
        [
            np.sign(np.cos(t)) * np.abs(np.cos(t)) ** (2 / power) * wide,
            np.sign(np.sin(t)) * np.abs(np.sin(t)) ** (2 / power) * high,
        ],
        axis=1,
    )
    frame = Image.new("L", (size, size), 0)
    lens = Image.new("L", (size, size), 0)
    pen, fill = ImageDraw.Draw(frame), ImageDraw.Draw(lens)
    thick = max(2, round(rng.choice([0.0007, 0.0012, 0.0022, 0.004]) * scene.cells_per_m * 4))
    for side in (-1, 1):
        points = []
        for a, b in ring:
            x = (centre[0] + a) * side
            points.append(
                tuple(
                    4
                    * np.asarray(
                        scene.place(
                            np.array([x, centre[1] + b, centre[2] - 1.5 * max(abs(x) - 0.02, 0) ** 2 / 0.05])
                        )
                    )
                )
            )
        fill.polygon(points, fill=255)
        if rng.random() < 0.93:
            pen.line([*points, points[0]], fill=255, width=thick)
        hinge = 4 * np.asarray(
            scene.place(np.array([(centre[0] + wide) * side, centre[1] + 0.4 * high, centre[2] - 0.012]))
        )
        ear = 4 * np.asarray(scene.place(np.array([0.077 * side, -0.006, -0.06])))
        turned = np.median(scene.normal[scene.skin][:, 0]) if scene.skin.any() else 0.0
        if side * turned < 0.35:  # this temple is on the camera's side, or both are seen
            pen.line([tuple(hinge), tuple(ear)], fill=255, width=max(2, thick))
    bridge = [
        tuple(
            4
            * np.asarray(
                scene.place(np.array([s * (centre[0] - wide), centre[1] + 0.3 * high, centre[2] + 0.003]))
            )
        )
        for s in (-1, 1)
    ]
    pen.line(bridge, fill=255, width=thick)
    rim = np.asarray(frame.resize((scene.size, scene.size), Image.Resampling.BOX)) / 255.0
    inside = np.asarray(lens.resize((scene.size, scene.size), Image.Resampling.BOX)) / 255.0
    dark = rng.random() < 0.2
    glare = np.clip(noise(rng, scene.size, rng.uniform(2, 8)) - rng.uniform(0.8, 2.5), 0, 1) * rng.uniform(
        0, 0.8
    )
    if dark:
        tint = np.array([0.02, 0.02, 0.02]) * np.exp(rng.normal(0, 0.6, 3))
        scene.cover(tint + 0.3 * glare[..., None], inside * rng.uniform(0.85, 1.0), "glasses")
    else:
        scene.cover(np.ones((scene.size, scene.size, 3)), inside * glare * 0.8, None)
        scene.weight[inside > 0.5] *= 0.6
    _cast(scene, rim, rng)
    gloss = np.exp(noise(rng, scene.size, 2)[..., None] * 0.5)
    scene.cover(any_colour(rng) * rng.choice([0.15, 1.0]) * gloss, rim * rng.uniform(0.7, 1.0), "glasses")


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
    _cast(scene, alpha, rng)
    scene.cover(colour, alpha, "mask")
    if rng.random() < 0.7:
        pen_colour = any_colour(rng) if rng.random() < 0.3 else plain
        for side in (-1, 1):
            for height in (-0.035, -0.1):
                start = np.asarray(scene.place(np.array([side * 0.055, height, -0.01])))
                end = np.asarray(
                    scene.place(np.array([side * 0.076, -0.01 if height > -0.05 else -0.05, -0.06]))
                )
                loop = _capsule(scene.size, start, end, (0.8, 0.8))[0]
                scene.cover(pen_colour * scene.shade.mean(axis=(0, 1)), loop * 0.9 * (~covered), None)


# ---- the camera --------------------------------------------------------------------------------------


def camera_faults(linear: Float, rng: np.random.Generator) -> np.ndarray:
    """sRGB (n, n, 3) uint8 as a poor camera stores it: exposure, tint, blur, few pixels, grain, JPEG."""
    size = len(linear)
    gain = np.exp(rng.normal(0, 0.35)) * np.exp(rng.normal(0, 0.1, 3))
    picture = encode(np.clip(np.nan_to_num(linear) * gain, 0, 1))
    if rng.random() < 0.4:
        picture = np.clip((picture - 0.5) * rng.uniform(0.7, 1.6) + 0.5 + rng.normal(0, 0.05), 0, 1)
    if rng.random() < 0.08:
        picture = np.repeat((picture @ np.array([0.3, 0.59, 0.11]))[..., None], 3, axis=-1)
    image = Image.fromarray((picture * 255 + 0.5).astype(np.uint8))
    if rng.random() < 0.6:
        few = int(size / rng.uniform(1.0, 2.6))
        image = image.resize((few, few), Image.Resampling.BOX)
    else:
        few = size
    array = np.asarray(image).astype(float)
    if rng.random() < 0.4:
        array = ndimage.gaussian_filter(array, (*[rng.uniform(0.2, 1.0)] * 2, 0))
    elif rng.random() < 0.35:
        array = array + (array - ndimage.gaussian_filter(array, (1.2, 1.2, 0))) * rng.uniform(0.2, 1.2)
    grain = rng.standard_normal(array.shape) * rng.uniform(0, 5)
    image = Image.fromarray(np.clip(array + grain, 0, 255).astype(np.uint8))
    if rng.random() < 0.7:
        store = io.BytesIO()
        image.save(store, "JPEG", quality=int(rng.integers(35, 95)))
        image = Image.open(store)
    return np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR))


def paint(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """Paint a random choice of everything; returns sRGB (n, n, 3) uint8. ``scene`` holds the labels."""
    if rng.random() < 0.65:
        surroundings(scene, rng)
    wear(scene, rng)
    if rng.random() < 0.4:
        make_up(scene, rng)
    if rng.random() < 0.45:
        beard(scene, rng)
    if rng.random() < 0.3:
        mouth(scene, rng)
    masked = rng.random() < 0.16
    if masked:
        worn_mask(scene, rng)
    if rng.random() < 0.3:
        glasses(scene, rng)
    for maker, chance in ((borrowed_lock, 0.2), (lock, 0.25)):
        if rng.random() < chance:
            maker(scene, rng)
    if rng.random() < (0.1 if masked else 0.33):
        for _ in range(1 + int(rng.random() < 0.25)):
            (hand, stick, thing)[rng.choice(3, p=[0.35, 0.35, 0.3])](scene, rng)
    if rng.random() < 0.4:
        shadow(scene, rng)
    return camera_faults(scene.linear, rng)
