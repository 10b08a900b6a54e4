"""A person's head and shoulders as objects of a Blender scene."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.ramp import ramp
from pipeline.records import Float, Int
from pipeline.studio.camera import to_blender
from pipeline.studio.clothes import Shirt, shirt_material, shirt_mesh
from pipeline.studio.eyes import Eyes, add_eye, fit_sphere
from pipeline.studio.glasses import add_glasses
from pipeline.studio.hair import Hairdo, add_strands, beard_strands, brow_strands, lash_strands, scalp_strands
from pipeline.studio.mesh import add_object, new_mesh
from pipeline.studio.person import Person
from pipeline.studio.skin import matt_skin, regions_on_skin, skin_colour, skin_gloss, skin_material
from pipeline.studio.surface import Subdivision, subdivide

BELOW_CLOTH = (0.012, 0.010)
"""m from the cloth to where the skin begins to be rounded, and from there to where it wholly is."""
_TEETH = np.array([0.62, 0.56, 0.46])
_GAZE_LIMITS = np.radians([24.0, 14.0])
"""Nobody turns the eyes further than this for a portrait: sideways, up or down."""


@dataclass(frozen=True)
class Place:
    """Where a head is."""

    rotation: Float  # (3, 3) head to camera
    translation: Float  # (3,) m

    def of(self, points: Float) -> Float:
        """Points (..., 3) of the head frame in the camera frame."""
        return points @ self.rotation.T + self.translation


@dataclass(frozen=True)
class _Refined:
    """The head's topology, subdivided, with everything that does not depend on the person."""

    steps: tuple[tuple[Subdivision, Int], ...]  # split, faces before it
    faces: Int
    rest: Float  # (V, 3) the mean head
    masks: dict[str, Float]  # (V,) each, 0..1
    drawn: NDArray[np.bool_]  # (F,) all but the eyeballs

    def positions(self, vertices: Float, curved: Float | None = None) -> Float:
        """``curved`` (V,) as in `Subdivision.positions`."""
        for split, faces in self.steps:
            vertices = split.positions(vertices, faces, curved)
            curved = None if curved is None else split.weights(curved)
        return vertices


@cache
def _refined(level: int) -> _Refined:
    head = load_head()
    eyeballs = (head.regions["eye_left"] | head.regions["eye_right"]).astype(float)
    masks = regions_on_skin(head, {"lips": 1, "eyelids": 3, "mouth_cavity": 0, "scalp": 3, "teeth": 0})
    masks["ears"] = np.maximum(*regions_on_skin(head, {"ear_left": 2, "ear_right": 2}).values())
    faces, rest = head.faces, head.mean
    steps = []
    for _ in range(level):
        split = subdivide(faces, len(rest))
        rest = split.positions(rest, faces)
        masks = {name: split.weights(values) for name, values in masks.items()}
        eyeballs = split.weights(eyeballs)
        steps.append((split, faces))
        faces = split.faces
    return _Refined(tuple(steps), faces, rest, masks, (eyeballs[faces] == 0).all(axis=1))


def add_bald_head(
    scene: Any, person: Person, shape: Float, cloth: Float, place: Place, gaze: Float, *, level: int
) -> None:
    """Put only skin, which is matt, and eyes of ``person`` into ``scene``; arguments as in `add_bust`.

    Below ``cloth`` (M, 3) m, head frame, which was draped on the head as it is, the skin is not rounded.
    """
    fine = _refined(level)
    away, _ = cKDTree(cloth).query(shape, distance_upper_bound=sum(BELOW_CLOTH))
    curved = np.clip((away - BELOW_CLOTH[0]) / BELOW_CLOTH[1], 0, 1)
    _add_skin(scene, person, fine, place.of(fine.positions(shape, curved)), False, matt_skin())
    _add_eyes(scene, person.eyes, shape, place, gaze, 36 * 2 ** min(level, 2))


def add_bust(
    scene: Any,
    person: Person,
    shape: Float,
    place: Place,
    gaze: Float,
    *,
    level: int,
    strands: int,
    scatter: bool,
) -> None:
    """Put ``person``, whose head has ``shape`` (V, 3) m in the head frame, into ``scene``.

    ``gaze`` (2,) rad is how far they look past the camera. ``level`` is how often the mesh is split,
    ``strands`` the number of hairs on the scalp (0: bald, with painted brows), ``scatter`` whether light
    travels under the skin.
    """
    fine = _refined(level)
    surface = fine.positions(shape)
    material = skin_material(person.complexion, scatter=scatter)
    _add_skin(scene, person, fine, place.of(surface), strands > 0, material)
    _add_eyes(scene, person.eyes, shape, place, gaze, 36 * 2 ** min(level, 2))
    if person.glasses is not None:
        add_glasses(scene, person.glasses, shape, place.of)
    torso, quads = _add_shirt(scene, person.shirt, shape, place)
    if strands:
        triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        body = np.concatenate([shape, torso])
        normals = np.concatenate([vertex_normals(shape, load_head().faces), vertex_normals(torso, triangles)])
        _add_hair(scene, person.hairdo, fine, surface, shape, (body, normals), place, strands)


def _add_skin(scene: Any, person: Person, fine: _Refined, points: Float, hairy: bool, material: Any) -> None:
    colour = skin_colour(load_head(), fine.rest, fine.masks, person.complexion, brows=0.55 if hairy else 1.0)
    if hairy:
        # Dark skin under the hair hides the gaps between too few strands.
        under = 0.85 * ramp(fine.masks["scalp"], 0.25, 0.8)[:, None]
        colour = (1 - under) * colour + under * np.minimum(person.hairdo.colour, 0.8 * colour)
    teeth = fine.masks["teeth"] > 0.5
    colour = np.where(teeth[:, None], _TEETH, colour)
    gloss = np.where(teeth, 0.3, skin_gloss(fine.rest, fine.masks, person.complexion))
    attributes = {"colour": colour, "gloss": gloss, "rest": fine.rest}
    mesh = new_mesh("Head", to_blender(points), fine.faces[fine.drawn], attributes=attributes)
    add_object(scene, mesh, material)


def _add_eyes(scene: Any, eyes: Eyes, shape: Float, place: Place, gaze: Float, detail: int) -> None:
    head = load_head()
    turned = Rotation.from_matrix(place.rotation)
    for name in ("eye_left", "eye_right"):
        centre, radius = fit_sphere(place.of(shape[head.regions[name]]))
        towards = -centre / np.linalg.norm(centre) @ place.rotation
        angles = np.array([np.arctan2(towards[0], towards[2]), np.arcsin(towards[1])]) + gaze
        side, up = np.clip(angles, -_GAZE_LIMITS, _GAZE_LIMITS)
        ahead = np.array([np.sin(side) * np.cos(up), np.sin(up), np.cos(side) * np.cos(up)])
        add_eye(scene, centre, radius, place.rotation @ ahead, turned, eyes, detail)


def _add_shirt(scene: Any, shirt: Shirt, shape: Float, place: Place) -> tuple[Float, Int]:
    torso, quads, uv, trim = shirt_mesh(load_head(), shape, shirt)
    mesh = new_mesh("Shirt", to_blender(place.of(torso)), quads, uv=uv, attributes={"trim": trim})
    add_object(scene, mesh, shirt_material(shirt))
    return torso, quads


def _add_hair(
    scene: Any,
    hairdo: Hairdo,
    fine: _Refined,
    surface: Float,
    shape: Float,
    body: tuple[Float, Float],
    place: Place,
    count: int,
) -> None:
    rng = np.random.default_rng(hairdo.seed)
    head = load_head()

    def add(name: str, strands: Float, root: float, colour: Float, spread: float, gloss: float) -> None:
        thickness = root * np.linspace(1, 0.25, strands.shape[1]) ** 0.6
        shades = colour * np.exp(rng.normal(0, spread, (len(strands), 1)))
        add_strands(scene, name, place.of(strands), thickness, shades, gloss)

    dark = 0.6 * hairdo.colour
    add("Brows", brow_strands(rng, fine.rest, fine.faces, surface, 900), 7.0e-5, dark, 0.3, 0.2)
    add("Lashes", lash_strands(rng, shape, 90), 7.0e-5, np.minimum(0.3 * dark, 0.012), 0.2, 0.1)
    if hairdo.beard > 0:
        beard = beard_strands(
            rng, head, fine.rest, fine.faces, surface, fine.masks["lips"], hairdo.beard, count // 2
        )
        add("Beard", beard, 8.0e-5, 0.9 * hairdo.colour, 0.35, 0.2)
    density = ramp(fine.masks["scalp"], 0.3, 0.75) + 1e-12
    scalp = scalp_strands(rng, fine.rest, fine.faces, surface, density, *body, hairdo, count)
    add("Hair", scalp, 1.6e-4, hairdo.colour, 0.25, 0.35)
