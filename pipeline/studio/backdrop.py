"""What stands behind a person, out of focus, and what the camera's sensor does to the picture."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from pipeline.colour import encode
from pipeline.records import Camera, Float
from pipeline.studio import blender
from pipeline.studio.mesh import add_object, new_mesh
from pipeline.studio.picture import linear_image


def draw_backdrop(rng: np.random.Generator, height: int, width: int, light: Float) -> Float:
    """A blurred room or wall, (H, W, 3) linear RGB, lit by ``light`` (3,) on white."""
    v, u = np.mgrid[:height, :width] / max(height, width)
    hue = 1 + rng.normal(0, 0.09, 3)
    base = hue / hue.max() * rng.uniform(0.08, 0.65)
    slope = rng.normal(0, 0.5, 2)
    wall = np.exp(slope[0] * (u - 0.4) + slope[1] * (v - 0.4))[..., None] * base
    if rng.random() < 0.65:
        wall = _clutter(rng, wall, u, v)
    return np.clip(wall * light, 0.002, 1.5)


def _clutter(rng: np.random.Generator, wall: Float, u: Float, v: Float) -> Float:
    """Shelves, frames, leaves and lamps, far enough away to be blobs."""
    picture = wall.copy()
    tones = rng.uniform(0.05, 0.7, (4, 1)) * rng.uniform(0.72, 1.0, (4, 3))
    for _ in range(int(rng.integers(4, 16))):
        centre, size = rng.uniform(-0.1, 1.1, 2), rng.uniform(0.02, 0.28, 2)
        tone = tones[rng.integers(4)] * rng.uniform(0.7, 1.3)
        if rng.random() < 0.6:
            inside = (np.abs(u - centre[0]) < size[0]) & (np.abs(v - centre[1]) < size[1])
        else:
            inside = ((u - centre[0]) / size[0]) ** 2 + ((v - centre[1]) / size[1]) ** 2 < 1
        picture[inside] = tone
    for _ in range(int(rng.integers(0, 4))):
        centre, size = rng.uniform(0, 1, 2), rng.uniform(0.008, 0.03)
        picture[(u - centre[0]) ** 2 + (v - centre[1]) ** 2 < size**2] = rng.uniform(1.5, 5.0)
    blur = rng.uniform(0.008, 0.035) * max(picture.shape[:2])
    return np.stack([gaussian_filter(picture[..., c], blur) for c in range(3)], axis=-1)


def add_backdrop(scene: Any, camera: Camera, picture: Float, distance: float = 6.0) -> Any:
    """Hang ``picture`` (H, W, 3) linear RGB behind the scene so that it fills the frame of ``camera``.

    Only the camera sees it: it neither lights nor mirrors in anything. It is part of the scene, and not
    pasted in later, so that the denoiser treats hair against it as one picture.
    """
    image = linear_image("Backdrop", picture)
    # A little larger than the frame, as the pixels at the border look past it.
    spare = 1.02
    half = spare * np.array([camera.width, camera.height]) / camera.focal_px * distance / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    points = np.concatenate([corners * half, np.full((4, 1), -distance)], axis=1)
    sheet = new_mesh("Backdrop", points, np.array([[0, 1, 2, 3]]), uv=(spare * corners + 1) / 2)
    material = bpy.data.materials.new("Backdrop")
    tree = blender.use_nodes(material)
    tree.nodes.clear()
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = image
    texture.extension = "EXTEND"
    emission = tree.nodes.new("ShaderNodeEmission")
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(texture.outputs["Color"], emission.inputs["Color"])
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    thing = add_object(scene, sheet, material)
    for ray in ("diffuse", "glossy", "transmission", "volume_scatter", "shadow"):
        setattr(thing, f"visible_{ray}", False)
    return thing


def expose(rng: np.random.Generator, linear: Float, blur_px: float, grain: float) -> NDArray[np.uint8]:
    """An 8-bit sRGB photo (H, W, 3) of ``linear`` (H, W, 3): lens blur, shot noise, read noise."""
    soft = np.stack([gaussian_filter(linear[..., c], blur_px) for c in range(3)], axis=-1)
    noise = rng.normal(size=linear.shape)
    # A real sensor's grain is smeared a little by demosaicing and noise reduction.
    noise = 1.6 * np.stack([gaussian_filter(noise[..., c], 0.55) for c in range(3)], axis=-1)
    noisy = soft + grain * noise * np.sqrt(np.clip(soft, 0, None) * 3e-4 + 4e-6)
    return np.asarray(np.round(encode(noisy) * 255), np.uint8)
