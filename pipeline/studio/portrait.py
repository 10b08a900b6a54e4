"""Portraits of people who do not exist, whose head, pose, camera and light are known exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pipeline.head.model import HeadModel, load_head
from pipeline.records import Camera, Float, Int, Light
from pipeline.studio.backdrop import add_backdrop, draw_backdrop, expose
from pipeline.studio.camera import place_camera, to_blender
from pipeline.studio.clothes import draw_shirt, shirt_material, shirt_mesh
from pipeline.studio.eyes import add_eye, draw_eyes, fit_sphere
from pipeline.studio.hair import (
    Hairdo,
    add_strands,
    beard_strands,
    brow_strands,
    draw_hairdo,
    lash_strands,
    scalp_strands,
)
from pipeline.studio.lights import add_lights
from pipeline.studio.mesh import add_object, new_mesh
from pipeline.studio.session import new_scene, render_pixels
from pipeline.studio.skin import (
    Complexion,
    base_colour,
    draw_complexion,
    regions_on_skin,
    skin_colour,
    skin_gloss,
    skin_material,
)
from pipeline.studio.surface import Subdivision, ramp, subdivide, vertex_normals

_FACING = np.diag([1.0, -1.0, -1.0])
"""Head to camera rotation of a frontal, upright head."""


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


@dataclass(frozen=True)
class Sitting:
    """How portraits are taken. Angles are in degrees, drawn evenly from -x to x."""

    width: int = 640
    height: int = 800
    samples: int = 48
    denoise: str | None = "HIGH"
    yaw: float = 25.0
    pitch: float = 10.0
    roll: float = 6.0
    identity_sigma: float = 0.85
    expression: float = 0.5  # share of people with an expression, and its strength
    face_size: tuple[float, float] = (0.44, 0.56)  # head height over image height
    subdivisions: int = 2
    strands: int = 16000  # hairs on the scalp; 0 paints brows and leaves the head bald
    scatter: bool = True


PLAIN = Sitting(
    width=288,
    height=320,
    samples=6,
    denoise="FAST",
    face_size=(0.66, 0.78),
    subdivisions=1,
    strands=0,
    scatter=False,
)
"""Cheap portraits, for calibrating landmarks and for tests."""


@dataclass(frozen=True)
class _Place:
    rotation: Float  # (3, 3) head to camera
    translation: Float  # (3,) m

    def of(self, points: Float) -> Float:
        """Points (..., 3) of the head frame in the camera frame."""
        return points @ self.rotation.T + self.translation


@dataclass(frozen=True)
class _Refined:
    """The head's topology, subdivided, with everything that does not depend on the person."""

    steps: tuple[tuple[Subdivision, NDArray[np.int32]], ...]  # split, faces before it
    faces: NDArray[np.int32]
    rest: Float
    masks: dict[str, Float]
    visible: NDArray[np.bool_]  # (F,) faces to draw: all but the eyeballs

    def positions(self, vertices: Float) -> Float:
        for split, faces in self.steps:
            vertices = split.positions(vertices, faces)
        return vertices


@cache
def _refined(level: int) -> _Refined:
    head = load_head()
    eyeballs = head.regions["eye_left"] | head.regions["eye_right"]
    masks = regions_on_skin(head, {"lips": 1, "eyelids": 3, "mouth_cavity": 0, "scalp": 3, "teeth": 0})
    masks["ears"] = np.maximum(*(regions_on_skin(head, {k: 2})[k] for k in ("ear_left", "ear_right")))
    faces, rest = head.faces, head.mean
    keep = eyeballs.astype(float)
    steps = []
    for _ in range(level):
        split = subdivide(faces, len(rest))
        rest = split.positions(rest, faces)
        masks = {name: split.weights(values) for name, values in masks.items()}
        keep = split.weights(keep)
        steps.append((split, faces))
        faces = split.faces
    return _Refined(tuple(steps), faces, rest, masks, (keep[faces] == 0).all(axis=1))


def _draw_hair_colour(rng: np.random.Generator, melanin: float) -> Float:
    """Linear RGB (3,): black and dark brown, lighter only with lighter skin, now and then grey."""
    dark = np.array([[0.010, 0.007, 0.005], [0.030, 0.016, 0.009], [0.060, 0.030, 0.015]])
    fair = np.array([[0.12, 0.065, 0.03], [0.30, 0.19, 0.09], [0.16, 0.05, 0.02]])
    palette = np.concatenate([dark, fair]) if rng.random() > 2.5 * melanin else dark
    colour = rng.dirichlet(np.full(len(palette), 0.5)) @ palette
    grey = max(0.0, rng.uniform(-1.5, 1.0))
    return (1 - grey) * colour + grey * np.array([0.28, 0.27, 0.26])


def _draw_expression(rng: np.random.Generator, names: tuple[str, ...], amount: float) -> Float:
    """Coefficients (43,): a smile or a mixture of small movements, sides nearly alike."""
    values = dict.fromkeys(names, 0.0)

    def raise_to(stem: str, value: float) -> None:
        for name in (stem, stem + "Left", stem + "Right"):
            if name in values:
                values[name] = float(np.clip(values[name] + value * rng.uniform(0.85, 1.15), 0, 1))

    smile = rng.random() < amount
    strength = rng.uniform(0.2, 0.7) * amount * 2
    stray = rng.choice([s for s in names if not s.endswith(("Left", "Right"))], 2, replace=False)
    small = rng.uniform(0, 0.25, 2) * amount
    if smile:
        raise_to("mouthSmile", strength)
        raise_to("cheekSquint", 0.6 * strength)
        raise_to("eyeSquint", 0.3 * strength)
    for name, value in zip(stray, small, strict=True):
        raise_to(str(name), float(value))
    raise_to("eyeBlink", float(rng.uniform(0.0, 0.12)))
    raise_to(str(rng.choice(["browDown", "browOuterUp", "browInnerUp"])), float(rng.uniform(0, 0.4) * amount))
    return np.array([values[name] for name in names])


def _draw_light(rng: np.random.Generator, skin: Float) -> Light:
    """A key lamp, sometimes a fill and a rim, and ambient light, exposed for the skin."""
    side = rng.choice([-1.0, 1.0])

    def towards(azimuth: float, height: float) -> Float:
        a, h = np.radians([azimuth, height])
        # Camera frame: y down, and the person looks back along -z.
        return np.array([np.sin(a) * np.cos(h), -np.sin(h), -np.cos(a) * np.cos(h)])

    def tint(warmth: float) -> Float:
        colour = np.array([1 + 0.10 * warmth, 1.0, 1 - 0.15 * warmth])
        return colour / colour.mean()

    warmth = rng.normal(0, 0.6)
    directions = [towards(side * rng.uniform(5, 65), rng.uniform(10, 55))]
    irradiance = [rng.uniform(0.5, 1.0) * tint(warmth + rng.normal(0, 0.3))]
    if rng.random() < 0.6:
        directions.append(towards(-side * rng.uniform(20, 80), rng.uniform(-10, 40)))
        irradiance.append(rng.uniform(0.08, 0.35) * tint(warmth + rng.normal(0, 0.5)))
    if rng.random() < 0.3:
        directions.append(towards(-side * rng.uniform(110, 150), rng.uniform(10, 50)))
        irradiance.append(rng.uniform(0.2, 0.7) * tint(warmth + rng.normal(0, 0.5)))
    ambient = rng.uniform(0.18, 0.5) * tint(warmth)
    frontal = ambient + sum(e * max(0.0, -d[2]) for d, e in zip(directions, irradiance, strict=True))
    # Between exposing for the scene and for the skin, as cameras with face priority do.
    brightness = float((frontal * skin).mean())
    gain = (0.30 / brightness) ** 0.55 * (0.75 / float(frontal.mean())) ** 0.45 * rng.uniform(0.8, 1.2)
    return Light(ambient * gain, np.array(directions), np.array(irradiance) * gain, skin)


def _white(light: Light) -> Float:
    """What white walls somewhere in the room may show, (3,) linear RGB."""
    return light.ambient + 0.5 * light.irradiance.sum(axis=0)


def _add_head(
    scene: Any, head: HeadModel, vertices: Float, person: Complexion, hairdo: Hairdo, sitting: Sitting
) -> None:
    fine = _refined(sitting.subdivisions)
    colour = skin_colour(head, fine.rest, fine.masks, person, brows=0.55 if sitting.strands else 1.0)
    if sitting.strands:
        # Dark skin under the hair hides the gaps between too few strands.
        under = 0.85 * ramp(fine.masks["scalp"], 0.25, 0.8)[:, None]
        colour = (1 - under) * colour + under * np.minimum(hairdo.colour, 0.8 * colour)
    teeth = fine.masks["teeth"][:, None] > 0.5
    colour = np.where(teeth, [0.62, 0.56, 0.46], colour)
    gloss = np.where(teeth[:, 0], 0.3, skin_gloss(fine.rest, fine.masks, person))
    points = to_blender(fine.positions(vertices))
    attributes = {"colour": colour, "gloss": gloss, "rest": fine.rest}
    mesh = new_mesh("Head", points, fine.faces[fine.visible], attributes=attributes)
    add_object(scene, mesh, skin_material(person, scatter=sitting.scatter))


def _add_hair(
    scene: Any,
    head: HeadModel,
    shape: Float,
    shirt: tuple[Float, Int],
    place: _Place,
    hairdo: Hairdo,
    sitting: Sitting,
) -> None:
    rng = np.random.default_rng(hairdo.seed)
    fine = _refined(sitting.subdivisions)
    surface = fine.positions(shape)
    density = ramp(fine.masks["scalp"], 0.3, 0.75) + 1e-12

    def add(name: str, strands: Float, root: float, colour: Float, spread: float, gloss: float) -> None:
        thickness = root * np.linspace(1, 0.25, strands.shape[1]) ** 0.6
        shades = colour * np.exp(rng.normal(0, spread, (len(strands), 1)))
        add_strands(scene, name, place.of(strands), thickness, shades, gloss)

    dark = 0.6 * hairdo.colour
    add("Brows", brow_strands(rng, head, fine.rest, fine.faces, surface, 900), 7.0e-5, dark, 0.3, 0.2)
    add("Lashes", lash_strands(rng, head, shape, 70), 6.5e-5, 0.3 * dark, 0.2, 0.1)
    if hairdo.beard > 0:
        beard = beard_strands(
            rng, head, fine.rest, fine.faces, surface, fine.masks["lips"], hairdo.beard, sitting.strands // 2
        )
        add("Beard", beard, 8.0e-5, 0.9 * hairdo.colour, 0.35, 0.2)
    torso, quads = shirt[:2]
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    body = np.concatenate([shape, torso])
    body_normals = np.concatenate([vertex_normals(shape, head.faces), vertex_normals(torso, triangles)])
    scalp = scalp_strands(
        rng, fine.rest, fine.faces, surface, density, body, body_normals, hairdo, sitting.strands
    )
    add("Hair", scalp, 1.6e-4, hairdo.colour, 0.25, 0.35)


def render_portrait(rng: np.random.Generator, sitting: Sitting = Sitting()) -> Portrait:
    """Draw a person, a pose, a camera and lamps from ``rng`` and take their photo.

    The same state of ``rng`` gives the same person in every `Sitting` of equal angles and sigmas, and
    the same bytes in every run with the same Blender.
    """
    head = load_head()
    who, stance, lamps, look, sensor = (np.random.default_rng(s) for s in rng.integers(2**63, size=5))

    identity = who.normal(0, sitting.identity_sigma, len(head.identity_basis))
    expression = _draw_expression(stance, tuple(head.expression_names), sitting.expression)
    limits = np.radians([sitting.yaw, sitting.pitch, sitting.roll])
    angles = stance.uniform(-1, 1, 3) * limits
    rotation = _FACING @ Rotation.from_euler("YXZ", angles).as_matrix()
    distance = float(np.exp(stance.uniform(np.log(0.6), np.log(2.0))))
    share = stance.uniform(*sitting.face_size)
    focal = float(share * sitting.height * distance / 0.235)
    camera = Camera(focal, sitting.width, sitting.height)
    middle = np.array([stance.normal(0, 0.04), -0.06 + stance.normal(0, 0.03)])
    offset = middle * [sitting.width, sitting.height] * distance / focal
    translation = np.array([*offset, distance])
    place = _Place(rotation, translation)
    vertices = place.of(head.shape(identity, expression))

    tone = draw_complexion(look, np.zeros(3)).melanin
    hair_colour = _draw_hair_colour(look, tone)
    person = Complexion(**{**draw_complexion(look, hair_colour).__dict__, "melanin": tone})
    hairdo = draw_hairdo(look, hair_colour)
    light = _draw_light(lamps, base_colour(person.melanin, person.blood))

    scene = new_scene(
        samples=sitting.samples, seed=int(sensor.integers(2**31)), denoise=sitting.denoise, bounces=3
    )
    place_camera(scene, camera)
    add_lights(scene, light)
    add_backdrop(scene, camera, draw_backdrop(look, sitting.height, sitting.width, _white(light)))
    _add_head(scene, head, vertices, person, hairdo, sitting)
    shape = head.shape(identity, expression)
    shirt = draw_shirt(look)
    torso, quads, uv, trim = shirt_mesh(head, shape, shirt)
    cloth = new_mesh("Shirt", to_blender(place.of(torso)), quads, uv=uv, attributes={"trim": trim})
    add_object(scene, cloth, shirt_material(shirt))
    if sitting.strands:
        _add_hair(scene, head, shape, (torso, quads), place, hairdo, sitting)
    eyes = draw_eyes(look, person.melanin)
    aim = look.normal(0, np.radians(3), 2)
    for name in ("eye_left", "eye_right"):
        centre, radius = fit_sphere(vertices[head.regions[name]])
        axis = -centre / np.linalg.norm(centre) @ rotation
        # Nobody turns the eyes by more than some 25 degrees for a portrait.
        azimuth = np.clip(np.arctan2(axis[0], axis[2]) + aim[0], -0.42, 0.42)
        height = np.clip(np.arcsin(axis[1]) + aim[1], -0.25, 0.25)
        ahead = np.array([np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)])
        detail = 36 * 2 ** min(sitting.subdivisions, 2)
        add_eye(scene, centre, radius, rotation @ ahead, Rotation.from_matrix(rotation), eyes, detail)

    picture = render_pixels(scene)[..., :3].astype(float)
    scale = sitting.height / 800
    pixels = expose(sensor, picture, 0.35 + 0.4 * scale * sensor.random(), sensor.uniform(0.2, 0.7))
    return Portrait(pixels, camera, rotation, translation, angles, identity, expression, vertices, light)
