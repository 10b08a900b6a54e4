"""A fitting room: a worn mask on a bald head before a grey wall, seen from several sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pipeline.colour import to_pixels
from pipeline.head.model import load_head
from pipeline.records import Camera, ClothLook, Float, Light, WornMask
from pipeline.studio import bust, camera, lights, session
from pipeline.studio.eyes import draw_eyes
from pipeline.studio.materials.dress import PLAIN
from pipeline.studio.person import Person, draw_person
from pipeline.studio.skin import base_colour, draw_complexion
from pipeline.studio.wardrobe import hang_mask

FRONT, THREE_QUARTER, PROFILE, BELOW = (0.0, 0.0), (40.0, 0.0), (90.0, 0.0), (15.0, -35.0)
"""Views (yaw, pitch) in degrees that between them show all of a mask."""

DISTANCE = 1.2  # m: nobody takes a portrait from nearer
SPAN = 2.1  # height of the picture over that from the eyes to the chin
WALL = (0.50, 0.36)  # linear, at the top and at the foot of the picture
FACING = np.diag([1.0, -1.0, -1.0])
"""Head to camera rotation of a frontal, upright head."""


def render_fitting(
    head_vertices: Float,
    worn: WornMask,
    material: Mapping[str, Any],
    views: Sequence[tuple[float, float]],
    size_px: int,
    samples: int,
    seed: int,
    melanin: float = 0.25,
    look: ClothLook = PLAIN,
) -> list[NDArray[np.uint8]]:
    """Pictures (size_px, size_px, 3), sRGB, of ``worn`` on ``head_vertices`` (V, 3) m, head frame.

    ``views`` are (yaw, pitch) in degrees by which the head is turned before the camera: yaw > 0 towards the
    subject's left, pitch > 0 down; the lamps stay with the camera. ``material`` is what
    `pipeline.masks.material` draws, ``look`` its cloth close up. ``seed`` draws skin and eyes and seeds the
    renderer; ``melanin`` is 0 for very light and 1 for very dark skin. Same input, same bytes.
    """
    frame, middle = _framing(head_vertices, size_px)
    place = bust.Place(FACING, np.array([0.0, 0.0, DISTANCE]) - FACING @ middle)
    person = _bald_person(np.random.default_rng(seed), melanin)
    scene = session.new_scene(samples=samples, seed=seed)
    scene.render.film_transparent = True
    bust.add_bald_head(scene, person, head_vertices, worn.vertices, place, np.zeros(2), level=1)
    add_worn(scene, worn, material, look, place, DISTANCE / frame.focal_px)
    light = _studio_light(base_colour(person.complexion.melanin, person.complexion.blood))
    rig = [*lights.add_lights(scene, light), camera.place_camera(scene, frame)]
    lights.add_reflections(scene, light)
    bpy.context.view_layer.update()
    wall = np.linspace(*WALL, size_px)[:, None, None]
    shots = shoot(scene, rig, views)
    return [to_pixels(shot[..., :3] + (1 - shot[..., 3:]) * wall) for shot in shots]


def pixel_size(head_vertices: Float, size_px: int) -> float:
    """Metres that a pixel of `render_fitting` covers on the mask."""
    return DISTANCE / _framing(head_vertices, size_px)[0].focal_px


def _framing(head_vertices: Float, size_px: int) -> tuple[Camera, Float]:
    """A camera that sees the face at DISTANCE, and the point (3,) m of the head in its middle."""
    ids = load_head().points
    eyes = head_vertices[[ids["pupil_left"], ids["pupil_right"]]].mean(0)
    chin = head_vertices[ids["menton"]]
    ears = head_vertices[[ids["tragion_left"], ids["tragion_right"]]].mean(0)
    height = SPAN * (eyes[1] - chin[1])
    nose = head_vertices[ids["pronasale"]]
    middle = np.array([0.0, (eyes[1] + chin[1]) / 2, 0.45 * nose[2] + 0.55 * ears[2]])
    return Camera(size_px * DISTANCE / height, size_px, size_px), middle


def _bald_person(rng: np.random.Generator, melanin: float) -> Person:
    person = draw_person(rng, glasses=0.0)
    complexion = draw_complexion(rng, melanin, person.hairdo.colour, beardless=True)
    return replace(person, complexion=complexion, eyes=draw_eyes(rng, melanin))


def add_worn(
    scene: Any,
    worn: WornMask,
    material: Mapping[str, Any],
    look: ClothLook,
    place: bust.Place,
    pixel: float,
) -> None:
    """Put a mask into ``scene`` that is looked at from so near that a pixel covers ``pixel`` m of it."""
    hang_mask(scene, worn, place.of, material, look, pixel)


def _studio_light(skin: Float) -> Light:
    """A large soft key from the upper left, a fill from the right; a little more of both for dark skin."""
    directions = np.array([[-0.62, -0.55, -0.70], [0.80, -0.05, -0.55]])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    gain = float(np.clip((0.30 / skin.mean()) ** 0.25, 0.9, 1.25))
    irradiance = np.array([[0.60, 0.585, 0.56], [0.15, 0.155, 0.165]])
    return Light(np.full(3, 0.30) * gain, directions, irradiance * gain, skin)


def shoot(scene: Any, rig: Sequence[Any], views: Sequence[tuple[float, float]]) -> list[Float]:
    """Pictures (H, W, 4), linear premultiplied RGBA, by ``views`` (yaw, pitch) in degrees.

    ``rig`` is the camera, which looks at a head at DISTANCE, and the lamps and walls that stay with it.
    """
    start = [np.array(thing.matrix_world) for thing in rig]
    pictures = []
    for view in views:
        _walk_around(rig, start, view)
        pictures.append(session.render_pixels(scene).astype(np.float64))
    return pictures


def _walk_around(rig: Sequence[Any], start: Sequence[Float], view: tuple[float, float]) -> None:
    """Move camera and lamps from their ``start`` (4, 4) as if the head had been turned by ``view``."""
    # Blender's axes are those of a head that faces the camera, and the head's middle lies ahead of it.
    turn = Rotation.from_euler("YXZ", np.radians([*view, 0.0])).as_matrix().T
    about = np.eye(4)
    about[:3, :3] = turn
    about[:3, 3] = (np.eye(3) - turn) @ np.array([0.0, 0.0, -DISTANCE])
    for thing, matrix in zip(rig, start, strict=True):
        thing.matrix_world = (about @ matrix).T.tolist()
