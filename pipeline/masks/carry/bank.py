"""The bank: drapes settled once, on a few reference heads, and kept on disk for all others.

What lies in the bank depends on design, size, way of wearing, reference head and number, on the code that
makes it and on the version of Blender: not on a run, its seed, or the order in which it was filled. So what
is carried is the same to the byte whether the bank was full, empty or half filled before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.attempts import first_accepted
from pipeline.cache import cached, content_key, is_cached
from pipeline.masks.anatomy import face_points
from pipeline.masks.balance import Choice
from pipeline.masks.carry.carry import Bound, Settled, bind_drape, carry_drape
from pipeline.masks.carry.references import SHAPES, nearest_shape, reference_head
from pipeline.masks.collider import head_collider
from pipeline.masks.design.design import Design
from pipeline.masks.proximity import Surface, prepare
from pipeline.masks.size import choose_size, face_arc
from pipeline.records import Float, Rejected, RestMask
from pipeline.seeds import generator

NUMBERS = 3  # drapes of one slot's kind on each reference head, with other draws of cloth and wearing
DRAWS = 3  # of cloth and wearing, tried in turn until one settles
STEP = 1e-5  # m: grain of the stored coordinates
DOWN = np.array([0.0, -1.0, 0.0])
UPRIGHT_DEGREES = 40.0  # a head tilted farther than this lets the cloth hang in another direction
HANGING_DEGREES = 12.0  # the same for a mask that hangs from one ear
BOUND = 24  # drapes kept in memory, bound to their heads; about 4 MB each


@dataclass(frozen=True)
class Slot:
    """One place of the bank."""

    choice: Choice
    size: str
    shape: int  # index into SHAPES
    number: int  # below NUMBERS


@dataclass(frozen=True)
class StoredDrape:
    """A drape as it lies in the bank."""

    grains: NDArray[np.int16]  # (M, 3) in STEPs from the middle, head frame
    middle: Float  # (3,) m
    motion: float  # m a frame
    draw: int  # which of DRAWS it was


@dataclass(frozen=True)
class Maker:
    """How drapes are made. Head vertices (V, 3) m and gravity (3,) unit are in the head frame.

    ``settle`` gives vertices (M, 3) m at rest that have passed their checks, and their motion, m a frame,
    or raises Rejected.
    """

    design: Callable[[str], Design]
    place: Callable[[Choice, Float, Float, np.random.Generator], RestMask]
    settle: Callable[[RestMask, Float, Float], tuple[Float, float]]
    digest: Callable[[str], str]  # of a design and of all code that its drapes depend on


def bank_folder(cache: Path) -> Path:
    """Where the bank lies: $MASKDRAPE_DRAPES, else the user's cache folder, else in ``cache``."""
    named = os.environ.get("MASKDRAPE_DRAPES")
    if named:
        return Path(named)
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "maskdrape" / "drapes"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return cache / "drapes"
    return folder if os.access(folder, os.W_OK) else cache / "drapes"


def slots(design: Design, choice: Choice) -> Iterator[Slot]:
    """All places of the bank for one choice of that ``design``."""
    for size in design.sizes:
        for shape in range(len(SHAPES)):
            for number in range(NUMBERS):
                yield Slot(choice, size, shape, number)


def slot_for(
    design: Design, choice: Choice, head_vertices: Float, gravity: Float, rng: np.random.Generator
) -> Slot:
    """The slot whose drape of ``design`` is to be carried to a head (V, 3) m; ``rng`` draws its number.

    Raises Rejected("masks", reason) where the head is tilted too far from upright, by ``gravity``.
    """
    hangs = choice.wearing in design.wearing and design.wearing[choice.wearing].loops == "one"
    most = HANGING_DEGREES if hangs else UPRIGHT_DEGREES
    if gravity @ DOWN < np.cos(np.radians(most)):
        raise Rejected("masks", "stored drapes are of upright heads, and this one is tilted")
    size = choose_size(design, face_arc(head_vertices, face_points(head_vertices)))
    shape = nearest_shape(design, size, head_vertices)
    return Slot(choice, size, shape, int(rng.integers(NUMBERS)))


def carry(
    folder: Path, slot: Slot, maker: Maker, head_vertices: Float, skin: Surface
) -> tuple[RestMask, Float, float]:
    """The slot's drape on another head (V, 3) m with surface ``skin``: mask, vertices (M, 3) m, motion.

    A drape that the bank lacks is made first. Raises Rejected where it could not be made.
    """
    bound = _bound(folder, slot, maker.digest(slot.choice.design), maker)
    rest, vertices = carry_drape(bound, head_vertices, skin)
    return rest, vertices, bound.settled.motion


def filled(folder: Path, slot: Slot, maker: Maker) -> bool:
    """Whether the slot's drape, or that there is none, is known already."""
    return is_cached(folder, _key(slot, maker.digest(slot.choice.design)))


def fetch(folder: Path, slot: Slot, maker: Maker) -> Settled:
    """The slot's drape, made and stored when the bank lacks it. Raises Rejected, from the bank as well."""
    head = reference_head(maker.design(slot.choice.design), slot.size, slot.shape)

    def laid(draw: int) -> RestMask:
        return maker.place(slot.choice, head, DOWN, generator(0, "", *_names(slot), draw))

    def once(draw: int) -> tuple[StoredDrape, ...]:
        return (_packed(*maker.settle(laid(draw), head, DOWN), draw),)

    key = _key(slot, maker.digest(slot.choice.design))
    stored = cached(folder, key, StoredDrape, partial(first_accepted, DRAWS, once))[0]
    return Settled(laid(stored.draw), stored.middle + STEP * stored.grains, stored.motion, head)


def _packed(vertices: Float, motion: float, draw: int) -> StoredDrape:
    middle = (vertices.max(0) + vertices.min(0)) / 2
    grains = np.round((vertices - middle) / STEP)
    if np.abs(grains).max() > np.iinfo(np.int16).max:
        raise Rejected("masks", "the drape is too large for the bank")
    return StoredDrape(grains.astype(np.int16), middle, motion, draw)


# A maker is made once a process: that the bindings are kept by it as well costs nothing.
@lru_cache(maxsize=BOUND)
def _bound(folder: Path, slot: Slot, digest: str, maker: Maker) -> Bound:
    settled = fetch(folder, slot, maker)
    under = head_collider(settled.head)
    return bind_drape(settled, prepare(under.vertices, under.faces))


def _key(slot: Slot, digest: str) -> str:
    return content_key("settled drape", *_names(slot), digest)


def _names(slot: Slot) -> tuple[str | int, ...]:
    choice = slot.choice
    return (choice.design, choice.wearing, choice.coverage, slot.size, slot.shape, slot.number)
