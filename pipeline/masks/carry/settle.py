"""Lets a carried sheet come to rest: its own lengths again, off the skin, bent as it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, diags_array
from scipy.sparse.linalg import SuperLU, splu
from scipy.spatial import cKDTree

from pipeline.masks.checks import MOST_STRETCH
from pipeline.masks.proximity import PIECE, Surface, closest
from pipeline.records import CORDS, Float, Int, RestMask

# Weights, in relation to the stiffness of a thread of the sheet.
LAYERS = 0.3
BEND = 0.4  # of cloth whose bending stiffness, in the solver's units, equals its tension
SKIN = 0.2
DRAG = 0.02  # of SKIN: what resists points off the skin
HOLD = 0.00005  # of the carried place
GRIP = 0.0005  # of the carried place, where the sheet lies on the skin
PINNED = 100.0  # of the carried place, where something is hooked on

HOOKED = 0.99  # pins from here on are held to the head itself
SPARE = 0.015  # so much less than its design allows a thread is stretched or crumpled as it is carried
STIFF = 20.0  # bending stiffness with which half of a bend is the sheet's own and half the head's
NEAR = 0.004  # m: farther off the skin a point is free of it
LAYER = 0.003  # m: parts of the sheet nearer to one another than this are layers of a fold ...
ON_SHEET = 0.009  # m: ... when they lie farther apart than this on the flat sheet
CLEARANCE = 0.0008  # m
LOOKS = 4  # at the skin
STEPS = 14  # between two looks
MOMENTUM = 0.8  # of one such solution in the next
WIDE = 2  # rings of neighbours that a point lifted off the skin takes along


@dataclass(frozen=True)
class Weave:
    """What a draped sheet of M vertices keeps when it is carried."""

    threads: csr_array  # (E, M) second end less first
    length: Float  # (E,) m
    pull: Float  # (E,) weights
    crumple: Float  # (E,) factor on them for a thread that is pressed together
    layers: csr_array  # (P, M) differences of vertices of layers that lie on one another
    apart: Float  # (P,) m
    off_skin: Float  # (M,) m as draped, at most NEAR
    cling: Float  # (M,) weight of staying as far off the skin as draped
    press: Float  # (M,) weight of the skin's push
    hold: Float  # (M,) weight of the carried place
    bends: csr_array  # (M, M) a vertex less the mean of its neighbours
    bend: Float  # (M,) weights
    curl: Float  # (M, 3) m, the bends as draped
    own: Float  # (M,) share of a bend that is the sheet's own, not the head's
    mean: csr_array  # (M, M) half a vertex, half its neighbours
    solver: SuperLU


def weave(rest: RestMask, draped: Float, skin: Surface) -> Weave:
    """Reads from a mask ``draped`` (M, 3) m over ``skin`` what it keeps elsewhere."""
    count, corners = len(draped), rest.faces
    ends = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    ends = np.unique(np.sort(ends, axis=1), axis=0)
    across = {tuple(pair) for pair in np.sort(corners[::2, [0, 2]], axis=1).tolist()}
    leaning = np.array([tuple(pair) in across for pair in ends.tolist()])
    sheet = np.zeros(count, bool)
    sheet[corners[~np.isin(rest.parts, CORDS)]] = True
    threads = _differences(ends, count)
    length = np.linalg.norm(threads @ draped, axis=1)
    slack = np.linalg.norm(threads @ rest.rest_vertices, axis=1)
    of_sheet = sheet[ends].all(1)
    most = rest.parameters.get("most_stretch", MOST_STRETCH) - SPARE
    length = np.where(of_sheet, np.clip(length, (1 - most) * slack, (1 + most) * slack), length)
    leans = np.where(leaning, rest.parameters["shear"], 1.0)
    pull = np.where(of_sheet, leans, rest.stiffness[ends].min(1))
    crumple = np.where(of_sheet, rest.parameters["compression"], 1.0)
    layers = _differences(_on_one_another(rest, draped, sheet), count)

    off_skin = closest(skin, draped, NEAR).distance
    touch = np.where(sheet, np.clip(1 - off_skin / NEAR, 0, 1) ** 2, 0.0)
    own = rest.bending / (rest.bending + STIFF)
    # A stiff shell that was carried to a broader face slides forward rather than be stretched over it.
    press = np.where(sheet, SKIN * (1 - own) * np.maximum(touch, DRAG), 0.0)
    hold = HOLD + GRIP * (1 - own) ** 2 * touch + np.where(rest.pins > HOOKED, PINNED, 0.0)
    graph = threads.T @ threads
    degree = graph.diagonal()
    bends = csr_array(diags_array(1 / degree) @ graph)
    bend = np.where(sheet, BEND * rest.bending / rest.parameters["tension"], 0.0)
    matrix = (
        threads.T @ diags_array(pull) @ threads
        + LAYERS * (layers.T @ layers)
        + bends.T @ diags_array(bend) @ bends
        + diags_array(hold + press)
    )
    return Weave(
        threads=threads,
        length=length,
        pull=pull,
        crumple=crumple,
        layers=layers,
        apart=np.linalg.norm(layers @ draped, axis=1),
        off_skin=off_skin,
        cling=SKIN * touch * (1 - own),
        press=press,
        hold=hold,
        bends=bends,
        bend=bend,
        curl=bends @ draped,
        own=own,
        mean=csr_array(diags_array(np.ones(count)) - bends / 2),
        solver=splu(csc_array(matrix), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}),
    )


def _on_one_another(rest: RestMask, draped: Float, sheet: NDArray[np.bool_]) -> Int:
    """Pairs (P, 2) of vertices of the sheet that are far apart on the flat pattern and near as draped."""
    flat = np.zeros((len(draped), 2))
    flat[rest.faces.ravel()] = rest.uv.reshape(-1, 2)
    pairs = np.sort(cKDTree(draped).query_pairs(LAYER, output_type="ndarray"), axis=1)
    pairs = pairs[sheet[pairs].all(1)]
    return np.asarray(pairs[np.linalg.norm(flat[pairs[:, 0]] - flat[pairs[:, 1]], axis=1) > ON_SHEET])


def _differences(pairs: Int, count: int) -> csr_array:
    rows = np.arange(len(pairs))
    return csr_array(
        (np.repeat([-1.0, 1.0], len(pairs)), (np.concatenate([rows, rows]), pairs.T.ravel())),
        (len(pairs), count),
    )


def settle(weave: Weave, carried: Float, rotation: Float, skin: Surface) -> Float:
    """Brings a sheet to rest that was carried to ``carried`` (M, 3) m, turned by ``rotation`` (3, 3).

    Threads take their lengths, layers stay apart, what lay on the skin lies on it and nothing inside,
    stiff parts keep their shape; as far as these leave it free, the sheet moves from the carried place as
    a whole and without new bends. Projective dynamics after Bouaziz et al., "Projective dynamics: fusing
    constraint projections for fast simulation", 2014.
    """
    points: Float = carried
    curl = weave.own[:, None] * (weave.curl @ rotation.T)
    threads_back, layers_back, bends_back = (
        csr_array(matrix.T) for matrix in (weave.threads, weave.layers, weave.bends)
    )
    for _ in range(LOOKS):
        seen, normal, level = _ground(skin, points)
        inside = np.where(seen, CLEARANCE - _along(points, normal) + level, 0.0)
        lift = _with_neighbours(weave, np.maximum(inside, 0)[:, None] * normal)
        points, carried = points + lift, carried + lift
        bent = curl + (1 - weave.own)[:, None] * (weave.bends @ carried)
        step: Float = np.zeros_like(points)
        for _ in range(STEPS):
            thread = weave.threads @ points
            lack = weave.length / _lengths(thread) - 1
            pull = weave.pull * np.where(lack > 0, weave.crumple, 1.0)
            force = threads_back @ ((pull * lack)[:, None] * thread)
            gap = weave.layers @ points
            lack = np.maximum(weave.apart / _lengths(gap) - 1, 0)
            force += layers_back @ ((LAYERS * lack)[:, None] * gap)
            force += bends_back @ (weave.bend[:, None] * (bent - weave.bends @ points))
            force += weave.hold[:, None] * (carried - points)
            off = _along(points, normal) - level
            push = np.maximum(weave.cling * (weave.off_skin - off), weave.press * (CLEARANCE - off))
            force += np.where(seen, push, 0.0)[:, None] * normal
            step = np.asarray(weave.solver.solve(force), np.float64) + MOMENTUM * step
            points = points + step
    return points


def _lengths(steps: Float) -> Float:
    return np.asarray(np.maximum(np.linalg.norm(steps, axis=1), 1e-6))


def _along(points: Float, normal: Float) -> Float:
    return np.asarray(np.einsum("nd,nd->n", points, normal))


def _with_neighbours(weave: Weave, push: Float) -> Float:
    """A push (M, 3) m of some points, with their neighbours taken along so that no lump is left."""
    spread: Float = push
    for _ in range(WIDE):
        spread = np.asarray(weave.mean @ spread)
    longer = np.linalg.norm(push, axis=1) > np.linalg.norm(spread, axis=1)
    return np.asarray(np.where(longer[:, None], push, spread))


def _ground(skin: Surface, points: Float) -> tuple[NDArray[np.bool_], Float, Float]:
    """Planes of the skin under points (N, 3) m: whether it is near, normals (N, 3), levels (N,) m."""
    away, piece = skin.tree.query(points, distance_upper_bound=2 * NEAR + PIECE)
    seen = np.isfinite(away)
    owner = skin.owner[np.where(seen, piece, 0)]
    normal = skin.normals[owner]
    return seen, normal, _along(skin.corners[owner, 0], normal)
