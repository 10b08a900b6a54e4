"""Signed distances against shapes whose distance is known."""

import numpy as np
import pytest

from pipeline.masks.proximity import closest, prepare


def box():
    """Axis-aligned box of 40 x 20 x 60 mm about the origin, outward winding."""
    corner = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * [0.02, 0.01, 0.03]
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = np.array([t for a, b, c, d in quads for t in ([a, b, c], [a, c, d])], np.int32)
    return corner, faces


def true_distance(points):
    q = np.abs(points) - [0.02, 0.01, 0.03]
    return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(1), 0)


def test_distance_to_a_box_is_exact_with_the_right_sign():
    points = np.random.default_rng(0).uniform(-0.05, 0.05, (4000, 3))
    near = closest(prepare(*box()), points)
    np.testing.assert_allclose(near.distance, true_distance(points), atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(points - near.point, axis=1), np.abs(near.distance), atol=1e-12)
    np.testing.assert_allclose(true_distance(near.point), 0, atol=1e-12)


def test_limit_leaves_near_points_exact():
    points = np.random.default_rng(1).uniform(-0.05, 0.05, (2000, 3))
    truth = true_distance(points)
    near = closest(prepare(*box()), points, limit=0.004)
    close = np.abs(truth) < 0.004
    np.testing.assert_allclose(near.distance[close], truth[close], atol=1e-12)
    assert (near.distance[~close] == pytest.approx(0.004)) and (near.face[~close] == -1).all()
