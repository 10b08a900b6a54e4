"""The steps of draping joined: a mask placed, draped and checked on one head, or carried to it from the bank.

Imports bpy when `real_draping` is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

import numpy as np

from pipeline.assets import digest
from pipeline.attempts import first_accepted
from pipeline.masks.balance import Choice
from pipeline.masks.carry.bank import Maker, Slot, bank_folder, carry, slot_for
from pipeline.masks.checks import check_drape
from pipeline.masks.collider import Ground, bare_ground
from pipeline.masks.library import BUILT_IN, Library, design_file, load_design
from pipeline.masks.nose import cover_nose
from pipeline.masks.over_mask import over_mask
from pipeline.masks.place.place import place_mask
from pipeline.masks.proximity import prepare
from pipeline.records import Float, RestMask, WornMask

CODE = ("masks/**/*.py", "head/*.py", "head/*.npz", "studio/cloth.py")
"""Files of the package that a drape depends on, besides its design."""


@dataclass(frozen=True)
class Draping:
    """One callable a step. Head vertices (V, 3) m and gravity (3,) unit are in the head frame.

    ``inner`` draws the mask that is worn below that of a choice, if there is one. ``drape`` takes the
    number of the attempt, below ``attempts``, and gives the vertices at rest and the mean motion in its last
    frames, m a frame. ``carry`` takes a drape of the bank, drawn by the generator, and gives its mask,
    vertices and motion; it raises Rejected where none is to be had.
    """

    inner: Callable[[Choice, np.random.Generator], Choice | None]
    place: Callable[[Choice, Float, Float, np.random.Generator], RestMask]
    drape: Callable[[RestMask, Ground, Float, int], tuple[Float, float]]
    check: Callable[[RestMask, Float, Ground, float], WornMask]
    carry: Callable[[Choice, Ground, Float, np.random.Generator, Path], tuple[RestMask, Float, float]]
    attempts: int
    maker: Maker


def real_draping(library: Library = BUILT_IN) -> Draping:
    """The product's own steps, for the designs of ``library``. Imports bpy: call it late and once."""
    from pipeline.studio.blender import VERSION
    from pipeline.studio.cloth import SETTINGS

    def settle(rest: RestMask, vertices: Float, gravity: Float) -> tuple[Float, float]:
        ground = bare_ground(vertices)

        def once(attempt: int) -> tuple[Float, float]:
            draped, motion = drape_on(rest, ground, gravity, attempt)
            check(rest, draped, ground, motion)
            return draped, motion

        return first_accepted(len(SETTINGS), once)

    @cache
    def digest_of(design: str) -> str:
        package = Path(str(files("pipeline")))
        code = [path for pattern in CODE for path in package.glob(pattern)]
        return digest([*code, design_file(design, library)]) + ".".join(map(str, VERSION))

    put_on = partial(place, library=library)
    maker = Maker(partial(load_design, library=library), put_on, settle, digest_of)

    def carry_to(
        choice: Choice, ground: Ground, gravity: Float, rng: np.random.Generator, cache: Path
    ) -> tuple[RestMask, Float, float]:
        slot: Slot = slot_for(maker.design(choice.design), choice, ground.head, gravity, rng)
        skin = prepare(ground.collider.vertices, ground.collider.faces)
        return carry(bank_folder(cache), slot, maker, ground.head, skin)

    below = partial(inner, library=library)
    return Draping(below, put_on, drape_on, check, carry_to, len(SETTINGS), maker)


def drape_on(
    rest: RestMask,
    ground: Ground,
    gravity: Float,
    attempt: int,
    watch: Callable[[int, int, Float], None] | None = None,
) -> tuple[Float, float]:
    """The vertices at rest and the mean motion in the last frames; ``watch`` as in `studio.cloth`."""
    from pipeline.studio.cloth import drape

    draped = drape(rest, ground.collider.vertices, ground.collider.faces, gravity, attempt, watch)
    return draped.vertices, draped.motion


def inner(choice: Choice, rng: np.random.Generator, library: Library = BUILT_IN) -> Choice | None:
    """The mask that is worn below that of ``choice``, for states that name some."""
    worn = load_design(choice.design, library).wearing.get(choice.wearing)
    if worn is None or not worn.over:
        return None
    return Choice(worn.over[int(rng.integers(len(worn.over)))], "correct", choice.coverage)


def ground(vertices: Float, under: WornMask | None) -> Ground:
    """What a mask is put on: the head (V, 3) m, with what is worn on it already."""
    return bare_ground(vertices) if under is None else over_mask(vertices, under)


def place(
    choice: Choice,
    vertices: Float,
    gravity: Float,
    rng: np.random.Generator,
    library: Library = BUILT_IN,
) -> RestMask:
    """The mask of ``choice`` laid before a head. Raises Rejected for what its design does not know."""
    design = load_design(choice.design, library)
    if choice.coverage:
        design = cover_nose(design, choice.wearing, choice.coverage, vertices)
    return place_mask(design, vertices, gravity, choice.wearing, rng)


def check(rest: RestMask, draped: Float, ground: Ground, motion: float) -> WornMask:
    """The draped mask finished and measured. Raises Rejected when a limit is broken."""
    return check_drape(rest, draped, ground.collider, motion)
