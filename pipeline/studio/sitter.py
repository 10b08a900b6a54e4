"""A photographer's studio: people who do not exist, with hair and clothes, wearing a mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from pipeline.colour import to_pixels
from pipeline.head.model import load_head
from pipeline.records import Camera, ClothLook, Float, Light, WornMask
from pipeline.studio import bust, camera, lights, session
from pipeline.studio.backdrop import add_backdrop
from pipeline.studio.fitting import DISTANCE, FACING, add_worn, shoot
from pipeline.studio.person import Person
from pipeline.studio.skin import base_colour

SPAN = 3.0  # height of the picture over that from the eyes to the chin
ABOVE = 0.17  # the middle of the picture over that of eyes and chin, in the same measure
STRANDS = 14000
WALL = (0.42, 0.20)  # linear, behind the head and far from it


def render_sitter(
    person: Person,
    head_vertices: Float,
    worn: WornMask,
    material: Mapping[str, Any],
    look: ClothLook,
    views: Sequence[tuple[float, float]],
    size: tuple[int, int],
    samples: int,
    seed: int,
) -> list[NDArray[np.uint8]]:
    """Pictures (height, width, 3), sRGB, of ``worn`` on ``person``, whose head is ``head_vertices`` (V, 3) m.

    Head, hair, shirt and glasses are the person's; ``size`` is (width, height) px. ``views``, ``material``,
    ``look`` and ``seed`` are as in `pipeline.studio.fitting.render_fitting`. Same input, same bytes.
    """
    frame, middle = _framing(head_vertices, size)
    place = bust.Place(FACING, np.array([0.0, 0.0, DISTANCE]) - FACING @ middle)
    scene = session.new_scene(samples=samples, seed=seed, denoise="HIGH", bounces=3)
    scatter = bool(scene.cycles.use_denoising)
    bust.add_bust(scene, person, head_vertices, place, np.zeros(2), level=2, strands=STRANDS, scatter=scatter)
    add_worn(scene, worn, material, look, place, DISTANCE / frame.focal_px)
    light = _light(base_colour(person.complexion.melanin, person.complexion.blood))
    # The wall is part of the scene, for the denoiser to treat hair against it as one picture.
    wall = add_backdrop(scene, frame, _wall(size))
    rig = [*lights.add_lights(scene, light), camera.place_camera(scene, frame), wall]
    lights.add_reflections(scene, light)
    bpy.context.view_layer.update()
    return [to_pixels(shot[..., :3]) for shot in shoot(scene, rig, views)]


def pixel_size(head_vertices: Float, size: tuple[int, int]) -> float:
    """Metres that a pixel of `render_sitter` covers on the mask."""
    return DISTANCE / _framing(head_vertices, size)[0].focal_px


def _framing(head_vertices: Float, size: tuple[int, int]) -> tuple[Camera, Float]:
    """A camera that sees head and collar at DISTANCE, and the point (3,) m of the head in its middle."""
    ids = load_head().points
    eyes = head_vertices[[ids["pupil_left"], ids["pupil_right"]]].mean(0)
    chin = head_vertices[ids["menton"]]
    ears = head_vertices[[ids["tragion_left"], ids["tragion_right"]]].mean(0)
    face = eyes[1] - chin[1]
    middle = np.array([0.0, (eyes[1] + chin[1]) / 2 + ABOVE * face, 0.35 * chin[2] + 0.65 * ears[2]])
    return Camera(size[1] * DISTANCE / (SPAN * face), *size), middle


def _wall(size: tuple[int, int]) -> Float:
    """A grey wall, (H, W, 3) linear RGB, brighter behind the head."""
    width, height = size
    down, across = np.mgrid[:height, :width]
    away = np.hypot((across / width - 0.5) * width / height, down / height - 0.4)
    level = WALL[1] + (WALL[0] - WALL[1]) * np.exp(-((away / 0.42) ** 2))
    return np.asarray(level[..., None] * [0.985, 1.0, 1.02])


def _light(skin: Float) -> Light:
    """A key from the upper left that brings folds out, a weak fill, and a rim from behind."""
    directions = np.array([[-0.70, -0.60, -0.55], [0.85, -0.10, -0.50], [0.75, -0.45, 0.60]])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    gain = float(np.clip((0.30 / skin.mean()) ** 0.25, 0.9, 1.3))
    irradiance = np.array([[0.80, 0.77, 0.73], [0.12, 0.125, 0.135], [0.40, 0.41, 0.43]])
    return Light(np.array([0.20, 0.205, 0.215]) * gain, directions, irradiance * gain, skin)
