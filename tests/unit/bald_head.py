"""A photo of the mean head, bald and facing the camera in even light, and what is seen before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.faces.camera import project
from pipeline.faces.light.estimate import even_light
from pipeline.faces.light.lamps import irradiance
from pipeline.faces.occluders.find import Front, find_front
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Camera

POSE = np.diag([1.0, -1.0, -1.0])
SKIN = np.array([0.5, 0.33, 0.25])


def portrait(translation: np.ndarray, camera: Camera) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The photo before a grey wall, the vertices, and where on the mean head each pixel lies, NaN off it."""
    head = load_head()
    vertices = head.mean @ POSE.T + translation
    shape = (camera.height, camera.width)
    raster = rasterise(vertices, head.faces, camera, (0, 0, *shape[::-1]), shape)
    seen = raster.triangle >= 0
    light = replace(even_light(), skin_albedo=SKIN)
    shown = irradiance(light, vertex_normals(vertices, head.faces))[head.faces].mean(axis=1) * SKIN
    shown = np.where(head.regions["lips"][head.faces].all(axis=1)[:, None], shown * [0.8, 0.4, 0.45], shown)
    linear = np.where(seen[..., None], shown[raster.triangle], 0.3)
    spot = np.where(seen[..., None], head.mean[head.faces].mean(axis=1)[raster.triangle], np.nan)
    return (np.clip(linear, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8), vertices, spot


def seen_before(
    pixels: np.ndarray, vertices: np.ndarray, translation: np.ndarray, camera: Camera
) -> tuple[Front, np.ndarray]:
    """What lies before the head, and its matte (H, W) in [0, 1] over the whole photo."""
    front = find_front(pixels, vertices, POSE, translation, camera)
    full = np.zeros(pixels.shape[:2])
    x0, y0, x1, y1 = front.occluder.box
    full[y0:y1, x0:x1] = front.occluder.matte / 255
    return front, full


def pixel_of(point: list[float], translation: np.ndarray, camera: Camera) -> np.ndarray:
    """Pixel (x, y) of a point (m) of the mean head."""
    return project((np.array(point) @ POSE.T + translation)[None], camera)[0]
