"""MediaPipe's networks, read by us and by the package that they come from."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pipeline.faces.detect.blazeface import INPUT_PX, Range, look

package = pytest.importorskip("mediapipe_package")

# What the package's graphs ask of a box before it takes part; its `min_detection_confidence` comes later.
LEAST: dict[Range, float] = {"short": 0.5, "full": 0.6}


@pytest.fixture(scope="module")
def portrait(astronaut: np.ndarray) -> Image.Image:
    """The astronaut's head and shoulders."""
    return Image.fromarray(astronaut[:300, 60:360])


@pytest.mark.parametrize("roll", [0, 25, -40])
@pytest.mark.parametrize("reach", ["short", "full"])
def test_detectors_agree(portrait: Image.Image, reach: Range, roll: float) -> None:
    size = INPUT_PX[reach]
    picture = np.asarray(portrait.rotate(roll, Image.Resampling.BICUBIC).resize((size, size)))
    theirs, ours = package.theirs_detected(picture, reach), look(picture, reach, LEAST[reach])
    assert theirs is not None and len(ours) == 1
    np.testing.assert_allclose(ours[0].score, theirs.score, atol=1e-3)
    np.testing.assert_allclose(ours[0].keypoints, theirs.keypoints, atol=0.02)
    np.testing.assert_allclose(ours[0].box, theirs.box, atol=0.02)


@pytest.mark.parametrize("size", [256, 384, 640])
@pytest.mark.parametrize("roll", [0, 25, -40])
def test_meshes_agree(portrait: Image.Image, size: int, roll: float) -> None:
    picture = np.asarray(portrait.rotate(roll, Image.Resampling.BICUBIC).resize((size, size)))
    seen = package.theirs_detected(picture, "short")
    ours = package.ours_meshed_their_way(picture, seen)
    assert np.linalg.norm(ours - package.theirs_meshed(picture), axis=1).max() < 0.5
