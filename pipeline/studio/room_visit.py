"""The same person in the same room, with and without a mask: photographs whose masked truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.records import ClothLook, Float, WornMask
from pipeline.studio.backdrop import draw_backdrop
from pipeline.studio.lights import set_sky
from pipeline.studio.materials.dress import PLAIN
from pipeline.studio.person import Person
from pipeline.studio.portrait import Pose, Sitting, draw_pose, set_scene
from pipeline.studio.room import draw_room, with_backdrop
from pipeline.studio.session import render_pixels
from pipeline.studio.skin import base_colour
from pipeline.studio.wardrobe import hang_mask


@dataclass(frozen=True)
class Visit:
    """Someone sitting somewhere; frames as in `pipeline.records`."""

    person: Person
    pose: Pose
    sky: Float  # (H, W, 3) linear RGB radiance, see `pipeline.sky`
    backdrop: Float  # (height, width, 3) linear RGB
    seed: int


@dataclass(frozen=True)
class Outfit:
    """A mask at rest on the head of a visit, and what it is made of."""

    worn: WornMask
    material: Mapping[str, Any]  # as `pipeline.masks.material` draws it
    look: ClothLook = PLAIN


def draw_visit(person: Person, rng: np.random.Generator, sitting: Sitting) -> Visit:
    """Pose, camera, room and backdrop drawn from ``rng``; the room is exposed for the person's skin."""
    stance, room, sensor = (np.random.default_rng(seed) for seed in rng.integers(2**63, size=3))
    skin = person.complexion
    sky = draw_room(room, base_colour(skin.melanin, skin.blood))
    picture = draw_backdrop(room, sitting.height, sitting.width, sky.mean(axis=(0, 1)))
    return Visit(
        person, draw_pose(stance, sitting), with_backdrop(sky, picture), picture, int(sensor.integers(2**31))
    )


def render_visit(visit: Visit, sitting: Sitting, outfit: Outfit | None = None) -> Float:
    """What the camera sees, linear RGB (height, width, 3) without blur and noise."""
    pose = visit.pose
    scene = set_scene(visit.person, pose, visit.backdrop, sitting, visit.seed)
    set_sky(scene, visit.sky)
    if outfit is not None:
        depth = outfit.worn.vertices @ pose.place.rotation[2] + pose.place.translation[2]
        pixel = float(np.median(depth)) / pose.camera.focal_px
        hang_mask(scene, outfit.worn, pose.place.of, outfit.material, outfit.look, pixel)
    return render_pixels(scene)[..., :3].astype(float)
