"""Sheets that pass through themselves are found, and only those."""

import numpy as np
import pytest

from pipeline.masks.pattern.grid import grid_faces, grid_ids
from pipeline.masks.self_contact import self_contact


def strip(height):
    """A strip of cloth, folded over itself so that its end comes to lie ``height`` m over its beginning."""
    lower = [(0.004 * k, 0.0) for k in range(8)]
    turn = [(0.0295, 0.001), (0.0295, 0.003)]
    upper = [(0.028 - 0.004 * k, height) for k in range(7)]
    profile = np.array([*lower, *turn, *upper])
    across = np.arange(6) * 0.004
    grid = np.stack(
        [
            np.broadcast_to(profile[:, :1], (len(profile), 6)),
            np.broadcast_to(across, (len(profile), 6)),
            np.broadcast_to(profile[:, 1:], (len(profile), 6)),
        ],
        -1,
    )
    return grid, grid_faces(grid_ids(*grid.shape[:2]))


def test_layers_that_lie_on_one_another_do_not_cross():
    grid, faces = strip(0.002)
    free = np.zeros(grid[..., 0].size, bool)
    assert self_contact(grid.reshape(-1, 3), faces, free).crossings == 0


def test_a_corner_pushed_through_is_found_with_its_depth():
    grid, faces = strip(0.002)
    grid[-1, 0, 2] = -0.0015
    grid[-1, 0, :2] += 0.0011  # off the edges of the layer below
    contact = self_contact(grid.reshape(-1, 3), faces, np.zeros(grid[..., 0].size, bool))
    assert contact.crossings == 2
    assert contact.depth == pytest.approx(0.0015, abs=1e-6)


def test_sewn_layers_may_touch():
    grid, faces = strip(0.002)
    grid[-1, 0, 2] = -0.0015
    grid[-1, 0, :2] += 0.0011
    sewn = np.ones(grid[..., 0].size, bool)
    assert self_contact(grid.reshape(-1, 3), faces, sewn).crossings == 0
