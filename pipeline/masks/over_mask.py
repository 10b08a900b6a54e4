"""A head on which a mask is worn already, as a second mask over it feels it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    gaussian_filter,
    grey_closing,
    grey_erosion,
    map_coordinates,
    maximum_filter,
    minimum_filter,
)

from pipeline.masks.anatomy import face_points
from pipeline.masks.checks import measure
from pipeline.masks.collider import Collider, Ground, head_collider
from pipeline.masks.finish import CLEARANCE, REACH
from pipeline.masks.pattern.grid import grid_faces, grid_ids
from pipeline.masks.proximity import Surface, closest, prepare
from pipeline.records import CORDS, Float, Int, WornMask

STEP = 0.008  # of the map of directions: about 1.4 mm on the sheet
FINE = 0.0007  # m between the points that a surface is read at
EVERY = 3  # steps between the vertices of the surface
FOLD = 13  # steps: folds narrower than this are spanned
SOFT = 2.0  # steps over which what is left of them is rounded off
SUNK = 0.0007  # m below the skin where the surface ends
RIM = 2 * EVERY  # steps that it reaches beyond the sheet
FREE = 0.0015  # m off the skin that no pressure takes away
STIFF = 20.0  # bending stiffness, in the solver's units, with which half of what is more stays
SLOPE = 0.0005  # m a step that a mask rises beside the edge of one that presses on it
BESIDE = 16  # steps over which it does
NOWHERE = 10.0  # m
ROUNDS = 3  # of moving a pressed mask off the skin
BORDER = 0.0005  # m beside a sheet, where it still hides a cord
BEHIND = -0.03  # m before the point from which all is seen: what lies farther back is not seen
DEPTH = 0.02  # m from the ears forward to the point from which all is seen


@dataclass(frozen=True)
class _View:
    """Stereographic map of the directions from a point in the jaw, about forward and down."""

    eye: Float  # (3,) m
    axes: Float  # (3, 3), columns
    low: Float  # (2,) coordinates of its first cell
    size: tuple[int, int]

    def see(self, points: Float) -> tuple[Float, Float]:
        """Places (N, 2) in cells and distances (N,) m of points (N, 3) m."""
        own = (points - self.eye) @ self.axes
        far = np.linalg.norm(own, axis=1)
        return (own[:, :2] / np.maximum(far + own[:, 2], 1e-4)[:, None] - self.low) / STEP, far

    def point(self, place: Float, far: Float) -> Float:
        """Points (N, 3) m at places (N, 2) and distances (N,) m."""
        at = self.low + place * STEP
        square = (at**2).sum(1, keepdims=True)
        return np.asarray(
            self.eye + far[:, None] * (np.concatenate([2 * at, 1 - square], 1) / (1 + square)) @ self.axes.T
        )


def over_mask(head_vertices: Float, worn: WornMask) -> Ground:
    """What a mask over the mask ``worn`` lies on.

    ``head_vertices`` (V, 3) m, head frame, order of the head model; ``worn.parameters`` must hold
    ``thickest_m``, the most that its sheet may measure. Seen from a point in the jaw every direction has one
    distance: what the sheet spans is filled, and its pleats are, as cloth over them does not fall in.
    """
    collider = head_collider(head_vertices)
    sheet = worn.vertices[worn.faces[~np.isin(worn.parts, CORDS)]]
    view = _look_at(head_vertices, sheet)
    read = maximum_filter(_farthest(view, sheet), size=3)
    there = read > 0
    skin = _farthest(view, collider.vertices[collider.faces])
    skin = np.where(skin > 0, skin, maximum_filter(skin, size=5))
    skin = np.where(there, gaussian_filter(skin, SOFT), skin)
    off = np.maximum(_smooth(read, there) - skin, 0.0)
    off = off - (1 - _firmness(worn)) * np.maximum(off - FREE, 0.0)
    mask = np.where(there, skin + off + worn.parameters["thickest_m"] / 2, 0.0)
    level = np.maximum(mask, minimum_filter(skin, size=2 * EVERY + 1) - SUNK)
    near = maximum_filter(there, size=2 * RIM + 1)

    rows, columns = (np.arange(0, count, EVERY) for count in view.size)
    place = np.stack(np.meshgrid(rows, columns, indexing="ij"), -1)
    points = view.point(place.reshape(-1, 2).astype(float), level[place[..., 0], place[..., 1]].ravel())
    faces = grid_faces(grid_ids(rows.size, columns.size))
    faces = faces[near[place[..., 0], place[..., 1]].ravel()[faces].all(1)]
    faces = faces[:, ::-1] if _inwards(points, faces, view.eye) else faces
    used, index = np.unique(faces, return_inverse=True)

    below = _raised(view, mask, collider.vertices) > 1
    left = collider.faces[~below[collider.faces].all(1)]
    count = np.int32(len(collider.vertices))
    return Ground(
        view.eye + _raised(view, mask, head_vertices)[:, None] * (head_vertices - view.eye),
        Collider(
            np.concatenate([collider.vertices, points[used]]),
            np.concatenate([left, index.reshape(-1, 3).astype(np.int32) + count]),
        ),
    )


def _raised(view: _View, level: Float, points: Float) -> Float:
    """(N,) times as far from the eye as ``points`` (N, 3) m lies what of ``level`` is not below them."""
    at, far = view.see(points)
    return np.asarray(np.maximum(map_coordinates(level, at.T, order=0, cval=0.0), far) / far)


def put_under(outer: WornMask, inner: WornMask, head_vertices: Float) -> WornMask:
    """``outer`` with ``inner`` under it, which is pressed to the face where the outer one would be in it.

    ``head_vertices`` (V, 3) m as for `over_mask`. The checks of the inner mask are measured again.
    """
    pressing = outer.vertices[outer.faces]
    view = _look_at(head_vertices, np.concatenate([pressing, inner.vertices[inner.faces]]))
    level = _nearest(view, pressing)
    layers = (outer.parameters["thickest_m"] + inner.parameters["thickest_m"]) / 2
    off = np.hypot(*np.mgrid[-BESIDE : BESIDE + 1, -BESIDE : BESIDE + 1])
    level = grey_erosion(level, structure=-SLOPE * off)
    collider = head_collider(head_vertices)
    skin = prepare(collider.vertices, collider.faces)
    floor = _farthest(view, collider.vertices[collider.faces])
    at, far = view.see(inner.vertices)
    most = map_coordinates(level, at.T, order=1, cval=np.inf) - layers
    most = np.maximum(most, map_coordinates(floor, at.T, order=0) - REACH / 2)
    points = view.eye + np.minimum(most / far, 1.0)[:, None] * (inner.vertices - view.eye)
    vertices = np.where((most < far)[:, None], points, inner.vertices)
    vertices = _off_skin(vertices, inner.faces[(most < far)[inner.faces].any(1)], skin)
    cords = np.unique(inner.faces[np.isin(inner.parts, CORDS)])
    vertices[cords] = _behind(outer, inner.vertices[cords], outer.parameters["thickest_m"])
    pressed = replace(inner, vertices=vertices)
    pressed = replace(pressed, checks={**inner.checks, **measure(pressed, skin)})
    return replace(outer, under=pressed)


def _off_skin(vertices: Float, faces: Int, skin: Surface) -> Float:
    """``vertices`` (N, 3) m, with corners and middles of ``faces`` (F, 3) moved out of the skin."""
    vertices, used = vertices.copy(), np.unique(faces)
    for _ in range(ROUNDS):
        near = closest(skin, vertices[used], REACH)
        vertices[used] += np.maximum(CLEARANCE - near.distance, 0)[:, None] * near.normal
        near = closest(skin, vertices[faces].mean(1), REACH)
        lack = np.maximum(CLEARANCE / 2 - near.distance, 0)
        push, share = np.zeros_like(vertices), np.zeros(len(vertices))
        np.add.at(push, faces.ravel(), np.repeat(lack[:, None] * near.normal, 3, axis=0))
        np.add.at(share, faces.ravel(), np.repeat(lack > 0, 3))
        vertices += push / np.maximum(share, 1)[:, None]
    return vertices


def _behind(outer: WornMask, points: Float, gap: float) -> Float:
    """``points`` (N, 3) m of cords, ``gap`` m behind the sheet of ``outer`` where they would come through."""
    sheet = outer.faces[~np.isin(outer.parts, CORDS)]
    near = closest(prepare(outer.vertices, sheet), points, REACH)
    before = np.einsum("nd,nd->n", points - near.point, near.normal)
    beside = np.sqrt(np.maximum(near.distance**2 - before**2, 0))
    push = np.where((near.face >= 0) & (beside < BORDER), np.maximum(before + gap, 0), 0.0)
    return points - push[:, None] * near.normal


def _firmness(worn: WornMask) -> float:
    """How much of what the mask stands off the skin is left when another one presses on it, 0..1."""
    bending = worn.parameters["bending"]
    return bending / (bending + STIFF)


def _look_at(head_vertices: Float, sheet: Float) -> _View:
    points = face_points(head_vertices)
    eye = points.pupils.mean(0)
    eye[1] = (points.nose_base[1] + points.menton[1]) / 2
    eye[2] = points.tragions[:, 2].mean() + DEPTH
    ahead, side = np.array([0.0, -0.5, np.sqrt(0.75)]), np.array([1.0, 0.0, 0.0])
    view = _View(eye, np.stack([side, np.cross(ahead, side), ahead], -1), np.zeros(2), (1, 1))
    place, _ = view.see(sheet.reshape(-1, 3))
    room = RIM + EVERY + 2
    low = (np.floor(place.min(0)) - room) * STEP
    size = np.ceil(place.max(0)).astype(int) + room - np.round(low / STEP).astype(int)
    return _View(eye, view.axes, low, (int(size[0]), int(size[1])))


def _farthest(view: _View, corners: Float) -> Float:
    """Distance (m) of the farthest point of triangles (F, 3, 3) in each cell; 0 where there is none."""
    cell, far = _cells(view, corners)
    found = np.zeros(view.size)
    np.maximum.at(found, (cell[:, 0], cell[:, 1]), far)
    return found


def _nearest(view: _View, corners: Float) -> Float:
    """The same of the nearest point; NOWHERE where there is none."""
    cell, far = _cells(view, corners)
    found = np.full(view.size, NOWHERE)
    np.minimum.at(found, (cell[:, 0], cell[:, 1]), far)
    return found


def _cells(view: _View, corners: Float) -> tuple[Int, Float]:
    """Cells (N, 2) and distances (N,) m of points all over triangles (F, 3, 3), where they lie on the map."""
    place, _ = view.see(corners.reshape(-1, 3))
    place = place.reshape(-1, 3, 2)
    inside = (place.max(1) > 0).all(1) & (place.min(1) < np.array(view.size) - 1).all(1)
    ahead = ((corners - view.eye) @ view.axes[:, 2] > BEHIND).all(1)
    place, far = view.see(_sprinkle(corners[inside & ahead]))
    cell = np.round(place).astype(np.int32)
    good = ((cell >= 0) & (cell < np.array(view.size))).all(1)
    return cell[good], far[good]


def _smooth(height: Float, there: NDArray[np.bool_]) -> Float:
    shut = np.where(there, np.maximum(grey_closing(height, size=(FOLD, FOLD)), height), 0.0)
    share = gaussian_filter(there.astype(float), SOFT)
    return np.asarray(gaussian_filter(shut, SOFT) / np.maximum(share, 1e-3) * there)


def _sprinkle(corners: Float) -> Float:
    """Points (P, 3) all over triangles (F, 3, 3), at most about FINE apart."""
    longest = np.linalg.norm(corners - np.roll(corners, -1, 1), axis=2).max(1)
    steps = np.maximum(np.ceil(longest / FINE).astype(int), 1)
    found = [np.zeros((0, 3))]
    for count in np.unique(steps):
        a, b = np.meshgrid(np.arange(count + 1), np.arange(count + 1))
        keep = a + b <= count
        weights = np.stack([a[keep], b[keep], count - a[keep] - b[keep]], -1) / count
        found.append(np.einsum("wk,fkd->fwd", weights, corners[steps == count]).reshape(-1, 3))
    return np.concatenate(found)


def _inwards(points: Float, faces: Int, eye: Float) -> bool:
    corner = points[faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    return bool(np.einsum("fd,fd->f", normal, corner[:, 0] - eye).sum() < 0)
