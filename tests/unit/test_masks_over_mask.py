"""A mask over another: what it lies on, and the one below pressed to the face."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pipeline.head.model import load_head
from pipeline.masks.collider import head_collider
from pipeline.masks.library import design_names, load_design
from pipeline.masks.over_mask import FREE, over_mask, put_under
from pipeline.masks.proximity import closest, prepare
from pipeline.records import PARTS, WornMask

THICK = 0.001
SIDE = 45


def a_mask(head, off, bending=4.0, reach=0.7):
    """A cap ``off`` m outside the lower face, which it follows."""
    middle = np.array([0.0, -0.08, -0.035])
    side, down = np.meshgrid(np.linspace(-reach, reach, SIDE), np.linspace(0.05, 0.9, SIDE))
    away = Rotation.from_euler("XY", np.stack([down.ravel(), side.ravel()], -1)).apply([0.0, 0.0, 1.0])
    collider = head_collider(head)
    skin = prepare(collider.vertices, collider.faces)
    near, far = np.zeros(len(away)), np.full(len(away), 0.2)
    for _ in range(16):  # of a ray, where it leaves the head
        half = (near + far) / 2
        inside = closest(skin, middle + half[:, None] * away).distance < 0
        near, far = np.where(inside, half, near), np.where(inside, far, half)
    grid = np.arange(SIDE * SIDE, dtype=np.int32).reshape(SIDE, SIDE)
    a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
    faces = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], 2).reshape(-1, 3)
    points = middle + (far + off)[:, None] * away
    parts = np.full(len(faces), PARTS.index("panel"), np.uint8)
    parameters = {"thickest_m": THICK, "bending": bending}
    return WornMask(
        "cap", "M", "correct", parameters, points, faces, points[faces, :2], parts, grid[0], grid[-1], {}
    )  # fmt: skip


@pytest.fixture(scope="module")
def head():
    return load_head().mean


def test_the_ground_is_the_mask_where_there_is_one_and_the_skin_elsewhere(head):
    mask = a_mask(head, FREE)
    ground = over_mask(head, mask)
    surface = prepare(ground.collider.vertices, ground.collider.faces)
    inner = mask.vertices.reshape(SIDE, SIDE, 3)[8:-8, 8:-8].reshape(-1, 3)
    depth = -closest(surface, inner).distance
    assert np.median(depth) == pytest.approx(THICK / 2, abs=2e-4)
    assert np.quantile(np.abs(depth - THICK / 2), 0.95) < 1.2e-3
    bare = head_collider(head)
    forehead = bare.vertices[bare.vertices[:, 1] > 0.02]
    np.testing.assert_allclose(closest(surface, forehead).distance, 0, atol=1e-9)
    # where a mask is laid, the head has grown by the same
    points = load_head().points
    moved = np.linalg.norm(ground.head - head, axis=1)
    assert moved[points["pogonion"]] == pytest.approx(FREE + THICK / 2, abs=7e-4)
    assert moved[points["glabella"]] == moved[points["vertex"]] == 0


@pytest.mark.parametrize(("bending", "left"), [(4.0, 1 / 6), (180.0, 0.9)])
def test_a_soft_mask_gives_way_and_a_stiff_one_holds_the_second_off(head, bending, left):
    far = FREE + 0.006
    chin = load_head().points["pogonion"]
    ground = over_mask(head, a_mask(head, far, bending))
    expected = FREE + left * 0.006 + THICK / 2
    assert np.linalg.norm(ground.head[chin] - head[chin]) == pytest.approx(expected, abs=1e-3)


def test_what_is_below_ends_below_and_outside_the_head(head):
    outer, inner = a_mask(head, 0.003, reach=0.25), a_mask(head, 0.007)
    both = put_under(outer, inner, head)
    assert both.design == "cap" and both.under is not None
    skin = prepare(outer.vertices, outer.faces)
    below = both.under.vertices.reshape(SIDE, SIDE, 3)
    covered = below[4:-4, 18:27].reshape(-1, 3)
    free = inner.vertices.reshape(SIDE, SIDE, 3)[4:-4, 18:27].reshape(-1, 3)
    assert np.median(closest(skin, free).distance) > 0.003
    assert closest(skin, covered).distance.max() < -0.0002
    np.testing.assert_array_equal(below[:, :3], inner.vertices.reshape(SIDE, SIDE, 3)[:, :3])
    assert both.under.checks["penetration_mm"] == 0


def test_masks_are_doubled_with_masks_there_are():
    doubled = {
        name: state.over for name in design_names() for state in load_design(name).wearing.values()
        if state.over
    }  # fmt: skip
    assert len(doubled) >= 4
    assert all(set(over) <= set(design_names()) - {name} for name, over in doubled.items())
    assert all("correct" in load_design(one).wearing for over in doubled.values() for one in over)


def test_a_mask_that_lies_close_already_is_left_as_it_is(head):
    outer, inner = a_mask(head, 0.006), a_mask(head, 0.001)
    both = put_under(outer, inner, head)
    moved = np.linalg.norm(both.under.vertices - inner.vertices, axis=1)
    assert (moved > 1e-4).mean() < 0.01
