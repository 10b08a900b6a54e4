"""Mask and shadow over the photo, touching nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline import colour
from pipeline.composite.before_jpeg import blur_before, grain_before
from pipeline.composite.grain import draw_grain
from pipeline.composite.halo import sharpened_by, sharpening
from pipeline.composite.highlights import measure_shoulder, respond_premultiplied
from pipeline.composite.jpeg import recompressed
from pipeline.composite.matte import into_photo, quantise_matte, quantise_shadow
from pipeline.composite.occlusion import with_front
from pipeline.composite.outline import soften_outline
from pipeline.composite.sensor import measure_sensor, soften
from pipeline.composite.smear import smeared
from pipeline.config import CompositeConfig
from pipeline.records import PARTS, Layers, Photo

_SHEET = [PARTS.index(name) for name in ("panel", "edge", "wire")]
_GRAIN_STREAM = 0x6772
"""Keeps the grain's random numbers apart from others drawn from the same seed."""


def composite(
    photo: Photo, layers: Layers, config: CompositeConfig
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """The masked photo (H, W, 3 sRGB), its matte (H, W; 0 = no mask) and shadow (H, W; 255 = unchanged).

    In linear light ``photo * shadow * (1 - alpha) + rgb``, T. Porter, T. Duff, "Compositing digital
    images", SIGGRAPH 1984, blurred and grained as the photo is where ``config`` says so, behind what the
    photo has in front of it. Pixels with matte 0 and shadow 255 are the photo's own, bit by bit. A
    black-and-white photo stays so. The grain is drawn from ``layers.material["seed"]``.
    """
    x0, y0, x1, y1 = layers.box
    under = photo.pixels[y0:y1, x0:x1]
    sensor = measure_sensor(photo.pixels, layers.box, np.isin(layers.parts, _SHEET))
    rgba, shadow = layers.rgba.astype(np.float64), layers.shadow.astype(np.float64)
    history = (photo.earlier_jpeg or photo.jpeg) if config.jpeg else None
    if config.blur:
        blur = sensor.blur if history is None else blur_before(sensor.blur, history)
        sharp = sharpening(blur, sensor.overshoot)
        rgba = soften_outline(smeared(soften(layers.rgba, sharp.blur), sensor.smear), layers.pixel)
        shadow = smeared(soften(layers.shadow, sharp.blur), sensor.smear)
    alpha = np.clip(rgba[..., 3], 0.0, 1.0)
    shadow = np.clip(shadow, 0.0, 1.0)
    fabric = rgba[..., :3]
    if config.highlights:
        fabric = respond_premultiplied(fabric, alpha, measure_shoulder(photo.pixels))
    grey = colour.is_grey(photo.pixels)
    if grey:
        fabric, shadow = colour.to_grey(fabric), colour.to_grey(shadow)

    light = colour.to_linear(under)
    if layers.front is not None:
        alpha, shadow, fabric = with_front(light, layers.front.astype(np.float64), alpha, shadow, fabric)
    linear = light * shadow * (1.0 - alpha)[..., None] + fabric
    encoded = colour.encode(linear)
    if config.blur and sharp.amount > 0:
        # of cloth and of where it meets skin; the photo's own skin has been sharpened already
        added = sharpened_by(encoded @ colour.LUMA, sharp.amount)
        added -= (1.0 - alpha) * sharpened_by(under / 255.0 @ colour.LUMA, sharp.amount)
        encoded = encoded + added[..., None]
    if config.grain:
        rng = np.random.default_rng([int(layers.material["seed"]), _GRAIN_STREAM])
        grain = sensor.grain
        if history is not None and (alpha > 0.5).any():
            grain = grain_before(grain, np.median(encoded[alpha > 0.5], axis=0), history)
        noise = draw_grain(grain, encoded @ colour.LUMA, rng)
        if grey:
            noise = np.repeat(noise.mean(axis=-1, keepdims=True), 3, axis=-1)
        encoded = encoded + noise * alpha[..., None]
    result = (np.clip(encoded, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    if grey:
        result = np.repeat(result[..., 1:2], 3, axis=-1)

    matte_crop, shadow_crop = quantise_matte(alpha), quantise_shadow(shadow)
    shape = (photo.pixels.shape[0], photo.pixels.shape[1])
    touched = np.zeros(shape, bool)
    touched[y0:y1, x0:x1] = (matte_crop > 0) | (shadow_crop < 255)
    pixels = photo.pixels.copy()
    pixels[y0:y1, x0:x1] = np.where(touched[y0:y1, x0:x1, None], result, under)
    if history is not None:
        pixels = recompressed(pixels, touched, history)
        if grey:
            pixels = np.repeat(pixels[..., 1:2], 3, axis=-1)
    return (
        pixels,
        into_photo(matte_crop, layers.box, shape, 0),
        into_photo(shadow_crop, layers.box, shape, 255),
    )
