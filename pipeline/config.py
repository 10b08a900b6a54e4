"""The schema of config.yaml: one block a stage, every default in one place.

Reading a file, and turning what pydantic finds into lines a user can act on, is `pipeline.recipe`.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Weight = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Weights = dict[str, Weight]
Level = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Block(BaseModel):
    """Strict and frozen: a number in quotes or a misspelt key is an error, not a guess."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PhotosConfig(Block):
    """Where the portraits come from: exactly one of ``folder``, ``table`` and ``demo``."""

    folder: Annotated[str, Field(min_length=1)] | None = None
    table: Annotated[str, Field(min_length=1)] | None = None
    demo: bool = False
    max_megapixels: Annotated[float, Field(gt=0, le=1000)] = 64.0

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [self.folder is not None, self.table is not None, self.demo]
        if sum(given) != 1:
            raise ValueError("give exactly one of folder: PATH, table: FILE.csv, demo: true")
        return self


class FacesConfig(Block):
    """Landmarks and fit.

    ``fan`` and ``weights`` (a folder) are for the backend face_alignment, ``landmarks`` (a folder or a
    file) for the backend file.
    """

    backend: Literal["mediapipe", "face_alignment", "file"] = "mediapipe"
    fan: Literal["2d", "3d"] = "3d"
    weights: Annotated[str, Field(min_length=1)] | None = None
    landmarks: Annotated[str, Field(min_length=1)] | None = None
    max_faces: Annotated[int, Field(ge=1, le=64)] = 8
    min_face_px: Annotated[float, Field(ge=16, le=4096)] = 48.0
    flagged: Literal["keep", "reject"] = "keep"

    @model_validator(mode="after")
    def _landmarks_from_files(self) -> Self:
        if self.backend == "file" and self.landmarks is None:
            raise ValueError("backend: file needs landmarks: PATH, a folder or a .json, .csv or .pts file")
        if self.backend != "file" and self.landmarks is not None:
            raise ValueError("landmarks: PATH is only for backend: file")
        return self


class PictureConfig(Block):
    """A picture of the user's, or a folder of them, to be printed ``width_mm`` wide on masks."""

    path: Annotated[str, Field(min_length=1)]
    licence: Annotated[str, Field(min_length=1)] | None = None
    width_mm: list[float] = [80.0, 180.0]

    @field_validator("width_mm")
    @classmethod
    def _range(cls, width: list[float]) -> list[float]:
        if len(width) != 2 or not 5 <= width[0] <= width[1] <= 1000:
            raise ValueError("allowed: [from, to] with 5 <= from <= to <= 1000")
        return width


class MasksConfig(Block):
    """Which masks, by relative weights; an empty mapping leaves it to the designs.

    ``library`` is a folder of designs beside the built-in ones. Names are those that `maskdrape masks` lists
    (`pipeline.recipe` checks them); what a design does not know it is not drawn with (see
    `pipeline.masks.balance`). ``coverage`` is of the nose, where a mask covers it: the third in which the
    upper edge lies. ``drapes`` are drapes per face, design, wearing and coverage: simulated each, or with
    ``drape: carry`` brought to the face from heads on which they settled before, wherever that passes the
    same checks. ``beard_mm`` is how far beards hold masks off the chin, in photos of which the table does not
    say it: nothing in a picture tells it. ``pictures`` are printed on masks of any design, with the weight
    ``prints.picture``; a text in the list stands for a path alone.
    """

    library: Annotated[str, Field(min_length=1)] | None = None
    designs: Annotated[Weights, Field(min_length=1)] = {"surgical": 1.0}
    wearing: Annotated[Weights, Field(min_length=1)] = {"correct": 1.0}
    coverage: dict[Literal["high", "medium", "low"], Weight] = {}
    fabrics: Weights = {}
    colours: Weights = {}
    prints: Weights = {}
    pictures: list[PictureConfig] = []
    beard_mm: Annotated[float, Field(ge=0, le=20)] = 0.0
    drape: Literal["simulate", "carry"] = "simulate"
    drapes: Annotated[int, Field(ge=1, le=1000)] = 1

    @field_validator("designs", "wearing", "coverage", "fabrics", "colours", "prints")
    @classmethod
    def _some_weight(cls, weights: dict[str, float]) -> dict[str, float]:
        if weights and sum(weights.values()) <= 0:
            raise ValueError("at least one weight must be above 0")
        return weights

    @field_validator("pictures", mode="before")
    @classmethod
    def _paths_alone(cls, pictures: object) -> object:
        if not isinstance(pictures, list):
            return pictures
        return [{"path": one} if isinstance(one, str) else one for one in pictures]

    @model_validator(mode="after")
    def _pictures_have_a_weight(self) -> Self:
        weight = self.prints.get("picture", 0.0)
        if self.pictures and weight <= 0:
            raise ValueError("pictures: are never printed without a weight; give prints: {picture: 1, ...}")
        if weight > 0 and not self.pictures:
            raise ValueError("prints: picture: needs pictures: [PATH, ...], files or folders")
        return self


class RenderConfig(Block):
    """Path tracing: ``samples`` per pixel, denoised where the Blender in use can.

    A denoised mask wider than 128 px gets fewer, in proportion, but no fewer than 6.
    """

    samples: Annotated[int, Field(ge=1, le=4096)] = 12
    denoise: bool = True


class LampConfig(Block):
    """A distant lamp: the direction ``towards`` it in the camera frame, and what it adds to a white surface
    that faces it, linear RGB of the photo."""

    towards: list[float]
    irradiance: list[Level]

    @field_validator("towards")
    @classmethod
    def _direction(cls, towards: list[float]) -> list[float]:
        if len(towards) != 3 or not all(math.isfinite(v) and abs(v) <= 1e6 for v in towards):
            raise ValueError(
                "needed: [x, y, z], in the camera frame: x right, y down, z away from the camera"
            )
        if math.hypot(*towards) < 1e-6:
            raise ValueError("needed: a direction that is not [0, 0, 0]")
        return towards

    @field_validator("irradiance")
    @classmethod
    def _colour(cls, irradiance: list[float]) -> list[float]:
        return _three(irradiance)


class LightConfig(Block):
    """A light in the place of the one read from every photo, as `pipeline.records.Light` has it.

    ``around`` is from behind on the picture's left, right, and from below, where that is not as bright as
    ``ambient``.
    """

    ambient: list[Level]
    lamps: Annotated[list[LampConfig], Field(max_length=16)] = []
    around: list[list[Level]] | None = None

    @field_validator("ambient")
    @classmethod
    def _colour(cls, ambient: list[float]) -> list[float]:
        return _three(ambient)

    @field_validator("around")
    @classmethod
    def _three_sides(cls, around: list[list[float]] | None) -> list[list[float]] | None:
        if around is not None and len(around) != 3:
            raise ValueError("needed: three colours, from behind on the left, on the right, and from below")
        return None if around is None else [_three(one) for one in around]

    @model_validator(mode="after")
    def _some_light(self) -> Self:
        if sum(self.ambient) + sum(sum(lamp.irradiance) for lamp in self.lamps) <= 0:
            raise ValueError("needed: some light, from ambient or a lamp")
        return self


def _three(colour: list[float]) -> list[float]:
    if len(colour) != 3:
        raise ValueError("needed: [red, green, blue]")
    return colour


class CompositeConfig(Block):
    """How the mask is made to look as if the photo's own camera had taken it, and stored as its file was."""

    blur: bool = True
    grain: bool = True
    highlights: bool = True
    jpeg: bool = True


class Config(Block):
    """A whole job. ``photos`` and ``output`` are required, the rest has defaults.

    Without ``light``, masks are lit as each photo says.

    ``also_jpeg`` writes, besides the PNG of a photo that is a JPEG, a JPEG that is the photo's in every
    untouched block.
    """

    photos: PhotosConfig
    output: Annotated[str, Field(min_length=1)]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    variants: Annotated[int, Field(ge=1, le=100)] = 1
    faces: FacesConfig = FacesConfig()
    masks: MasksConfig = MasksConfig()
    light: LightConfig | None = None
    render: RenderConfig = RenderConfig()
    composite: CompositeConfig = CompositeConfig()
    also_jpeg: bool = False
    engine: Literal["local"] = "local"
    cache: Annotated[str, Field(min_length=1)] | None = None
