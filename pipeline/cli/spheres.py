"""What a white and a skin-coloured ball would look like in a face's light, with its lamps around them."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from pipeline.colour import LUMINANCE, encode
from pipeline.faces.light.lamps import irradiance
from pipeline.records import Float, Light

WHITE = 0.8  # albedo of the white ball
FINE = 2


def sphere_panel(light: Light, side: int, ground: tuple[int, int, int]) -> Image.Image:
    """A large white ball with the lamps around it, and a small ball of the person's skin."""
    size = side * FINE
    picture = np.full((size, size, 3), ground, np.float64)
    radius, centre = 0.27 * size, np.array([0.5 * size, 0.42 * size])
    _ball(picture, centre, radius, light, np.full(3, WHITE))
    _ball(picture, np.array([0.87 * size, 0.88 * size]), 0.1 * size, light, light.skin_albedo)
    sheet = Image.fromarray(picture.astype(np.uint8))
    draw = ImageDraw.Draw(sheet, "RGBA")
    for direction, colour in sorted(
        zip(light.directions, light.irradiance, strict=True), key=lambda lamp: -lamp[0][2]
    ):
        _lamp(draw, centre, radius, direction, colour, float((light.irradiance @ LUMINANCE).max()))
    return sheet.resize((side, side), Image.Resampling.BOX)


def _ball(picture: Float, centre: Float, radius: float, light: Light, albedo: Float) -> None:
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width] + 0.5
    x, y = (x - centre[0]) / radius, (y - centre[1]) / radius
    squared = x * x + y * y
    inside = squared < 1
    normals = np.stack([x[inside], y[inside], -np.sqrt(1 - squared[inside])], axis=1)
    colours = encode(irradiance(light, normals) * albedo) * 255
    # A soft rim, two cells wide.
    share = np.clip((1 - np.sqrt(squared[inside])) * radius / 2, 0, 1)[:, None]
    picture[inside] = picture[inside] * (1 - share) + colours * share


def _lamp(
    draw: ImageDraw.ImageDraw, centre: Float, radius: float, direction: Float, colour: Float, most: float
) -> None:
    """A disc where the lamp stands as seen by the camera; a ring when it stands behind the head."""
    strength = float(colour @ LUMINANCE) / max(most, 1e-9)
    hue = encode(colour / max(float(colour.max()), 1e-9))
    r, g, b = (int(value * 255) for value in hue)
    aside = math.hypot(direction[0], direction[1])
    reach = radius * (1.2 + 0.25 * aside) if aside > 0.25 else radius * aside * 1.2
    towards = direction[:2] / max(aside, 1e-9)
    at = centre + towards * reach
    size = radius * (0.07 + 0.11 * math.sqrt(strength))
    if aside > 0.25:
        inner = centre + towards * radius * 1.02
        outer = at - towards * size
        draw.line([*inner, *outer], (r, g, b, 200), 4)
    where = (at[0] - size, at[1] - size, at[0] + size, at[1] + size)
    behind = direction[2] > 0.05
    draw.ellipse(
        where, None if behind else (r, g, b, 255), (r, g, b, 255) if behind else (30, 30, 34, 255), 4
    )
