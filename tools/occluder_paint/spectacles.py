"""Glasses."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from occluder_paint.scene import Scene, any_colour, noise
from occluder_paint.things import cast_shadow


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
    cast_shadow(scene, rim, rng)
    gloss = np.exp(noise(rng, scene.size, 2)[..., None] * 0.5)
    scene.cover(any_colour(rng) * rng.choice([0.15, 1.0]) * gloss, rim * rng.uniform(0.7, 1.0), "glasses")
