"""The layers of pleats, put back in order."""

import numpy as np

from pipeline.masks.layers import order_layers
from pipeline.masks.library import load_design
from pipeline.masks.pattern.grid import grid_faces, grid_ids
from pipeline.masks.pattern.pleated import cut_sheet, fold
from pipeline.masks.place.pleated import _creases
from pipeline.masks.self_contact import self_contact

GAP = 0.0006


def shut_sheet() -> tuple[np.ndarray, np.ndarray, object]:
    sheet = cut_sheet(load_design("surgical"), "L")
    down, out = fold(sheet, np.full(sheet.columns.size, 0.02))
    return np.stack([np.broadcast_to(sheet.columns, down.shape), -down, out], -1), _creases(sheet), sheet


def crossings(grid: np.ndarray) -> int:
    flat = grid.reshape(-1, 3)
    return self_contact(flat, grid_faces(grid_ids(*grid.shape[:2])), np.zeros(len(flat), bool)).crossings


def test_a_fold_that_came_through_goes_back():
    grid, creases, sheet = shut_sheet()
    assert crossings(grid) == 0
    hidden = np.flatnonzero(sheet.segment == 1)[1:-1]
    wrong = grid.copy()
    wrong[np.ix_(hidden, range(10, 14))] += [0, 0, 0.0015]
    assert crossings(wrong) > 0
    right = order_layers(wrong, creases, GAP)
    assert crossings(right) == 0
    assert np.linalg.norm(right - wrong, axis=-1).max() < 0.002
    far = np.abs(np.arange(sheet.columns.size) - 12) > 8
    np.testing.assert_allclose(right[:, far], order_layers(grid, creases, GAP)[:, far], atol=1e-4)


def test_layers_in_order_stay():
    sheet = cut_sheet(load_design("surgical"), "L")
    down, out = fold(sheet, np.full(sheet.columns.size, 0.6))
    grid = np.stack([np.broadcast_to(sheet.columns, down.shape), -down, out], -1)
    np.testing.assert_array_equal(order_layers(grid, _creases(sheet), GAP), grid)


def test_order_does_not_depend_on_where_the_mask_is():
    grid, creases, _ = shut_sheet()
    turn = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    moved = order_layers(grid @ turn.T + [0.1, 0.2, 0.3], creases, 0.0012)
    np.testing.assert_allclose(
        moved, order_layers(grid, creases, 0.0012) @ turn.T + [0.1, 0.2, 0.3], atol=1e-9
    )
