"""The fitting room shows a mask where it is, from the side that is asked for."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from pipeline.head.model import load_head
from pipeline.masks.library import load_design
from pipeline.masks.material import draw_material
from pipeline.records import PARTS, WornMask
from pipeline.studio.fitting import BELOW, FRONT, PROFILE, pixel_size, render_fitting

SIDE = 96
HALF = 0.03  # m


@pytest.fixture(scope="module")
def plate() -> WornMask:
    """A square of 60 mm, 60 mm before the upper lip, facing forward."""
    head = load_head()
    middle = head.mean[head.points["labiale_superius"]] + [0.0, 0.0, 0.06]
    corners = np.array([[-1, 1], [-1, -1], [1, -1], [1, 1]]) * HALF
    vertices = middle + np.column_stack([corners, np.zeros(4)])
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    edge = np.array([0, 3], np.int32)
    parts = np.full(2, PARTS.index("panel"), np.uint8)
    return WornMask(
        "surgical", "L", "correct", {}, vertices, faces, corners[faces], parts, edge, edge[::-1], {}
    )


@pytest.fixture(scope="module")
def shots(plate: WornMask) -> list[np.ndarray]:
    return take(plate)


def take(plate: WornMask) -> list[np.ndarray]:
    material = draw_material(load_design("surgical"), np.random.default_rng(0))
    material |= {"colour": [0.6, 0.01, 0.01], "back_colour": [0.6, 0.01, 0.01], "print": None}
    return render_fitting(load_head().mean, plate, material, [FRONT, PROFILE, BELOW], SIDE, 4, seed=3)


def red(picture: np.ndarray) -> np.ndarray:
    colours = picture.astype(int)
    return np.argwhere((colours[..., 0] > 2.5 * colours[..., 1]) & (colours[..., 0] > 60))


def test_from_the_front_it_is_where_and_as_large_as_the_lens_sees_it(plate, shots):
    found = red(shots[0])
    pixel = pixel_size(load_head().mean, SIDE)
    assert len(found) == pytest.approx((2 * HALF / pixel) ** 2, rel=0.25)  # it stands nearer than the face
    assert len(found) > (2 * HALF / pixel) ** 2
    rows, columns = found.mean(0)
    assert columns == pytest.approx(SIDE / 2 - 0.5, abs=1)
    head = load_head()
    eyes = head.mean[head.points["pupil_left"], 1]
    chin = head.mean[head.points["menton"], 1]
    below = ((eyes + chin) / 2 - plate.vertices[:, 1].mean()) / pixel
    assert rows == pytest.approx(SIDE / 2 + below, abs=3)


def test_from_the_side_it_is_a_line_before_the_face(shots):
    # The subject has turned to the left: to the right of the picture.
    rows, columns = red(shots[1]).T
    assert np.median(columns) > 0.75 * SIDE and np.ptp(columns) < 8 < np.ptp(rows)


def test_from_below_it_is_foreshortened(shots):
    assert 0.5 < np.ptp(red(shots[2])[:, 0]) / np.ptp(red(shots[0])[:, 0]) < 0.98


def test_the_same_again_is_the_same_to_the_byte(plate, shots):
    for first, second in zip(shots, take(plate), strict=True):
        np.testing.assert_array_equal(first, second)
