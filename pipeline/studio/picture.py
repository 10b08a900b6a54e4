"""Plain arrays as Blender's images."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from pipeline.records import Float


def linear_image(name: str, pixels: Float) -> Any:
    """An image of ``pixels`` (H, W, 3) linear RGB, first row at the top."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new(name, width, height, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"  # already linear
    rgba = np.concatenate([pixels[::-1], np.ones((height, width, 1))], axis=2)
    image.pixels.foreach_set(rgba.astype(np.float32).ravel())
    image.pack()
    return image
