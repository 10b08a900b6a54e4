"""One mask of the library, cloth-simulated on a generated head, without any photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from pipeline.attempts import first_accepted
from pipeline.draping import Draping, ground
from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.balance import Choice
from pipeline.masks.design.design import Design
from pipeline.masks.look import cloth_look
from pipeline.masks.material import draw_material
from pipeline.masks.over_mask import put_under
from pipeline.masks.size import face_arc, faces_of
from pipeline.records import Float, RestMask, WornMask
from pipeline.studio import fitting, sitter
from pipeline.studio.person import Person

UPRIGHT = np.array([0.0, -1.0, 0.0])  # gravity in the head frame of somebody who looks straight ahead


@dataclass(frozen=True)
class TriedOn:
    """A mask on a head; vertices (V, 3) m, head frame."""

    head: Float
    rest: RestMask
    worn: WornMask
    attempts: int  # of the solver, each with more careful settings than the last


def try_on(draping: Draping, choice: Choice, head: Float, seed: int) -> TriedOn:
    """Place, drape and check ``choice`` on ``head`` (V, 3) m, over another mask where it is worn so.

    Raises Rejected when every attempt fails.
    """
    below = draping.inner(choice, np.random.default_rng([seed, 1]))
    under = try_on(draping, below, head, seed).worn if below else None
    on = ground(head, under)
    rest = draping.place(choice, on.head, UPRIGHT, np.random.default_rng(seed))

    def once(attempt: int) -> tuple[WornMask, int]:
        vertices, motion = draping.drape(rest, on, UPRIGHT, attempt)
        return draping.check(rest, vertices, on, motion), attempt + 1

    worn, attempts = first_accepted(draping.attempts, once)
    return TriedOn(head, rest, put_under(worn, under, head) if under else worn, attempts)


def clothed(draping: Draping, worn: WornMask, rng: np.random.Generator) -> dict[str, Any]:
    """A material for ``worn``, and for what is worn below it."""
    material = dict(draw_material(draping.maker.design(worn.design), rng))
    if worn.under is not None:
        material["under"] = clothed(draping, worn.under, rng)
    return material


def pictures(
    tried: TriedOn,
    material: Mapping[str, Any],
    views: Sequence[tuple[float, float]],
    side: int,
    samples: int,
    seed: int,
) -> list[Image.Image]:
    """The mask in ``material`` on its bald head, ``side`` px square, by ``views`` (yaw, pitch) in degrees."""
    look = cloth_look(material, fitting.pixel_size(tried.head, side))
    shots = fitting.render_fitting(tried.head, tried.worn, material, views, side, samples, seed, look=look)
    return [Image.fromarray(shot) for shot in shots]


def portraits(
    tried: TriedOn,
    person: Person,
    material: Mapping[str, Any],
    views: Sequence[tuple[float, float]],
    size: tuple[int, int],
    samples: int,
    seed: int,
) -> list[Image.Image]:
    """The mask on ``person``, whose head it was tried on, in pictures of ``size`` (width, height) px."""
    look = cloth_look(material, sitter.pixel_size(tried.head, size))
    shots = sitter.render_sitter(person, tried.head, tried.worn, material, look, views, size, samples, seed)
    return [Image.fromarray(shot) for shot in shots]


def head_for_size(design: Design, size: str) -> Float:
    """(V, 3) m: the mean head, made larger or smaller as a whole until ``size`` is the one for it."""
    mean = np.asarray(load_head().mean)
    arc = 1000 * face_arc(mean, face_points(mean))
    least, most = faces_of(design, size)
    return np.asarray(mean * (np.clip(arc, least * 1.03, most * 0.97) / arc))
