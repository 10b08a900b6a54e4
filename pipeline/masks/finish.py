"""Turns a draped RestMask into the mask that is rendered: smooth, off the skin, with its cords."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import sparse

from pipeline.masks.cords import lace
from pipeline.masks.hardware import add_valve, flatten_seat
from pipeline.masks.layers import order_layers
from pipeline.masks.pattern.grid import quads_of, sides_of
from pipeline.masks.press import press
from pipeline.masks.proximity import Surface, closest
from pipeline.masks.refine import refine_chain, refine_sheet
from pipeline.records import Float, Int, Patch, RestMask, WornMask

CLEARANCE = 0.0006  # m between the sheet's middle surface and the skin, so that its thickness stays outside
MOST_APART = 0.0008  # m: thick cloth is pressed together where it is folded
REACH = 0.004  # m: no draped point is farther inside the head


def finish_mask(rest: RestMask, draped: Float, skin: Surface) -> WornMask:
    """The worn mask, not yet checked. ``draped`` (M, 3) m, head frame, on ``skin``."""
    inner = 1 + max(int(patch.ids.max()) for patch in rest.patches)
    draped = np.concatenate([press(draped[:inner], skin), draped[inner:]])
    grids = tuple(part_layers(draped[patch.ids], patch) for patch in rest.patches)
    for patch, grid in zip(rest.patches, grids, strict=True):
        draped[patch.ids] = grid
    fine = refine_sheet(draped[:inner], grids, rest.patches, rest.uv, rest.parts)
    vertices = fine.vertices
    for hardware in rest.hardware:
        vertices = flatten_seat(hardware, vertices, fine.faces, fine.uv)
    vertices = lift(vertices, fine.faces, skin, CLEARANCE)
    for patch, ids in zip(rest.patches, fine.grids, strict=True):
        if patch.apart.any():
            gap = min(rest.parameters["thickest_m"], MOST_APART)
            vertices[ids] = order_layers(vertices[ids], 2 * patch.creases, gap)
            # the innermost may have been pushed into the skin
            vertices = lift(vertices, fine.faces, skin, CLEARANCE / 2)
    points, faces, maps, parts = [vertices], [fine.faces], [fine.uv], [fine.parts]
    count = len(vertices)
    for fastener in rest.fasteners:
        cord = lace(fastener, draped, skin)
        points.append(cord.vertices)
        faces.append(cord.faces + np.int32(count))
        maps.append(cord.uv[cord.faces])
        parts.append(np.full(len(cord.faces), fastener.part, np.uint8))
        count += len(cord.vertices)
    for hardware in rest.hardware:
        piece = add_valve(hardware, vertices, fine.faces, fine.uv)
        points.append(piece.vertices)
        faces.append(piece.faces + np.int32(count))
        maps.append(piece.uv)
        parts.append(np.full(len(piece.faces), piece.part, np.uint8))
        count += len(piece.vertices)
    return WornMask(
        design=rest.design,
        size=rest.size,
        wearing=rest.wearing,
        parameters=rest.parameters,
        vertices=np.concatenate(points),
        faces=np.concatenate(faces),
        uv=np.concatenate(maps),
        parts=np.concatenate(parts),
        upper_edge=refine_chain(rest.upper_edge, fine.edges),
        lower_edge=refine_chain(rest.lower_edge, fine.edges),
        checks={},
    )


def part_layers(grid: Float, patch: Patch) -> Float:
    """Moves the points of a draped patch (R, C, 3) outwards from its own surface by ``patch.apart``."""
    columns = np.flatnonzero(patch.apart.any(0))
    if not columns.size:
        return grid
    outward = _outward(grid, patch.creases)
    grid = grid.copy()
    grid[:, columns] += patch.apart[:, columns, None] * outward[:, columns]
    return grid


def _outward(grid: Float, creases: Int) -> Float:
    """Unit normals (R, C, 3) of a knife-pleated grid, away from the face: every second block between two
    creases is folded over and looks the other way."""
    across = np.gradient(grid, axis=1)
    total = np.zeros_like(grid)
    for number, (first, last) in enumerate(pairwise(creases.tolist())):
        rows = slice(first, last + 1)
        total[rows] += (-1) ** number * np.cross(np.gradient(grid[rows], axis=0), across[rows])
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=-1, keepdims=True), 1e-12))


def lift(vertices: Float, faces: Int, skin: Surface, clearance: float, rounds: int = 3) -> Float:
    """Moves vertices (N, 3) of quads, whose halves are ``faces``, that are nearer than ``clearance`` m to
    the skin, or inside it, outwards; the neighbours go along so that no lump is left."""
    spreading = _spreading(len(vertices), faces)
    for _ in range(rounds):
        near = closest(skin, vertices, REACH)
        lack = np.maximum(clearance - near.distance, 0)
        if not lack.any():
            break
        push = lack[:, None] * near.normal
        spread = spreading @ (spreading @ push)
        longer = np.linalg.norm(push, axis=1, keepdims=True) > np.linalg.norm(spread, axis=1, keepdims=True)
        vertices = vertices + np.where(longer, push, spread)
    return vertices


def _spreading(count: int, faces: Int) -> sparse.csr_array:
    """Weights (N, N) of a vertex and its four neighbours along the rows and columns."""
    ends = sides_of(quads_of(faces))
    ends = np.concatenate([ends, ends[:, ::-1]])
    joined = sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    degree: Float = np.asarray(joined.sum(axis=1)).ravel()
    own = 2 + np.maximum(4 - degree, 0)
    return sparse.csr_array(sparse.diags_array(1 / (own + degree)) @ (joined + sparse.diags_array(own)))
