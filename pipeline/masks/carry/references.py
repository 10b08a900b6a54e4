"""The heads on which the bank's drapes lie, and which of them is most like another head."""

from __future__ import annotations

from functools import cache

import numpy as np

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.carry.field import face_skin, similarity
from pipeline.masks.design.design import Design
from pipeline.masks.size import choose_size, face_arc, faces_of
from pipeline.records import Float, Int

SHAPES: tuple[tuple[float, float], ...] = ((0.0, 0.0), (0.0, 0.5), (-1.3, 0.0))
"""Coefficient of the first identity mode, in standard deviations, and how far the jaw is open: the mean
head, the same with its mouth open, a long one."""

INSIDE = (1.03, 0.95)  # lower and upper end of a size's range of faces, a little inside it


def reference_head(design: Design, size: str, shape: int) -> Float:
    """Vertices (V, 3) m, head frame, of SHAPES[shape], scaled where it would not be given this ``size``."""
    vertices, arc = _life_size(shape)
    if choose_size(design, arc) == size:
        return vertices
    low, high = (limit / 1000 for limit in faces_of(design, size))
    least, most = low * INSIDE[0], high * INSIDE[1]
    middle = (low + high) / 2
    return np.asarray(vertices * (float(np.clip(arc, least, most)) if least < most else middle) / arc)


def nearest_shape(design: Design, size: str, head_vertices: Float) -> int:
    """Index into SHAPES of the head whose lower face differs least from ``head_vertices`` (V, 3) m."""
    heads = (reference_head(design, size, shape) for shape in range(len(SHAPES)))
    return int(np.argmin([_difference(one, head_vertices) for one in heads]))


@cache
def _life_size(shape: int) -> tuple[Float, float]:
    """Vertices (V, 3) m of SHAPES[shape] as the head model has it, and the length of its face, m."""
    head = load_head()
    mode, jaw = SHAPES[shape]
    expression = np.zeros(len(head.expression_names))
    expression[head.expression_names.index("jawOpen")] = jaw
    vertices = head.shape(mode * np.eye(1, len(head.identity_basis))[0], expression)
    return vertices, face_arc(vertices, face_points(vertices))


def _difference(one: Float, other: Float) -> float:
    """Root mean square distance, m, between the lower faces of two heads laid on one another."""
    ids = _lower_face()
    weight = np.full(len(ids), 1 / len(ids))
    a, b = one[ids] - one[ids].mean(0), other[ids] - other[ids].mean(0)
    _, rotation, _ = similarity(a, b, weight)
    return float(np.sqrt(((a @ rotation.T - b) ** 2).sum(1).mean()))


@cache
def _lower_face() -> Int:
    head = load_head()
    points, ids = face_points(head.mean), face_skin()
    at = head.mean[ids]
    low = (at[:, 1] < points.pupils[:, 1].mean()) & (at[:, 1] > points.menton[1] - 0.03)
    return np.asarray(ids[low & (at[:, 2] > points.tragions[:, 2].mean())])
