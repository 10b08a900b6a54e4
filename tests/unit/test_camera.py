"""Frames and signs: everything downstream leans on these."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.faces.camera import FRONTAL, euler, from_euler, project
from pipeline.records import Camera

CAMERA = Camera(500.0, 640, 480)


def test_the_optical_axis_meets_the_centre() -> None:
    np.testing.assert_allclose(project(np.array([0.0, 0.0, 2.0]), CAMERA), [320, 240])


def test_right_is_right_and_down_is_down() -> None:
    np.testing.assert_allclose(project(np.array([0.2, 0.1, 1.0]), CAMERA), [420, 290])


def test_a_point_behind_the_pinhole_has_no_image() -> None:
    assert np.isnan(project(np.array([0.0, 0.0, -1.0]), CAMERA)).all()


def test_a_frontal_head_has_no_angles() -> None:
    np.testing.assert_allclose(euler(FRONTAL), 0, atol=1e-12)


@pytest.mark.parametrize("angles", [(0.5, 0.2, -0.3), (-1.2, -0.4, 0.9)])
def test_angles_come_back(angles: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(euler(from_euler(*angles)), angles, atol=1e-12)


def test_signs_of_the_angles() -> None:
    nose, left_ear = np.array([0, 0, 0.1]), np.array([0.07, 0, 0])
    # The subject's left is the picture's right.
    assert (from_euler(0.4, 0, 0) @ nose)[0] > 0.02
    # Looking down: the nose goes down the picture.
    assert (from_euler(0, 0.4, 0) @ nose)[1] > 0.02
    # The subject's left ear goes up the picture.
    assert (from_euler(0, 0, 0.4) @ left_ear)[1] < -0.02
