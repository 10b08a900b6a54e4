"""The steps of draping joined: a mask placed, draped and checked on one head, or carried to it from the bank.

Imports bpy when `real_draping` is called.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

import numpy as np

from pipeline.assets import digest
from pipeline.masks.balance import Choice
from pipeline.masks.carry.bank import Maker, Slot, bank_folder, carry, slot_for
from pipeline.masks.checks import check_drape
from pipeline.masks.collider import head_collider
from pipeline.masks.library import BUILT_IN, Library, design_file, load_design
from pipeline.masks.nose import cover_nose
from pipeline.masks.place.place import place_mask
from pipeline.masks.proximity import prepare
from pipeline.records import Float, Rejected, RestMask, WornMask

CODE = ("masks/**/*.py", "head/*.py", "head/*.npz", "studio/cloth.py")
"""Files of the package that a drape depends on, besides its design."""


@dataclass(frozen=True)
class Draping:
    """One callable a step. Head vertices (V, 3) m and gravity (3,) unit are in the head frame.

    ``drape`` takes the number of the attempt, below ``attempts``, and gives the vertices at rest and the
    mean motion in its last frames, m a frame. ``carry`` takes a drape of the bank, drawn by the generator,
    and gives its mask, vertices and motion; it raises Rejected where none is to be had.
    """

    place: Callable[[Choice, Float, Float, np.random.Generator], RestMask]
    drape: Callable[[RestMask, Float, Float, int], tuple[Float, float]]
    check: Callable[[RestMask, Float, Float, float], WornMask]
    carry: Callable[[Choice, Float, Float, np.random.Generator, Path], tuple[RestMask, Float, float]]
    attempts: int
    maker: Maker


def real_draping(library: Library = BUILT_IN) -> Draping:
    """The product's own steps, for the designs of ``library``. Imports bpy: call it late and once."""
    from pipeline.studio.blender import VERSION
    from pipeline.studio.cloth import SETTINGS, drape

    def drape_on_head(rest: RestMask, vertices: Float, gravity: Float, attempt: int) -> tuple[Float, float]:
        under = head_collider(vertices)
        draped = drape(rest, under.vertices, under.faces, gravity, attempt)
        return draped.vertices, draped.motion

    def settle(rest: RestMask, vertices: Float, gravity: Float) -> tuple[Float, float]:
        def once(attempt: int) -> tuple[Float, float]:
            draped, motion = drape_on_head(rest, vertices, gravity, attempt)
            check(rest, draped, vertices, motion)
            return draped, motion

        for attempt in range(len(SETTINGS) - 1):
            with suppress(Rejected):
                return once(attempt)
        return once(len(SETTINGS) - 1)

    @cache
    def digest_of(design: str) -> str:
        package = Path(str(files("pipeline")))
        code = [path for pattern in CODE for path in package.glob(pattern)]
        return digest([*code, design_file(design, library)]) + ".".join(map(str, VERSION))

    put_on = partial(place, library=library)
    maker = Maker(partial(load_design, library=library), put_on, settle, digest_of)

    def carry_to(
        choice: Choice, vertices: Float, gravity: Float, rng: np.random.Generator, cache: Path
    ) -> tuple[RestMask, Float, float]:
        slot: Slot = slot_for(maker.design(choice.design), choice, vertices, gravity, rng)
        under = head_collider(vertices)
        skin = prepare(under.vertices, under.faces)
        return carry(bank_folder(cache), slot, maker, vertices, skin)

    return Draping(put_on, drape_on_head, check, carry_to, len(SETTINGS), maker)


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


def check(rest: RestMask, draped: Float, vertices: Float, motion: float) -> WornMask:
    """The draped mask finished and measured. Raises Rejected when a limit is broken."""
    return check_drape(rest, draped, head_collider(vertices), motion)
