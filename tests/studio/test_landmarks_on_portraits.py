"""Our reading of MediaPipe's networks and the package's, on people who do not exist."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

portraits = pytest.importorskip("pipeline.studio.portrait", exc_type=ImportError)
package = pytest.importorskip("mediapipe_package")


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "width"), [(1, 260), (2, 420), (3, 340)])
def test_meshes_agree(seed: int, width: int) -> None:
    sitting = replace(portraits.PLAIN, width=width, height=width, samples=4, yaw=25.0, roll=30.0)
    picture = np.ascontiguousarray(portraits.render_portrait(np.random.default_rng(seed), sitting).pixels)
    ours = package.ours_meshed_their_way(picture, package.theirs_detected(picture, "short"))
    assert np.linalg.norm(ours - package.theirs_meshed(picture), axis=1).max() < 0.5
