"""The corridor: Photo -> Face -> RestMask -> WornMask -> Layers -> Sample, one photo at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from pipeline.attempts import first_accepted
from pipeline.cache import cached, content_key, key_of_photo
from pipeline.config import Config, LampConfig, LightConfig
from pipeline.dataset.finalise import sample_id
from pipeline.dataset.jpeg import spliced_jpeg
from pipeline.dataset.labels.build import build_labels
from pipeline.dataset.labels.crop import aligned, alignment
from pipeline.dataset.labels.extent import whole_extent
from pipeline.masks.balance import Choice
from pipeline.masks.collider import Ground
from pipeline.records import (
    Face,
    FacePoints,
    Float,
    Light,
    Photo,
    PhotoSource,
    Rejected,
    RestMask,
    Sample,
    WornMask,
)
from pipeline.seeds import generator, spread_out
from pipeline.stages import Looking, Stages

Result = TypeVar("Result")

DOWN_IN_CAMERA = np.array([0.0, 1.0, 0.0])
"""Photos are upright: gravity points down the picture."""
DARK = LampConfig(towards=[0.0, -1.0, 0.0], irradiance=[0.0, 0.0, 0.0])
"""Where no lamp is given: every light has one."""


@dataclass(frozen=True)
class Opened:
    """The photo could be read and its faces were fitted, the rejected ones included."""

    photo: Photo
    faces: tuple[Face, ...]


@dataclass(frozen=True)
class Drawn:
    """The mask of one variant of one face: the choice, and the number of its drape."""

    variant: int
    choice: Choice
    number: int
    rng: np.random.Generator  # as it stands after these draws; to be copied, not used


@dataclass(frozen=True)
class Made:
    face: Face
    worn: WornMask
    variant: int
    sample: Sample


@dataclass(frozen=True)
class Refused:
    """Why there is no sample: of the whole photo, of one face, or of one variant of it."""

    stage: str
    reason: str
    face: int | None = None
    variant: int | None = None


Outcome = Opened | Made | Refused


def make_photo(
    source: PhotoSource, config: Config, stages: Stages, cache: Path, made: Callable[[str], bool]
) -> Iterator[Outcome]:
    """All that becomes of one photo. Samples whose id is ``made`` already are passed over."""
    try:
        photo = guarded("photos", partial(stages.load_photo, source, config.photos))
        opened = find_faces(photo, config, stages, cache)
    except Rejected as refusal:
        yield Refused(refusal.stage, refusal.reason)
        return
    yield opened
    for face in opened.faces:
        if face.verdict == "rejected" or (face.verdict == "flagged" and config.faces.flagged == "reject"):
            yield Refused("faces", face.reason, face.index)
            continue
        points: FacePoints | None = None
        for variant in range(config.variants):
            if made(sample_id(photo.sha256, face.index, variant)):
                continue
            try:
                points = points or guarded("faces", partial(stages.points, face))
                yield make_variant(
                    photo, in_light(face, config.light), points, variant, config, stages, cache
                )
            except Rejected as refusal:
                yield Refused(refusal.stage, refusal.reason, face.index, variant)


def find_faces(photo: Photo, config: Config, stages: Looking, cache: Path) -> Opened:
    """The photo with its faces, fitted or from the cache. Raises Rejected."""
    key = key_of_photo(photo.sha256, "faces", config.faces.model_dump(), stages.faces_digest)
    fit = partial(guarded, "faces", partial(stages.find_faces, photo, config.faces))
    return Opened(photo, cached(cache, key, Face, fit))


def make_variant(
    photo: Photo,
    face: Face,
    points: FacePoints,
    variant: int,
    config: Config,
    stages: Stages,
    cache: Path,
) -> Made:
    """One mask on one face. Variants that draw the same choice and drape share the simulation."""
    drawn = draw_variant(photo, face, variant, config, stages)
    worn = wear(photo, face, drawn, config, stages, cache)
    return finish(photo, face, points, drawn, worn, config, stages)


def draw_variant(photo: Photo, face: Face, variant: int, config: Config, stages: Stages) -> Drawn:
    """Which mask this variant of the face gets, and the stream that all else about it is drawn from."""
    rng = generator(config.seed, photo.sha256, face.index, variant)
    where = spread_out(generator(config.seed, photo.sha256, face.index, "choice"), variant)
    choice = guarded("masks", partial(stages.choose, config.masks, where))
    return Drawn(variant, choice, int(rng.integers(config.masks.drapes)), rng)


def wear(photo: Photo, face: Face, drawn: Drawn, config: Config, stages: Stages, cache: Path) -> WornMask:
    """The drawn mask at rest on the face. Raises Rejected."""
    felt = with_beard(face, beard_of(photo, config) / 1000, stages)
    return drape_mask(photo, felt, drawn.choice, drawn.number, config, stages, cache)


def draw_material(
    drawn: Drawn, under: WornMask | None, config: Config, stages: Stages
) -> tuple[dict[str, Any], np.random.Generator]:
    """What the drawn mask is made of, and the mask that it is worn over; and what is left of the stream."""
    rng = deepcopy(drawn.rng)
    material = dict(guarded("masks", partial(stages.draw_material, drawn.choice.design, config.masks, rng)))
    if under is not None:
        below = partial(stages.draw_material, under.design, config.masks, rng)
        material["under"] = dict(guarded("masks", below))
    return material, rng


def finish(
    photo: Photo,
    face: Face,
    points: FacePoints,
    drawn: Drawn,
    worn: WornMask,
    config: Config,
    stages: Stages,
) -> Made:
    """The worn mask rendered and laid over the photo, with its labels. Raises Rejected."""
    beard_mm = beard_of(photo, config)
    felt = with_beard(face, beard_mm / 1000, stages)
    coverage = guarded("masks", partial(stages.cover, worn, in_head_frame(face, face.vertices)))
    material, rng = draw_material(drawn, worn.under, config, stages)
    seed = material["seed"] = int(rng.integers(2**31))
    layers = guarded("studio", partial(stages.render, felt, worn, material, config.render, seed))
    layers = guarded("composite", partial(stages.occlude, face, layers))
    pixels, matte, shadow = guarded("composite", partial(stages.composite, photo, layers, config.composite))
    name = sample_id(photo.sha256, face.index, drawn.variant)
    crop = alignment(points.five)
    labels = build_labels(
        photo,
        face,
        worn,
        layers,
        coverage,
        points,
        matte,
        crop,
        sample_id=name,
        beard_mm=beard_mm,
        variant=drawn.variant,
        seed=config.seed,
        versions=stages.versions,
    )
    jpeg = b""
    if config.also_jpeg:
        touched = (matte > 0) | (shadow < 255)
        jpeg = guarded("dataset", partial(spliced_jpeg, photo, pixels, touched))
    extent = whole_extent(matte, layers)
    crops = (aligned(pixels, crop), aligned(photo.pixels, crop))
    sample = Sample(name, pixels, matte, shadow, layers, labels, extent, crops, photo.file, jpeg)
    return Made(face, worn, drawn.variant, sample)


def beard_of(photo: Photo, config: Config) -> float:
    """Millimetres: the photo's own, else that of the configuration."""
    return config.masks.beard_mm if photo.beard_mm is None else photo.beard_mm


def drape_mask(
    photo: Photo, face: Face, choice: Choice, number: int, config: Config, stages: Stages, cache: Path
) -> WornMask:
    """The mask of ``choice``, in the drape of that ``number``, at rest on this face; over another one, which
    is draped first, where it is worn so.

    Where drapes are carried, one that cannot be or that fails its checks is simulated. A simulation that
    fails them is tried again with more careful settings of the solver. Raises Rejected, and from the cache
    the same Rejected again.
    """
    drawn = (choice.design, choice.wearing, choice.coverage, number)
    head = in_head_frame(face, face.vertices)
    gravity = face.rotation.T @ DOWN_IN_CAMERA

    def settled() -> tuple[WornMask, ...]:
        inner = stages.inner(choice, generator(config.seed, photo.sha256, face.index, "inner", *drawn))
        if inner is None:
            return (alone(stages.ground(head, None)),)
        under = drape_mask(photo, face, inner, number, config, stages, cache)
        return (stages.put_under(alone(stages.ground(head, under)), under, head),)

    def alone(ground: Ground) -> WornMask:
        if config.masks.drape == "carry":
            with suppress(Rejected):
                rng = generator(config.seed, photo.sha256, face.index, "carry", *drawn)
                carry = partial(stages.carry, choice, ground, gravity, rng, cache)
                rest, vertices, motion = guarded("masks", carry)
                return stages.check(rest, vertices, ground, motion)
        rng = generator(config.seed, photo.sha256, face.index, "drape", *drawn)
        rest = stages.place(choice, ground.head, gravity, rng)
        return first_accepted(stages.attempts, partial(worn, rest, ground))

    def worn(rest: RestMask, ground: Ground, attempt: int) -> WornMask:
        draped, motion = stages.drape(rest, ground, gravity, attempt)
        return stages.check(rest, draped, ground, motion)

    def named() -> tuple[WornMask, ...]:
        try:
            return guarded("masks", settled)
        except Rejected as refusal:
            wearing = choice.wearing.replace("_", " ")
            raise Rejected(refusal.stage, f"{choice.design}, {wearing}: {refusal.reason}") from refusal

    key = drape_key(photo, face, choice, number, config, stages)
    return cached(cache, key, WornMask, named)[0]


def drape_key(photo: Photo, face: Face, choice: Choice, number: int, config: Config, stages: Stages) -> str:
    """Under which a drape is kept in the cache; ``face`` with its beard."""
    drawn = (choice.design, choice.wearing, choice.coverage, number)
    shape = content_key(
        in_head_frame(face, face.vertices).tolist(), (face.rotation.T @ DOWN_IN_CAMERA).tolist()
    )
    asked = (config.masks.drape, config.seed, drawn)
    return key_of_photo(photo.sha256, "drape", face.index, shape, asked, stages.drape_digest)


def in_light(face: Face, light: LightConfig | None) -> Face:
    """The face in a light that was given, its skin taken to be as it was read; as it is for None."""
    if light is None:
        return face
    lamps = light.lamps or [DARK]
    directions = np.array([lamp.towards for lamp in lamps], dtype=np.float64)
    given = Light(
        ambient=np.array(light.ambient, dtype=np.float64),
        directions=directions / np.linalg.norm(directions, axis=1, keepdims=True),
        irradiance=np.array([lamp.irradiance for lamp in lamps], dtype=np.float64),
        skin_albedo=face.light.skin_albedo,
        around=None if light.around is None else np.array(light.around, dtype=np.float64),
    )
    return replace(face, light=given, light_fit=None)


def with_beard(face: Face, length: float, stages: Stages) -> Face:
    """The face as a mask feels it, ``length`` m of beard in the place of skin: it holds the mask off, and is
    what the mask's shadow falls on."""
    if length == 0:
        return face
    head = stages.grow_beard(in_head_frame(face, face.vertices), length)
    return replace(face, vertices=head @ face.rotation.T + face.translation)


def in_head_frame(face: Face, points: Float) -> Float:
    """Points (N, 3) m of the camera frame in the head frame."""
    return np.asarray((points - face.translation) @ face.rotation)


def recipe(config: Config, stages: Stages) -> dict[str, Any]:
    """All that a sample depends on besides its photo: ``settings``, ``versions`` and the ``code``."""
    settings = config.model_dump(
        include={"seed", "faces", "masks", "light", "render", "composite", "also_jpeg"}
    )
    settings["photos"] = {"max_megapixels": config.photos.max_megapixels}
    code = {"faces": stages.faces_digest, "drapes": stages.drape_digest, "all": stages.digest}
    return {"settings": settings, "versions": dict(stages.versions), "code": code}


def recipe_key(config: Config, stages: Stages) -> str:
    """Hash of the recipe: a changed key makes a sample stale."""
    return content_key(recipe(config, stages))


def guarded(stage: str, call: Callable[[], Result]) -> Result:
    """Run one stage; what breaks inside becomes a reasoned row instead of ending the run."""
    try:
        return call()
    except Rejected:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError, AssertionError, RuntimeError) as error:
        raise Rejected(stage, f"unexpected {type(error).__name__}: {error}") from error
