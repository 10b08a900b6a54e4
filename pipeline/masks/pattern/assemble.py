"""The shape in space that a sewn mask takes: its panels bend, but do not stretch."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from pipeline.masks.design.panels import Panels
from pipeline.masks.pattern.outline import free_line
from pipeline.masks.pattern.panels import FlatPanel
from pipeline.masks.pattern.sew import Sewn, edge_of
from pipeline.records import Float, Int

FACE_RADIUS = 0.075  # m: the first guess is bent around a face this round
BENDING = (0.6, 0.25, 0.1, 0.04, 0.015)  # weight of smoothness against strain, from guess to result
ROUNDS = 10  # Gauss-Newton steps at each of them
HELD = 0.004  # m off the distances the mask is held open at count as much as all of a thread's length


def assemble(cut: Panels, flat: Mapping[str, FlatPanel], sewn: Sewn) -> tuple[Float, Float]:
    """Vertices (N, 3) m of the sewn half and the strain (E,) left in its links.

    x to the wearer's left, y up, z away from the face; the middles of the upper and the lower edge lie at
    z = 0. Least squares over the strain of all threads and diagonals, the distances at which the mask is
    held open, and, weakly, curvature, by damped Gauss-Newton steps (Levenberg, 1944).
    """
    shape = _first_guess(cut, flat, sewn)
    top, bottom, tip, low_tip = _handles(cut, sewn)
    gauge = [(top, 1), (top, 2), (bottom, 2)]
    free = np.ones((sewn.count, 3), bool)
    free[sewn.middle, 0] = False
    for vertex, axis in gauge:
        free[vertex, axis] = False
    shape = _upright(shape, top, bottom)
    shape[~free] = 0.0
    wanted = []
    if cut.opened.width_mm is not None:
        wanted.append((tip, 0, cut.opened.width_mm / 2000))
    if cut.opened.lower_width_mm is not None:
        wanted.append((low_tip, 0, cut.opened.lower_width_mm / 2000))
    if cut.opened.height_mm is not None:
        wanted.append((bottom, 1, -cut.opened.height_mm / 1000))
    columns = np.full(free.shape, -1)
    columns[free] = np.arange(free.sum())
    for weight in BENDING:
        shape = _relax(shape, sewn, wanted, weight, free, columns)
    return shape, _strain(shape, sewn)


def _upright(shape: Float, top: int, bottom: int) -> Float:
    """Moved and turned about the x axis: ``top`` at the origin, ``bottom`` straight below it."""
    shape = shape - shape[top] * np.array([0.0, 1.0, 1.0])
    y, z = shape[bottom, 1:]
    cosine, sine = -y / np.hypot(y, z), -z / np.hypot(y, z)
    return np.asarray(shape @ np.array([[1.0, 0, 0], [0, cosine, sine], [0, -sine, cosine]]).T)


def _handles(cut: Panels, sewn: Sewn) -> tuple[int, int, int, int]:
    """Vertices: the middles of the upper and the lower edge, and their outer ends."""
    upper, lower = free_line(cut, sewn, "top"), free_line(cut, sewn, "bottom")
    return int(upper[0]), int(lower[0]), int(upper[-1]), int(lower[-1])


def _strain(shape: Float, sewn: Sewn) -> Float:
    a, b = sewn.links.T
    return np.asarray(np.linalg.norm(shape[a] - shape[b], axis=1) / sewn.lengths - 1)


def _relax(
    shape: Float,
    sewn: Sewn,
    wanted: list[tuple[int, int, float]],
    weight: float,
    free: NDArray[np.bool_],
    columns: Int,
) -> Float:
    """Levenberg steps at one weight of the bending."""
    linear = _linear(sewn, wanted, weight, columns, int(free.sum()))
    a, b = sewn.links.T
    damping = 1e-4

    def residuals(x: Float) -> tuple[Float, Float, Float]:
        p = shape.copy()
        p[free] = x
        away = p[a] - p[b]
        long = np.linalg.norm(away, axis=1)
        smooth = linear[0] @ x - linear[1]
        return (long / sewn.lengths - 1), away / long[:, None] / sewn.lengths[:, None], smooth

    x = shape[free]
    strain, slope, smooth = residuals(x)
    cost = strain @ strain + smooth @ smooth
    rows = np.repeat(np.arange(len(a)), 3)
    axis = np.tile(np.arange(3), len(a))
    for _ in range(ROUNDS):
        entries = np.concatenate([slope.ravel(), -slope.ravel()])
        into = np.concatenate([columns[a[rows], axis], columns[b[rows], axis]])
        kept = into >= 0
        jacobian = sparse.vstack(
            [
                sparse.csr_array(
                    (entries[kept], (np.concatenate([rows, rows])[kept], into[kept])), shape=(len(a), x.size)
                ),
                linear[0],
            ]
        )
        gradient = jacobian.T @ np.concatenate([strain, smooth])
        normal = sparse.csc_array(jacobian.T @ jacobian)
        scale = normal.diagonal().mean()
        for _ in range(6):
            step = splu(normal + damping * scale * sparse.eye_array(x.size, format="csc")).solve(-gradient)
            trial = residuals(x + step)
            now = trial[0] @ trial[0] + trial[2] @ trial[2]
            if now < cost:
                break
            damping *= 10
        else:
            break
        gain = (cost - now) / cost
        x, (strain, slope, smooth), cost = x + step, trial, now
        damping = max(damping / 5, 1e-9)
        if gain < 1e-4:
            break
    shape = shape.copy()
    shape[free] = x
    return shape


def _linear(
    sewn: Sewn, wanted: list[tuple[int, int, float]], weight: float, columns: Int, size: int
) -> tuple[sparse.csr_array, Float]:
    """Residuals that are linear in the unknowns, matrix and right side: changes of direction along
    threads, also over the middle fold, and the distances at which the mask is held open."""
    row, col, value, right = [], [], [], []
    count = 0
    a, b, c = sewn.smooth.T
    for axis in range(3):
        number = count + np.arange(len(a))
        for vertex, factor in (
            (a, 1 / sewn.steps[:, 0]),
            (b, -1 / sewn.steps[:, 0] - 1 / sewn.steps[:, 1]),
            (c, 1 / sewn.steps[:, 1]),
        ):
            row.append(number)
            col.append(columns[vertex, axis])
            value.append(weight * factor)
        count += len(a)
        right.append(np.zeros(len(a)))
    near, beside = sewn.across.T
    for axis in (1, 2):
        number = count + np.arange(len(near))
        for vertex, sign in ((near, -2.0), (beside, 2.0)):
            row.append(number)
            col.append(columns[vertex, axis])
            value.append(np.full(len(near), sign * weight / 0.0046))
        count += len(near)
        right.append(np.zeros(len(near)))
    for vertex, axis, target in wanted:
        row.append(np.array([count]))
        col.append(columns[vertex, axis][None])
        value.append(np.array([1 / HELD]))
        right.append(np.array([target / HELD]))
        count += 1
    rows, cols, values = np.concatenate(row), np.concatenate(col), np.concatenate(value)
    kept = cols >= 0
    matrix = sparse.csr_array((values[kept], (rows[kept], cols[kept])), shape=(count, size))
    return matrix, np.concatenate(right)


def _first_guess(cut: Panels, flat: Mapping[str, FlatPanel], sewn: Sewn) -> Float:
    """Every panel bent around a cylinder and leaning as the design says, put together at the seams."""
    laid = {
        name: _bent(
            panel.grid,
            np.radians(cut.panels[name].leans_degrees),
            bool(np.isin(sewn.ids[name][:, 0], sewn.middle).all()),
        )
        for name, panel in flat.items()
    }
    done = [next(iter(flat))]
    while len(done) < len(flat):
        for seam in cut.seams:
            names = [edge.split(".")[0] for edge in seam.sews]
            if (names[0] in done) == (names[1] in done):
                continue
            old, new = seam.sews if names[0] in done else seam.sews[::-1]
            here = edge_of(laid[old.split(".")[0]], old.split(".")[1])
            there = edge_of(laid[new.split(".")[0]], new.split(".")[1])
            move = (here - (there[::-1] if seam.turned else there)).mean(0)
            move[0] = 0.0
            laid[new.split(".")[0]] = laid[new.split(".")[0]] + move
            done.append(new.split(".")[0])
            break
        else:
            break
    total, times = np.zeros((sewn.count, 3)), np.zeros(sewn.count)
    for name, points in laid.items():
        np.add.at(total, sewn.ids[name].ravel(), points.reshape(-1, 3))
        np.add.at(times, sewn.ids[name].ravel(), 1)
    return np.asarray(total / times[:, None])


def _bent(grid: Float, lean: float, middle: bool) -> Float:
    """(R, C, 3): around a vertical cylinder, then leaned back; an inner edge that belongs in the ``middle``
    is brought there."""
    out = -grid[:, :1, 0] * middle  # what bulges over the middle stands out in front
    turn = (grid[..., 0] + out) / FACE_RADIUS
    forward = out + FACE_RADIUS * (np.cos(np.minimum(turn, 1.2)) - 1)
    across = FACE_RADIUS * np.sin(np.minimum(turn, 1.2)) + 0.4 * FACE_RADIUS * np.maximum(turn - 1.2, 0)
    forward = forward - 0.9 * FACE_RADIUS * np.maximum(turn - 1.2, 0)
    up = grid[..., 1]
    return np.stack(
        [across, up * np.cos(lean) + forward * np.sin(lean), forward * np.cos(lean) - up * np.sin(lean)], -1
    )
