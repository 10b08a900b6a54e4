"""A mask on a face: drawn, draped before one's eyes, and laid over the photo. Loads Blender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.bench.checks import figures
from pipeline.bench.kept import keep, keep_arrays, keep_picture
from pipeline.bench.requests import Composite, Drape, Draw, OnFace
from pipeline.bench.serve import Tell
from pipeline.bench.workplace import face_of, open_photo, stages_of
from pipeline.cache import is_cached
from pipeline.dataset.images import save_masked_photo
from pipeline.draping import drape_on
from pipeline.flow import (
    Drawn,
    beard_of,
    drape_key,
    draw_material,
    draw_variant,
    finish,
    guarded,
    in_head_frame,
    in_light,
    wear,
    with_beard,
)
from pipeline.masks.anatomy import face_points
from pipeline.masks.collider import Ground
from pipeline.masks.library import load_design, open_library
from pipeline.masks.size import choose_size, face_arc
from pipeline.recipe import Job
from pipeline.records import Face, Float, Photo, Rejected, RestMask, WornMask
from pipeline.stages import Stages

EVERY = 3  # frames of the solver, of which one is shown


@dataclass(frozen=True)
class Work:
    """What the steps of one variant of one face take."""

    job: Job
    stages: Stages
    photo: Photo
    face: Face
    drawn: Drawn


def draw(request: Draw, tell: Tell) -> Mapping[str, Any]:
    """What the weights and the seed draw for a face and a variant of it."""
    work = _begin(request, tell)
    choice = work.drawn.choice
    design = load_design(choice.design, open_library(work.job.designs))
    head = in_head_frame(work.face, _felt(work).vertices)
    material, _ = draw_material(work.drawn, None, work.job.config, work.stages)
    return {
        "choice": {
            "design": choice.design,
            "size": choose_size(design, face_arc(head, face_points(head))),
            "wearing": choice.wearing,
            "coverage": choice.coverage,
            "drape": work.drawn.number,
        },
        "material": material,
    }


def drape(request: Drape, tell: Tell) -> Mapping[str, Any]:
    """The mask at rest on the face; on the way, frames of the solver."""
    work = _begin(request, tell)
    config, folder = work.job.config, Path(request.folder)
    key = drape_key(work.photo, _felt(work), work.drawn.choice, work.drawn.number, config, work.stages)
    known = is_cached(work.job.cache, key)
    worn = _wear(work, folder, tell)
    return {
        "file": keep_arrays(folder, "worn", **_arrays(worn, work.face)),
        "checks": figures(worn),
        "design": worn.design,
        "size": worn.size,
        "wearing": worn.wearing,
        "from_cache": known,
    }


def composite(request: Composite, tell: Tell) -> Mapping[str, Any]:
    """The finished picture, as a run of the configuration writes it; with other ``samples``, a preview."""
    work = _begin(request, tell)
    folder, config = Path(request.folder), work.job.config
    if request.samples is not None:
        render = config.render.model_copy(update={"samples": request.samples})
        config = config.model_copy(update={"render": render})
    points = guarded("faces", partial(work.stages.points, work.face))
    worn = _wear(work, folder, tell)
    tell("Tracing light")
    sample = finish(work.photo, work.face, points, work.drawn, worn, config, work.stages).sample
    with TemporaryDirectory() as place:
        picture = Path(place) / "image.png"
        save_masked_photo(picture, sample.pixels, sample.original)
        image = keep(folder, "image.png", picture.read_bytes())
    return {
        "image": image,
        "matte": keep_picture(folder, "matte", sample.matte),
        "box": sample.layers.box,
        "sample_id": sample.sample_id,
    }


def _begin(request: OnFace, tell: Tell) -> Work:
    tell("Looking for faces")
    job, opened = open_photo(request)
    face = face_of(opened, request.face)
    if face.verdict == "rejected" or (face.verdict == "flagged" and job.config.faces.flagged == "reject"):
        raise Rejected("faces", face.reason)
    stages = stages_of(job)
    face = in_light(face, job.config.light)
    drawn = draw_variant(opened.photo, face, request.variant, job.config, stages)
    return Work(job, stages, opened.photo, face, drawn)


def _felt(work: Work) -> Face:
    """The face with its beard."""
    return with_beard(work.face, beard_of(work.photo, work.job.config) / 1000, work.stages)


def _wear(work: Work, folder: Path, tell: Tell) -> WornMask:
    """As the corridor does it, the solver watched."""

    def watched(rest: RestMask, ground: Ground, gravity: Float, attempt: int) -> tuple[Float, float]:
        words = f"Draping {rest.design.replace('_', ' ')}{', more carefully' if attempt else ''}"

        def watch(frame: int, most: int, vertices: Float) -> None:
            if frame % EVERY == 1:
                arrays: dict[str, NDArray[Any]] = {
                    "vertices": vertices.astype(np.float32),
                    "faces": rest.faces,
                    "parts": rest.parts,
                }
                tell(words, frame, most, keep_arrays(folder, "frame", **arrays))

        return drape_on(rest, ground, gravity, attempt, watch)

    stages = replace(work.stages, drape=watched)
    return wear(work.photo, work.face, work.drawn, work.job.config, stages, work.job.cache)


def _arrays(worn: WornMask, face: Face) -> dict[str, NDArray[Any]]:
    """Head frame; those of a mask below it with ``under_`` before their names."""
    arrays: dict[str, NDArray[Any]] = {
        "vertices": worn.vertices,
        "faces": worn.faces,
        "uv": worn.uv,
        "parts": worn.parts,
    }
    if worn.under is not None:
        arrays |= {f"under_{name}": array for name, array in _arrays(worn.under, face).items()}
    return {**arrays, "rotation": face.rotation, "translation": face.translation}
