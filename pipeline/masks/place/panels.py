"""A mask sewn from panels, held before the face in the shape that its seams give it."""

from __future__ import annotations

import numpy as np

from pipeline.head.model import load_head
from pipeline.masks.design.design import Design
from pipeline.masks.pattern.grid import quads_of
from pipeline.masks.pattern.sewn_mask import SewnMask, sewn_mask
from pipeline.masks.place.edge_on_skin import bend_edge
from pipeline.masks.place.fading import RIMS, fading
from pipeline.masks.place.hold import bridge_point, chin_point, hold, unhindered
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.lay import lay_grid, pressed
from pipeline.masks.place.on_face import corners_on_face
from pipeline.masks.place.seat import Seat
from pipeline.masks.proximity import closest, prepare
from pipeline.records import PARTS, Float, Int, Patch

HELD = (0.7, 0.6)  # how firmly the wire holds its shape: where fingers press it to the nose, beyond
DEPTH = {"pressed": 0.016, "unbent": 0.0, "under glasses": 0.030}
"""m that the edge is pressed into the hollows beside the nose: stiff panels follow less than soft pleats"""
PAST_WIRE = 1.15  # as far as it holds the edge beside it, of half its length
STEPS = 0.75  # of the solver a frame, for a tension of 1; a sheet swings faster by the root of its tension,
# and one that outruns the steps stays stretched over the tip of the nose
SLING = 0.17  # weight that keeps a mask under the chin, which little holds, from swinging
CLEARANCE = 0.0014  # m off the skin, as near as the solver lets cloth come
GRIP = (0.5, 0.012)  # how firmly skin grips cloth that lies on the nose, m to either side of the middle
CHIN_GRIP = (0.5, 0.02)  # the same of the lower edge, which is drawn under the chin when a mask is put on


def lay_panels(design: Design, seat: Seat, rng: np.random.Generator) -> Laid:
    """The sewn mask in one piece before the face, its wire to be pressed to the nose."""
    mask = sewn_mask(design, seat.size)
    seat.parameters["sewing_strain"] = mask.strain
    seat.parameters["steps"] = float(np.ceil(STEPS * np.sqrt(seat.parameters["tension"])))
    upper, lower = (line[len(line) // 2] for line in (mask.upper_edge, mask.lower_edge))
    middles = mask.rest[upper], mask.rest[lower]
    start, heights = hold(mask.rest, *middles, seat), unhindered(mask.rest, *middles, seat)[:, 1]
    targets, pins = start.copy(), np.zeros(len(start))
    rows, off = mask.upper_rows, np.abs(mask.upper_across)
    top = start[rows[0], 1] - start[upper, 1] + seat.bridge
    skin = pressed(seat.skin, clearance=CLEARANCE, depth=DEPTH[seat.worn.wire])
    flat = np.zeros_like(mask.upper_down)
    about = lay_grid(skin, mask.upper_across + seat.sideways, mask.upper_down, flat, top)
    targets[rows] = bend_edge(skin, mask.rest[rows], about, bridge_point(seat))
    pins[rows] = GRIP[0] * fading(off, GRIP[1], 0.5 * GRIP[1])
    if seat.worn.wire == "under glasses":
        pins[rows] = HELD[0] * fading(off, RIMS, 0.2 * RIMS)
    elif design.wire is not None and seat.worn.wire == "pressed":
        nose, wire = design.wire.pressed_mm / 1000, design.wire.length_mm / 2000
        pins[rows] = np.maximum(
            HELD[0] * fading(off, nose, 0.6 * nose), HELD[1] * fading(off, PAST_WIRE * wire, 0.25 * wire)
        )
    if seat.worn.measured_from == "chin":
        pins = np.maximum(pins, SLING)
    else:
        line = mask.lower_edge
        tucked, firmly = _tucked(mask.rest[line], seat)
        targets[line], pins[line] = np.where(firmly[:, None] > 0, tucked, targets[line]), firmly
    return Laid(
        patches=tuple(
            Patch(ids, np.array([0, len(ids) - 1], np.int32), np.zeros(ids.shape)) for ids in mask.patches
        ),
        rest=mask.rest,
        start=start,
        targets=targets,
        pins=pins,
        faces=mask.faces,
        uv=mask.uv,
        parts=mask.parts,
        bending=_bending(mask, seat.parameters),
        welds=np.zeros((0, 2), np.int32),
        bound=np.ones(len(start), bool),
        upper_edge=mask.upper_edge,
        lower_edge=mask.lower_edge,
        corners=mask.corners,
        seats=corners_on_face(mask.rest, mask.faces, mask.middle, mask.corners, heights, seat),
    )


def _tucked(edge: Float, seat: Seat) -> tuple[Float, Float]:
    """Points (E, 3) m under the chin, and weights (E,) with which the lower edge, at rest ``edge`` (E, 3) m,
    is held to them."""
    across = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
    across -= across[len(edge) // 2]
    below = chin_point(seat) + across[:, None] * np.array([1.0, 0.0, 0.0])
    near = closest(prepare(seat.head, load_head().collider_faces), below)
    on_skin = near.point + CLEARANCE * near.normal
    return np.asarray(on_skin), CHIN_GRIP[0] * fading(np.abs(across), CHIN_GRIP[1], 0.5 * CHIN_GRIP[1])


def _bending(mask: SewnMask, parameters: dict[str, float]) -> Float:
    """(M,) in the solver's units: that of the panels, of the bands along their edges, of the seams and of
    the wire."""
    bending = np.full(len(mask.rest), parameters["bending"])
    quads, part = quads_of(mask.faces), mask.parts[::2]

    def of(name: str) -> Int:
        return np.asarray(np.unique(quads[part == PARTS.index(name)]), np.int32)

    bending[of("edge")] = parameters["edge_bending"]
    bending[mask.seams] = parameters["crease"]
    bending[of("wire")] = parameters["wire_bending"]
    return bending
