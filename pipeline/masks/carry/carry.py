"""A settled drape brought to another head: the order of the steps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.masks.anatomy import face_points
from pipeline.masks.carry.field import Field, bind, carry_points, face_skin, whole_skin
from pipeline.masks.carry.settle import HOOKED, Weave, settle, weave
from pipeline.masks.proximity import Surface
from pipeline.records import Float, RestMask

FIRM = 0.004  # m: standard deviation of the field where something is hooked on, an ear as a rule


@dataclass(frozen=True)
class Settled:
    """A mask at rest on one head."""

    rest: RestMask
    vertices: Float  # (M, 3) m, head frame
    motion: float  # m a frame
    head: Float  # (V, 3) m, head frame, in the order of the head model


@dataclass(frozen=True)
class Bound:
    """A settled drape with all that can be said of it before another head is known."""

    settled: Settled
    soft: Field  # of its vertices
    hooked: NDArray[np.bool_]  # (M,) which of them are held to the head itself
    firm: Field  # of these
    over: tuple[Field, ...]  # of what each fastener is laid around
    weave: Weave


def bind_drape(settled: Settled, skin: Surface) -> Bound:
    """Binds a drape to the head it lies on, whose surface is ``skin``."""
    hooked = settled.rest.pins > HOOKED
    return Bound(
        settled,
        bind(settled.vertices, settled.head, face_skin()),
        hooked,
        bind(settled.vertices[hooked], settled.head, whole_skin(), FIRM),
        tuple(bind(one.over, settled.head, whole_skin(), FIRM) for one in settled.rest.fasteners),
        weave(settled.rest, settled.vertices, skin),
    )


def carry_drape(bound: Bound, head_vertices: Float, skin: Surface) -> tuple[RestMask, Float]:
    """The drape on another head (V, 3) m, head frame, whose surface is ``skin``.

    Returns what `pipeline.masks.checks` takes of a simulated one: the mask as it was laid, with its
    fasteners around this head, and its vertices (M, 3) m at rest.
    """
    settled = bound.settled
    rest = settled.rest
    place, rotation = carry_points(bound.soft, settled.vertices, head_vertices)
    place[bound.hooked], _ = carry_points(bound.firm, settled.vertices[bound.hooked], head_vertices)
    fasteners = tuple(
        replace(one, over=carry_points(field, one.over, head_vertices)[0])
        for one, field in zip(rest.fasteners, bound.over, strict=True)
    )
    wider = _between_pupils(head_vertices) / _between_pupils(settled.head)
    parameters = {**rest.parameters, "upper_edge_m": rest.parameters["upper_edge_m"] * wider}
    vertices = settle(bound.weave, place, rotation, skin)
    return replace(rest, parameters=parameters, fasteners=fasteners, start_vertices=vertices), vertices


def _between_pupils(head_vertices: Float) -> float:
    left, right = face_points(head_vertices).pupils
    return float(np.linalg.norm(left - right))
