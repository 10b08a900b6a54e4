"""Adds to a laid sheet the strips of its fasteners."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.masks.design.design import Design
from pipeline.masks.place.ear_loops import hook_ears
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.masks.place.straps import strap_head, unfastened
from pipeline.masks.place.strips import Hold, strip_faces
from pipeline.records import Fastener, RestMask

FASTEN: dict[str, Callable[[Design, Seat, Laid], Hold]] = {
    "ear loops": hook_ears,
    "head straps": strap_head,
    "ties": strap_head,
    "none": unfastened,
}
"""How each kind of fastener is brought to the head."""

OVER_ANOTHER = 0.0017  # m: what the loop of a mask below takes up
SUPPLE = 5.0  # no strip bends less easily than that, in the solver's units


def fasten(design: Design, seat: Seat, laid: Laid) -> RestMask:
    """The whole mask; what lies behind the ears or the head comes after the draping."""
    hold = FASTEN[design.fasteners.kind](design, seat, laid)
    strips = [strip for band in hold.bands for strip in band.strips]
    numbers, count = [], len(laid.rest)
    for strip in strips:
        numbers.append(count + np.arange(2 * len(strip.rest), dtype=np.int32).reshape(-1, 2))
        count += 2 * len(strip.rest)
    sewn = np.array(
        [list(pair) for a, b in hold.joined for pair in zip(numbers[a][-1], numbers[b][-1], strict=True)],
        np.int32,
    ).reshape(-1, 2)
    shapes = [strip_faces(laid, strip, ids) for strip, ids in zip(strips, numbers, strict=True)]
    added = sum(2 * len(strip.rest) for strip in strips)
    owners = [band.part for band in hold.bands for _ in band.strips]
    parts = [np.full(len(faces), part, np.uint8) for part, (faces, _) in zip(owners, shapes, strict=True)]
    parameters = {**seat.parameters, **hold.parameters}
    return RestMask(
        design=design.name,
        size=seat.size,
        wearing=seat.wearing,
        parameters=parameters,
        rest_vertices=np.concatenate([laid.rest, *[s.rest.reshape(-1, 3) for s in strips]]),
        start_vertices=np.concatenate([laid.start, *[s.start.reshape(-1, 3) for s in strips]]),
        faces=np.concatenate([laid.faces, *[faces for faces, _ in shapes]]),
        uv=np.concatenate([laid.uv, *[uv for _, uv in shapes]]),
        parts=np.concatenate([laid.parts, *parts]),
        pins=np.concatenate([laid.pins, *[np.repeat(s.pins, 2) for s in strips]]),
        pin_targets=np.concatenate([laid.targets, *[s.goal.reshape(-1, 3) for s in strips]]),
        stiffness=np.concatenate(
            [
                np.ones(len(laid.rest)) if laid.stiffness is None else laid.stiffness,
                *[np.full(2 * len(s.rest), s.tension / parameters["tension"]) for s in strips],
            ]
        ),
        bending=np.concatenate([laid.bending, np.full(added, min(parameters["bending"], SUPPLE))]),
        welds=np.concatenate([laid.welds, sewn]),
        bound=np.concatenate([laid.bound, np.ones(added, bool)]),
        patches=laid.patches,
        upper_edge=laid.upper_edge,
        lower_edge=laid.lower_edge,
        fasteners=tuple(
            Fastener(
                part=band.part,
                roots=band.roots,
                strands=(numbers[2 * k], numbers[2 * k + 1]),
                over=band.over,
                width=band.width,
                thickness=band.thickness,
                offset=band.offset,
                above=OVER_ANOTHER if seat.worn.over else 0.0,
            )
            for k, band in enumerate(hold.bands)
        ),
    )
