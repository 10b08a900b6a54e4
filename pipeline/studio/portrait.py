"""Portraits of people who do not exist, whose head, pose, camera and light are known exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pipeline.head.model import load_head
from pipeline.records import Camera, Float, Light
from pipeline.studio.backdrop import add_backdrop, draw_backdrop, expose
from pipeline.studio.bust import Place, add_bust
from pipeline.studio.camera import place_camera
from pipeline.studio.exposure import gain, not_blown_out, tint, towards
from pipeline.studio.lights import add_lights, add_reflections
from pipeline.studio.person import Person, draw_expression, draw_person
from pipeline.studio.session import new_scene, render_passes
from pipeline.studio.skin import base_colour

_FACING = np.diag([1.0, -1.0, -1.0])
"""Head to camera rotation of a frontal, upright head."""

_HEAD_HEIGHT = 0.235  # m, chin to crown

SEEN = ("backdrop", "head", "eyes", "shirt", "hair", "glasses")
"""Names of the ids in `Portrait.seen`. Clear lenses are seen through: glasses are frame and pads."""


@dataclass(frozen=True)
class Portrait:
    """A rendered photo and the truth about it; frames as in `pipeline.records`."""

    pixels: NDArray[np.uint8]  # (H, W, 3) sRGB
    camera: Camera
    rotation: Float  # (3, 3) head to camera
    translation: Float  # (3,) m
    yaw_pitch_roll: Float  # (3,) radians
    identity_coefficients: Float  # (80,)
    expression_coefficients: Float  # (43,)
    vertices: Float  # (V, 3) m, camera frame
    light: Light
    glasses: bool  # whether the person wears any
    seen: NDArray[np.uint8]  # (H, W) ids into SEEN: what is foremost at the middle of each pixel


@dataclass(frozen=True)
class Sitting:
    """How portraits are taken. Angles are in degrees, drawn evenly from -x to x."""

    width: int = 640
    height: int = 800
    samples: int = 32
    denoise: str | None = "HIGH"
    yaw: float = 25.0
    pitch: float = 10.0
    roll: float = 6.0
    identity_sigma: float = 0.85
    expression: float = 0.5  # share of smiles, and strength of every movement
    head_size: tuple[float, float] = (0.48, 0.60)  # chin to crown over the image's height
    distance: tuple[float, float] = (0.6, 2.0)  # m, drawn evenly in its logarithm
    subdivisions: int = 2
    strands: int = 16000  # hairs on the scalp; 0 paints brows and leaves the head bald
    scatter: bool = True  # light travels under the skin
    glasses: float = 0.25  # share of people who wear them


PLAIN = Sitting(
    width=288,
    height=320,
    samples=6,
    denoise="FAST",
    head_size=(0.66, 0.78),
    subdivisions=1,
    strands=0,
    scatter=False,
    glasses=0.0,
)
"""Cheap portraits, for calibrating landmarks and for tests."""


def render_portrait(rng: np.random.Generator, sitting: Sitting = Sitting()) -> Portrait:
    """Draw a person from ``rng`` and take their photo: see `draw_person` and `photograph`."""
    who, visit = (np.random.default_rng(seed) for seed in rng.integers(2**63, size=2))
    return photograph(draw_person(who, sitting.identity_sigma, sitting.glasses), visit, sitting)


def photograph(person: Person, rng: np.random.Generator, sitting: Sitting = Sitting()) -> Portrait:
    """A photo of ``person`` with pose, expression, camera, lamps and backdrop drawn from ``rng``.

    The same state of ``rng`` gives the same bytes in every run with the same build of Blender.
    """
    stance, lamps, room, sensor = (np.random.default_rng(seed) for seed in rng.integers(2**63, size=4))
    pose = draw_pose(stance, sitting)
    skin = person.complexion
    light = _draw_light(lamps, base_colour(skin.melanin, skin.blood))
    backdrop = draw_backdrop(room, sitting.height, sitting.width, _white(light))
    scene = set_scene(person, pose, backdrop, sitting, int(sensor.integers(2**31)))
    add_lights(scene, light)
    add_reflections(scene, light)
    _number(scene)
    passes = render_passes(scene)
    picture = passes["Combined"][..., :3].astype(float)
    blur = 0.35 + 0.4 * sensor.random() * sitting.height / 800
    return Portrait(
        pixels=expose(sensor, picture, blur, sensor.uniform(0.2, 0.7)),
        camera=pose.camera,
        rotation=pose.place.rotation,
        translation=pose.place.translation,
        yaw_pitch_roll=pose.angles,
        identity_coefficients=person.identity_coefficients,
        expression_coefficients=pose.expression,
        vertices=pose.place.of(pose.shape(person)),
        light=light,
        glasses=person.glasses is not None,
        seen=passes["Object Index"].round().astype(np.uint8),
    )


@dataclass(frozen=True)
class Pose:
    """How someone sits before which camera."""

    expression: Float  # (43,)
    angles: Float  # (3,) radians: yaw, pitch, roll
    place: Place
    camera: Camera
    gaze: Float  # (2,) radians past the camera

    def shape(self, person: Person) -> Float:
        """The head (V, 3) m, head frame, that ``person`` shows in this pose."""
        return load_head().shape(person.identity_coefficients, self.expression)


def draw_pose(stance: np.random.Generator, sitting: Sitting) -> Pose:
    expression = draw_expression(stance, sitting.expression)
    angles = stance.uniform(-1, 1, 3) * np.radians([sitting.yaw, sitting.pitch, sitting.roll])
    rotation = _FACING @ Rotation.from_euler("YXZ", angles).as_matrix()
    distance = float(np.exp(stance.uniform(*np.log(sitting.distance))))
    focal = float(stance.uniform(*sitting.head_size) * sitting.height * distance / _HEAD_HEIGHT)
    camera = Camera(focal, sitting.width, sitting.height)
    middle = stance.normal([0.0, -0.06], [0.04, 0.03]) * [sitting.width, sitting.height]
    place = Place(rotation, np.array([*(middle * distance / focal), distance]))
    return Pose(expression, angles, place, camera, stance.normal(0, np.radians(3), 2))


def set_scene(person: Person, pose: Pose, backdrop: Float, sitting: Sitting, seed: int) -> Any:
    """The person before a backdrop and a camera, in the dark."""
    scene = new_scene(samples=sitting.samples, seed=seed, denoise=sitting.denoise, bounces=3)
    place_camera(scene, pose.camera)
    add_backdrop(scene, pose.camera, backdrop)
    add_bust(
        scene,
        person,
        pose.shape(person),
        pose.place,
        pose.gaze,
        level=sitting.subdivisions,
        strands=sitting.strands,
        # Where nothing denoises, the grain of scattering is worse than its absence.
        scatter=sitting.scatter and scene.cycles.use_denoising,
    )
    return scene


def _number(scene: Any) -> None:
    """Have Cycles write which of SEEN each pixel shows."""
    scene.view_layers[0].use_pass_object_index = True
    kinds = {"Head": "head", "Eyeball": "eyes", "Cornea": "eyes", "Shirt": "shirt", "Backdrop": "backdrop"}
    kinds["Glasses"] = "glasses"
    for thing in scene.objects:
        name = next((kind for stem, kind in kinds.items() if thing.name.startswith(stem)), "hair")
        thing.pass_index = SEEN.index(name)


def _draw_light(rng: np.random.Generator, skin: Float) -> Light:
    """A key lamp, sometimes a fill and a rim, and ambient light, exposed for the skin."""
    side = rng.choice([-1.0, 1.0])

    def at(azimuth: float, height: float) -> Float:
        return towards(*np.radians([azimuth, height]))

    warmth = rng.normal(0, 0.6)
    directions = [at(side * rng.uniform(5, 65), rng.uniform(10, 55))]
    irradiance = [rng.uniform(0.5, 1.0) * tint(warmth + rng.normal(0, 0.3))]
    if rng.random() < 0.6:
        directions.append(at(-side * rng.uniform(20, 80), rng.uniform(-10, 40)))
        irradiance.append(rng.uniform(0.08, 0.35) * tint(warmth + rng.normal(0, 0.5)))
    if rng.random() < 0.3:
        directions.append(at(-side * rng.uniform(110, 150), rng.uniform(10, 50)))
        irradiance.append(rng.uniform(0.2, 0.7) * tint(warmth + rng.normal(0, 0.5)))
    ambient = rng.uniform(0.18, 0.45) * tint(warmth)
    frontal = ambient + sum(e * max(0.0, -d[2]) for d, e in zip(directions, irradiance, strict=True))
    factor = not_blown_out(gain(frontal, skin) * rng.uniform(0.85, 1.15), frontal)
    return Light(ambient * factor, np.array(directions), np.array(irradiance) * factor, skin)


def _white(light: Light) -> Float:
    """What white walls somewhere in the room may show, (3,) linear RGB."""
    return light.ambient + 0.5 * light.irradiance.sum(axis=0)
