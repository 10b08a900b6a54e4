"""Anchors of loops, on the mean head from several sides."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.faces.camera import from_euler, project
from pipeline.faces.ears.anchors import ear_anchors
from pipeline.head.model import load_head
from pipeline.records import Camera

CAMERA = Camera(1800.0, 520, 440)


@pytest.mark.parametrize(("yaw", "nearer", "farther"), [(1.0, "right", "left"), (-1.0, "left", "right")])
def test_a_turned_head_hides_the_far_anchors(yaw: float, nearer: str, farther: str) -> None:
    vertices = load_head().mean @ from_euler(yaw, 0, 0).T + [0, 0, 1.2]
    both = {anchors.side: anchors for anchors in ear_anchors(vertices, CAMERA)}
    assert both[nearer].visible[0]  # where the cord leaves the face for the ear
    assert not both[farther].visible.any()


def test_anchors_lie_on_the_creases_ends_and_mirror() -> None:
    head = load_head()
    vertices = head.mean @ from_euler(0, 0, 0).T + [0, 0, 1.2]
    left, right = ear_anchors(vertices, CAMERA)
    np.testing.assert_allclose(left.points, project(vertices[head.ear_sulcus_left[[0, -1]]], CAMERA), atol=4)
    np.testing.assert_allclose(left.points[:, 0] + right.points[:, 0], CAMERA.width, atol=1)
    assert left.points[0, 1] < left.points[1, 1]
    np.testing.assert_array_equal(left.visible, right.visible)
