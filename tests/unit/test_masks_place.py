"""Masks laid in front of heads of the model, and strings laid around simple bodies."""

import numpy as np
import pytest

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.design.design import Design
from pipeline.masks.finish import lift
from pipeline.masks.library import load_design
from pipeline.masks.loops import sweep, taut
from pipeline.masks.pattern.grid import grid_faces, grid_ids
from pipeline.masks.place.place import place_mask
from pipeline.masks.proximity import closest, prepare
from pipeline.masks.refine import corner_grid, refine, refine_sheet
from pipeline.masks.size import choose_size, face_arc
from pipeline.records import PARTS, Patch, Rejected

DOWN = np.array([0.0, -1.0, 0.0])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_start_lies_outside_the_head_and_at_the_bridge(seed):
    head = load_head()
    rng = np.random.default_rng(seed)
    vertices = head.shape(rng.normal(size=80), np.zeros(43))
    rest = place_mask(load_design("surgical"), vertices, DOWN, "correct", rng)
    sheet = np.unique(rest.faces[rest.parts != PARTS.index("loop")])
    assert closest(prepare(vertices, head.collider_faces), rest.start_vertices[sheet]).distance.min() > 0.001
    points = face_points(vertices)
    top, bottom = rest.start_vertices[sheet, 1].max(), rest.start_vertices[sheet, 1].min()
    assert points.nose_tip[1] < top < points.pupils[:, 1].max()
    assert bottom < points.menton[1]
    ends = np.concatenate([rest.faces[:, [0, 1]], rest.faces[:, [1, 2]]])[np.tile(rest.parts != 4, 2)]

    def length(shape):
        return np.linalg.norm(shape[ends[:, 0]] - shape[ends[:, 1]], axis=1)

    assert np.median(np.abs(length(rest.start_vertices) / length(rest.rest_vertices) - 1)) < 0.08


def test_placing_is_reproducible_and_refuses_unknown_wearing():
    design, mean = load_design("surgical"), load_head().mean
    first, second = (place_mask(design, mean, DOWN, "correct", np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first.start_vertices, second.start_vertices)
    assert first.parameters == second.parameters
    with pytest.raises(Rejected, match="correct"):
        place_mask(design, mean, DOWN, "upside down", np.random.default_rng(5))


def test_size_follows_the_face():
    design, mean = load_design("surgical"), load_head().mean
    arc = face_arc(mean, face_points(mean))
    assert 0.24 < arc < 0.32  # adults measure 270 to 300 mm
    assert choose_size(design, arc) == "L"
    assert choose_size(design, face_arc(0.75 * mean, face_points(0.75 * mean))) in ("S", "M")
    assert isinstance(design, Design)


def sphere(radius, steps=48):
    lat, lon = np.meshgrid(
        np.linspace(0, np.pi, steps), np.linspace(0, 2 * np.pi, 2 * steps)[:-1], indexing="ij"
    )
    points = radius * np.stack(
        [np.sin(lat) * np.cos(lon), np.sin(lat) * np.sin(lon), np.cos(lat)], -1
    ).reshape(-1, 3)
    index = np.arange(len(points)).reshape(lat.shape)
    a, b, c, d = index[:-1], index[1:], np.roll(index, -1, 1)[1:], np.roll(index, -1, 1)[:-1]
    return points, np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).reshape(-1, 3).astype(
        np.int32
    )


def test_a_taut_string_follows_the_great_circle():
    skin = prepare(*sphere(0.05))
    angle = np.linspace(0, np.pi / 2, 30)
    wavy = 0.055 * np.stack([np.cos(angle), np.sin(angle), 0.08 * np.sin(6 * angle)], -1)
    wavy[[0, -1]] *= (0.051 / np.linalg.norm(wavy[[0, -1]], axis=1))[:, None]
    line = taut(wavy, 1, skin, 0.001)
    assert closest(skin, line).distance.min() > 0.0009
    length = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
    assert length == pytest.approx(0.051 * np.pi / 2, rel=0.04)
    cord = sweep(line, line / np.linalg.norm(line, axis=1, keepdims=True), 0.003, 0.0015)
    a, b, c = (cord.vertices[cord.faces[:, k]] for k in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    # an octagon inside the ellipse has 0.9 of its area
    assert volume == pytest.approx(0.9 * length * np.pi / 4 * 0.003 * 0.0015, rel=0.05)


def test_refining_reproduces_smooth_sheets_and_keeps_creases():
    u, v = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 11))
    fine = refine(np.stack([u, v, u**2 + u * v], -1), np.array([0, 10], np.int32))
    np.testing.assert_allclose(fine[..., 2], fine[..., 0] ** 2 + fine[..., 0] * fine[..., 1], atol=1e-12)
    fold = refine(np.stack([u, v, np.abs(v - 0.5)], -1), np.array([0, 5, 10], np.int32))
    np.testing.assert_allclose(fold[..., 2], np.abs(fold[..., 1] - 0.5), atol=1e-12)


def test_lifting_clears_the_skin_without_lumps():
    skin = prepare(*sphere(0.05))
    x, y = np.meshgrid(np.linspace(-0.03, 0.03, 41), np.linspace(-0.03, 0.03, 41))
    grid = np.stack([x, y, np.sqrt(0.0508**2 - x**2 - y**2)], -1)
    grid[20, 20, 2] -= 0.0012
    points = grid.reshape(-1, 3)
    lifted = lift(points, grid_faces(grid_ids(41, 41)), skin, 0.0006)
    assert closest(skin, lifted).distance.min() > 0.0005
    assert np.linalg.norm(lifted - points, axis=1).max() < 0.0012


def test_patches_stay_sewn_when_they_are_refined():
    """Two patches that share a column: no edge of the fine sheet is open but its outline."""
    left = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]], np.int32)
    right = np.array([[2, 12], [5, 13], [8, 14], [11, 15]], np.int32)
    points = np.random.default_rng(1).normal(size=(16, 3))
    rows, flat = np.array([0, 3], np.int32), np.zeros((4, 3))
    patches = (Patch(left, rows, flat), Patch(right, rows, flat[:, :2]))
    uv = np.concatenate([points[grid_faces(patch.ids)][..., :2] for patch in patches])
    fine = refine_sheet(points, tuple(points[p.ids] for p in patches), patches, uv, np.ones(18, np.uint8))
    assert len(fine.vertices) == 7 * 5 + 7 * 3 - 7
    np.testing.assert_array_equal(fine.vertices[:16], points)
    ends = np.sort(
        np.concatenate([fine.faces[:, [0, 1]], fine.faces[:, [1, 2]], fine.faces[:, [2, 0]]]), axis=1
    )
    _, shared = np.unique(ends, axis=0, return_counts=True)
    assert shared.max() == 2 and (shared == 1).sum() == 2 * (6 + 6)
    np.testing.assert_array_equal(corner_grid(uv[:12], 4, 3), points[left][..., :2])
