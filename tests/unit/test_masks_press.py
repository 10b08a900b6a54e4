"""The margin that the solver leaves between a sheet and what it lies on, on a plane."""

import numpy as np

from pipeline.masks.press import CLOSED, FREE, KEPT, press
from pipeline.masks.proximity import prepare


def plane():
    corner = np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * 0.05
    return prepare(corner, np.array([[0, 1, 2], [0, 2, 3]], np.int32))


def heights(z):
    z = np.asarray(z)
    points = np.stack([np.linspace(-0.02, 0.02, z.size), np.full(z.size, 0.003), z], 1)
    moved = press(points, plane())
    np.testing.assert_allclose(moved[:, :2], points[:, :2], atol=1e-12)
    return moved[:, 2]


def test_a_touching_sheet_comes_nearer_and_a_free_one_stays():
    np.testing.assert_allclose(heights([KEPT, FREE, 0.01]), [KEPT - CLOSED, FREE, 0.01], atol=1e-12)


def test_layers_stay_in_order_and_none_is_pushed_into_the_skin():
    z = np.linspace(-0.001, 0.006, 200)
    after = heights(z)
    assert (np.diff(after) >= 0).all()
    lying = z >= KEPT
    assert np.diff(after[lying]).min() > 0.6 * np.diff(z)[0]
    assert (after[z >= KEPT - CLOSED] >= KEPT - CLOSED - 1e-12).all()
    np.testing.assert_allclose(after[z < KEPT - CLOSED], z[z < KEPT - CLOSED], atol=1e-12)
