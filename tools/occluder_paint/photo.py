"""The whole painting: everything in its order, then a camera's faults."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from scipy import ndimage

from occluder_paint.on_skin import beard, make_up, mouth, shadow, surroundings, wear
from occluder_paint.scene import Scene
from occluder_paint.spectacles import glasses
from occluder_paint.things import borrowed_lock, hand, lock, stick, thing
from occluder_paint.worn import worn_mask
from pipeline.colour import encode
from pipeline.records import Float


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
