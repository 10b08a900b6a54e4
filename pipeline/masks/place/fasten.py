"""Fasteners as strips in the simulation, which pull the mask's corners to the head."""

from __future__ import annotations

import numpy as np

from pipeline.masks.design.design import Design
from pipeline.masks.design.fasteners import EarLoops
from pipeline.masks.pattern.grid import corner_values, grid_faces
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.records import PARTS, Fastener, RestMask

STRAND_STEPS = 8  # quads from a corner to the ear
GRASP = 0.020  # m out from the ears, where the loops are held before they are hooked on


def fasten(design: Design, seat: Seat, laid: Laid) -> RestMask:
    """Adds the strips to a laid sheet; what lies behind the ears or the head comes after the draping."""
    return ear_loops(design, design.fasteners, seat, laid)


def ear_loops(design: Design, loops: EarLoops, seat: Seat, laid: Laid) -> RestMask:
    """Four strips from the corners to the ears, hooked on from a little outside."""
    creases = seat.points.ear_creases
    parameters = dict(seat.parameters)
    behind = float(np.mean([np.linalg.norm(np.diff(root, axis=0), axis=1).sum() for root in creases]))
    slack = max(loops.length_mm / 1000 - behind, 0.04) / 2
    fractions = np.arange(1, STRAND_STEPS + 1)[:, None, None] / STRAND_STEPS
    rests, starts, goals, weights = [laid.rest], [laid.start], [laid.targets], [laid.pins]
    faces, maps, fasteners = [laid.faces], [laid.uv], []
    count = len(laid.rest)
    for side, name, sign in ((0, "left", 1), (1, "right", -1)):
        strands = []
        for height in ("upper", "lower"):
            ids = laid.corners[f"{height} {name}"][1]
            ear = creases[side][0 if height == "upper" else -1] + np.array([sign * 0.002, 0.0, 0.0])
            width = laid.rest[ids[0], 1] - laid.rest[ids[1], 1]
            hook = ear + np.array([[0, width / 2, 0], [0, -width / 2, 0]])
            hold = hook + np.array([sign * GRASP, 0.0, 0.0])
            reach = float(np.linalg.norm(laid.start[ids].mean(0) - ear))
            length = float(np.clip(slack, reach / 1.7, np.inf))
            parameters[f"stretch_{height}_{name}"] = reach / length
            rest = laid.rest[ids] + fractions * np.array([sign * length, 0.0, 0.0])
            line = laid.start[ids] + fractions * (hold - laid.start[ids])
            goal = line.copy()
            goal[-1] = hook
            rests.append(rest.reshape(-1, 3))
            starts.append(line.reshape(-1, 3))
            goals.append(goal.reshape(-1, 3))
            strip = count + np.arange(2 * STRAND_STEPS, dtype=np.int32).reshape(-1, 2)
            grid = np.concatenate([ids[None], strip]).T[:, ::sign]
            faces.append(grid_faces(grid))
            flat = np.concatenate([laid.rest[ids][None], rest])[..., :2].swapaxes(0, 1)[:, ::sign]
            maps.append(corner_values(np.ascontiguousarray(flat)))
            weight = np.zeros(2 * STRAND_STEPS)
            weight[-2:] = 1.0
            weights.append(weight)
            strands.append(strip)
            count += 2 * STRAND_STEPS
        fasteners.append(
            Fastener(
                part=PARTS.index("loop"),
                roots=(laid.corners[f"upper {name}"], laid.corners[f"lower {name}"]),
                strands=(strands[0], strands[1]),
                over=creases[side],
                width=loops.width_mm / 1000,
                thickness=loops.thickness_mm / 1000,
            )
        )
    strips = count - len(laid.rest)
    return RestMask(
        design=design.name,
        size=seat.size,
        wearing=seat.wearing,
        parameters=parameters,
        rest_vertices=np.concatenate(rests),
        start_vertices=np.concatenate(starts),
        faces=np.concatenate(faces),
        uv=np.concatenate(maps),
        parts=np.concatenate([laid.parts, np.full(sum(map(len, faces[1:])), PARTS.index("loop"), np.uint8)]),
        pins=np.concatenate(weights),
        pin_targets=np.concatenate(goals),
        stiffness=np.concatenate(
            [np.ones(len(laid.rest)), np.full(strips, parameters["loop_tension"] / parameters["tension"])]
        ),
        bending=np.concatenate([laid.bending, np.full(strips, parameters["bending"])]),
        welds=laid.welds,
        bound=np.concatenate([laid.bound, np.ones(strips, bool)]),
        patches=laid.patches,
        upper_edge=laid.upper_edge,
        lower_edge=laid.lower_edge,
        fasteners=tuple(fasteners),
    )
