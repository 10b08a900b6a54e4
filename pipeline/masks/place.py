"""Cuts a mask for one head and lays it, already wrapped, in front of the face."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from pipeline.masks.anatomy import face_points, faces_without_ears
from pipeline.masks.design import Design
from pipeline.masks.envelope import ANGLE_STEP, HEIGHT_STEP, Envelope, skin_radius, wrap
from pipeline.masks.pattern import Sheet, cut_sheet, fold
from pipeline.masks.size import choose_size, face_arc
from pipeline.records import PARTS, Float, Rejected, RestMask

CLEARANCE = 0.010  # m between the start and the skin
STRAND_STEPS = 8  # quads from a corner to the ear
CORNER_DROP = 0.018  # m that the upper corners lie below the bridge of the nose
ABOVE_TIP = 0.014  # m: no one wears it lower than this above the tip of the nose
PRESSED_DEPTH = 0.004  # m that the wire is pressed into the hollows beside the nose
GRASP = 0.020  # m out from the ears, where the loops are held before they are hooked on


def place_mask(
    design: Design, head_vertices: Float, gravity: Float, wearing: str, rng: np.random.Generator
) -> RestMask:
    """Lays a mask of the design in front of one head.

    ``head_vertices`` (V, 3) m, head frame, order of the head model; ``gravity`` (3,) unit vector, head
    frame. Material and wearing parameters are drawn from ``rng``. Raises Rejected("masks", reason) for a
    wearing state that the design does not know.
    """
    if wearing not in design.wearing:
        known = ", ".join(design.wearing)
        raise Rejected("masks", f"mask {design.name} cannot be worn {wearing!r}; it knows: {known}")
    points = face_points(head_vertices)
    worn = design.wearing[wearing]
    apart = float(np.linalg.norm(points.pupils[0] - points.pupils[1]))
    fabric = design.fabric
    parameters = {
        "tension": rng.uniform(*fabric.tension),
        "bending": rng.uniform(*fabric.bending),
        "memory": rng.uniform(*design.pleats.memory),
        "crease": rng.uniform(*fabric.crease),
        "edge_bending": rng.uniform(*fabric.edge_bending),
        "wire_bending": rng.uniform(*fabric.wire_bending),
        "loop_tension": rng.uniform(*fabric.loop_tension),
        "mass_kg_m2": sum(fabric.layers_g_m2) / 1000,
        "upper_edge_m": float(
            apart * np.clip(rng.normal(worn.upper_edge, worn.upper_edge_spread), 0.15, 0.6)
        ),
        "sideways_m": rng.normal(0, worn.sideways_spread_mm / 1000),
        "tilt_rad": rng.normal(0, np.radians(worn.tilt_spread_degrees)),
        "below_chin_m": rng.uniform(*worn.below_chin_mm) / 1000,
    }
    size = choose_size(design, face_arc(head_vertices, points))
    sheet = cut_sheet(design, size)

    roots = points.ear_creases
    axis_z = float(np.mean([root[:, 2].mean() for root in roots]))
    menton, level = points.menton, float(points.pupils[:, 1].mean())
    skin = skin_radius(head_vertices, faces_without_ears(), axis_z, menton[1] - 0.07, level + 0.02)
    envelope = wrap(skin, CLEARANCE, steepest=1.0)

    bridge = max(level - parameters["upper_edge_m"], points.nose_tip[1] + ABOVE_TIP)
    half = sheet.columns[-1]
    top = (
        bridge
        - CORNER_DROP * np.abs(sheet.columns / half) ** 1.5
        + np.tan(parameters["tilt_rad"]) * sheet.columns
    )
    middle = _profile_length(envelope, bridge, menton[1]) + parameters["below_chin_m"]
    hidden = 2 * sheet.lengths[1::2].sum()
    open_middle = float(np.clip((middle - sheet.height) / hidden, 0.35, 0.95))
    seal = half - design.edges.side_mm / 1000
    opening = open_middle * np.clip(1 - (sheet.columns / seal) ** 2, 0, 1)
    parameters["opening"] = open_middle
    across = sheet.columns + parameters["sideways_m"]
    start = _lay(envelope, across, *fold(sheet, opening), top).reshape(-1, 3)
    shut_down, shut_out = fold(sheet, np.full(sheet.columns.size, parameters["memory"]))
    rest = np.stack([np.broadcast_to(sheet.columns, shut_down.shape), -shut_down, shut_out], -1).reshape(
        -1, 3
    )

    pressed = _pressed(skin, clearance=0.0014, depth=PRESSED_DEPTH)
    wire_rows = np.flatnonzero(
        sheet.rows <= (design.wire.from_top_mm + design.wire.width_mm / 2) / 1000 + 1e-9
    )
    targets = start.copy().reshape(sheet.rows.size, sheet.columns.size, 3)
    targets[wire_rows] = _lay(pressed, across, *fold(sheet, opening), top)[wire_rows]
    pins = np.zeros(targets.shape[:2])
    reach = design.wire.pressed_mm / 1000
    fall = np.clip((reach - np.abs(sheet.columns)) / (0.6 * reach), 0, 1)
    pins[wire_rows[1:]] = 0.9 * fall**2 * (3 - 2 * fall)
    return _with_loops(
        design, size, wearing, parameters, sheet, rest, start, targets.reshape(-1, 3), pins.ravel(), roots
    )


def _profile_length(envelope: Envelope, high: float, low: float) -> float:
    """Metres along the middle of the envelope between two heights."""
    heights = np.linspace(low, high, 60)
    radius = envelope.at(heights, np.zeros(60))
    return float(np.hypot(np.diff(heights), np.diff(radius)).sum())


def _pressed(skin: Envelope, clearance: float, depth: float) -> Envelope:
    """Where fingers press the wire: on the ridge of the nose, and beside it no more than ``depth`` m into
    the hollow between nose and cheek."""
    sigma = (0.005 / HEIGHT_STEP, np.radians(3) / ANGLE_STEP)
    hull = wrap(skin, 0.0, steepest=np.inf).radius
    radius = gaussian_filter(np.maximum(skin.radius, hull - depth), sigma, mode="nearest")
    return Envelope(skin.axis_z, skin.heights, skin.angles, radius + clearance)


def _lay(envelope: Envelope, across: Float, down: Float, out: Float, top: Float) -> Float:
    """Lays a pleated grid on an envelope, keeping lengths down the columns and along the rows.

    ``across`` (C,), ``down`` and ``out`` (R, C) in m on the sheet; ``top`` (C,) heights of the upper edge.
    Returns (R, C, 3) m, head frame.
    """
    turn = np.diff(envelope.angles)[None]
    step = np.hypot(
        (envelope.radius[:, 1:] + envelope.radius[:, :-1]) / 2 * turn, np.diff(envelope.radius, axis=1)
    )
    arc = np.concatenate([np.zeros((len(step), 1)), np.cumsum(step, 1)], axis=1)
    arc -= arc[:, envelope.angles.size // 2, None]
    height = top.copy()
    laid = np.empty((*down.shape, 3))
    for row in range(len(down)):
        level = np.clip((height - envelope.heights[0]) / HEIGHT_STEP, 0, envelope.heights.size - 1.001)
        low = level.astype(int)
        part = (level - low)[:, None]
        arcs = arc[low] * (1 - part) + arc[low + 1] * part
        angle = np.array([np.interp(u, a, envelope.angles) for u, a in zip(across, arcs, strict=True)])
        radius = envelope.at(height, angle)
        slope = (envelope.at(height + HEIGHT_STEP, angle) - envelope.at(height - HEIGHT_STEP, angle)) / (
            2 * HEIGHT_STEP
        )
        lean = 1 / np.sqrt(1 + slope**2)
        outward = np.stack([np.sin(angle) * lean, -slope * lean, np.cos(angle) * lean], -1)
        laid[row] = envelope.point(height, angle, radius) + out[row][:, None] * outward
        if row + 1 < len(down):
            height = height - (down[row + 1] - down[row]) * lean
    return laid


def _with_loops(
    design: Design,
    size: str,
    wearing: str,
    parameters: dict[str, float],
    sheet: Sheet,
    rest: Float,
    start: Float,
    targets: Float,
    pins: Float,
    roots: tuple[Float, Float],
) -> RestMask:
    """Adds four strips that pull the corners towards the ears; the parts behind the ears come later."""
    columns, rows = sheet.columns.size, sheet.rows.size
    behind = float(np.mean([np.linalg.norm(np.diff(root, axis=0), axis=1).sum() for root in roots]))
    slack = max(design.loops.length_mm / 1000 - behind, 0.04) / 2
    fractions = np.arange(1, STRAND_STEPS + 1) / STRAND_STEPS
    rests, starts, goals, faces, weights = [rest], [start], [targets], [sheet.faces], [pins]
    count = len(rest)
    first = max(1, int(np.searchsorted(sheet.rows, design.loops.inset_mm / 1000)))
    for side, sign in ((0, 1), (1, -1)):
        column = columns - 1 if sign > 0 else 0
        for upper in (True, False):
            pair = (first, first + 1) if upper else (rows - 2 - first, rows - 1 - first)
            ids = np.array(pair) * columns + column
            ear = roots[side][0 if upper else -1] + np.array([sign * 0.002, 0.0, 0.0])
            width = rest[ids[0], 1] - rest[ids[1], 1]
            hook = ear + np.array([[0, width / 2, 0], [0, -width / 2, 0]])
            hold = hook + np.array([sign * GRASP, 0.0, 0.0])
            length = float(np.clip(slack, np.linalg.norm(start[ids].mean(0) - ear) / 1.7, np.inf))
            parameters[f"stretch_{'upper' if upper else 'lower'}_{'left' if sign > 0 else 'right'}"] = float(
                np.linalg.norm(start[ids].mean(0) - ear) / length
            )
            rests.append(
                (rest[ids] + fractions[:, None, None] * np.array([sign * length, 0.0, 0.0])).reshape(-1, 3)
            )
            line = start[ids] + fractions[:, None, None] * (hold - start[ids])
            starts.append(line.reshape(-1, 3))
            goal = line.copy()
            goal[-1] = hook
            goals.append(goal.reshape(-1, 3))
            strip = np.concatenate([ids[None], count + np.arange(2 * STRAND_STEPS).reshape(-1, 2)])
            a, b, c, d = strip[:-1, 0], strip[:-1, 1], strip[1:, 1], strip[1:, 0]
            quads = np.stack([a, b, c, d] if sign > 0 else [d, c, b, a], -1)
            faces.append(quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3).astype(np.int32))
            weight = np.zeros(2 * STRAND_STEPS)
            weight[-2:] = 1.0
            weights.append(weight)
            count += 2 * STRAND_STEPS
    sheet_uv = np.stack(np.broadcast_arrays(sheet.columns[None], -sheet.rows[:, None]), -1).reshape(-1, 2)
    loops = np.concatenate(rests[1:])
    parts = np.concatenate([sheet.parts, np.full(sum(map(len, faces[1:])), PARTS.index("loop"), np.uint8)])
    stiffness = np.concatenate(
        [np.ones(len(rest)), np.full(len(loops), parameters["loop_tension"] / parameters["tension"])]
    )
    return RestMask(
        design=design.name,
        size=size,
        wearing=wearing,
        parameters=parameters,
        rest_vertices=np.concatenate(rests),
        start_vertices=np.concatenate(starts),
        faces=np.concatenate(faces),
        uv=np.concatenate([sheet_uv, loops[:, :2]]),
        parts=parts,
        pins=np.concatenate(weights),
        pin_targets=np.concatenate(goals),
        stiffness=stiffness,
    )
