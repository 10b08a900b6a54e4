"""Glasses sit on noses and ears, and nobody looks different for wearing them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("bpy")

from mathutils.bvhtree import BVHTree

from pipeline.head.model import load_head
from pipeline.studio.glasses import draw_glasses
from pipeline.studio.glasses_shape import fit_glasses
from pipeline.studio.portrait import PLAIN, SEEN, render_portrait

TINY = replace(PLAIN, width=144, height=160, samples=4, yaw=10.0)


@pytest.mark.parametrize("seed", range(4))
def test_they_rest_on_the_nose_and_the_ears_and_touch_nothing_else(seed):
    rng = np.random.default_rng(seed)
    head = load_head()
    shape = head.shape(rng.normal(0, 0.85, len(head.identity_basis)), np.zeros(len(head.expression_basis)))
    glasses = draw_glasses(rng)
    fitted = fit_glasses(glasses.cut, shape)
    skin = BVHTree.FromPolygons(shape.tolist(), head.collider_faces.tolist())

    def height(points):
        """Signed distance (N,) from the head, m."""
        near = [skin.find_nearest(point) for point in points.tolist()]
        return np.array(
            [(p - np.array(at)) @ np.array(n) for p, (at, n, _, _) in zip(points, near, strict=True)]
        )

    for pad in fitted.pads:
        assert -0.001 < height(pad.vertices).min() < 0.0005
        assert abs(pad.vertices[:, 1].mean() - shape[head.points["sellion"], 1]) < 0.015
    assert all(height(part.vertices).min() > 0.0002 for part in fitted.lenses)
    rims, bridge = (fitted.frame[0], fitted.frame[2]), fitted.frame[4]
    assert all(height(part.vertices).min() > -0.0005 for part in (*rims, bridge))
    for lens, pupil in zip(fitted.lenses, ("pupil_left", "pupil_right"), strict=True):
        assert 0.010 < (lens.vertices[:, 2].max() - shape[head.points[pupil], 2]) < 0.030
        assert np.ptp(lens.vertices[:, 0]) == pytest.approx(glasses.cut.width, rel=0.15)
    for arm, crease in zip(
        (fitted.frame[1], fitted.frame[3]), (head.ear_sulcus_left, head.ear_sulcus_right), strict=True
    ):
        top = shape[crease][shape[crease][:, 1].argmax()]
        assert np.linalg.norm(arm.vertices - top, axis=1).min() < 0.006
        assert arm.vertices[:, 2].min() < top[2] - 0.01
        ahead = arm.vertices[arm.vertices[:, 2] > top[2] + 0.01]
        assert height(ahead).min() > -0.001


def test_the_same_people_with_and_without():
    bare, worn = (render_portrait(np.random.default_rng(4), replace(TINY, glasses=share)) for share in (0, 1))
    assert worn.glasses and not bare.glasses
    assert np.array_equal(bare.vertices, worn.vertices)
    assert np.array_equal(bare.light.irradiance, worn.light.irradiance)
    frame = worn.seen == SEEN.index("glasses")
    assert frame.any() and not (bare.seen == SEEN.index("glasses")).any()
    # Clear lenses: the eyes are still what is seen behind them.
    eyes = [(portrait.seen == SEEN.index("eyes")).sum() for portrait in (bare, worn)]
    assert eyes[1] > 0.5 * eyes[0] > 0
    rows = np.flatnonzero(frame.any(axis=1))
    pupils = bare.vertices[[load_head().points["pupil_left"], load_head().points["pupil_right"]]]
    level = (pupils[:, 1] / pupils[:, 2] * bare.camera.focal_px + bare.camera.height / 2).mean()
    assert rows.min() < level < rows.max()
