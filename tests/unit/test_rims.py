"""Thin lines where glasses are suspected are rims; shading, and lines elsewhere, are none."""

import numpy as np
import pytest
from scipy import ndimage

from pipeline.faces.occluders.rims import rims

N = 64
ROW, COLUMN = np.indices((N, N)) + 0.5
AWAY = np.abs(np.hypot(ROW - 32, COLUMN - 32) - 12)  # cells from the middle of a round rim


def face(thickness, tone):
    """A softly shaded face with a rim over it, sRGB, and the rim's coverage."""
    cover = np.clip(thickness / 2 - AWAY + 0.5, 0, 1)
    skin = 170 + 40 * np.sin(ROW / 12)
    return np.repeat((skin * (1 - cover) + tone * cover)[..., None], 3, axis=2).astype(np.uint8), cover


@pytest.mark.parametrize(("thickness", "tone"), [(1.0, 30), (1.5, 60), (2.5, 20), (1.5, 255)])
def test_a_rim_is_found_and_the_face_beside_it_is_not(thickness, tone):
    pixels, cover = face(thickness, tone)
    vague = ndimage.gaussian_filter((AWAY < 4).astype(float), 2) * 0.4
    found = rims(pixels, vague)
    assert found[cover > 0.9].mean() > (0.9 if tone < 100 else 0.4)
    beside = thickness / 2 + 2.5 < AWAY
    assert found[beside].max() < 0.05


def test_without_a_sign_of_glasses_a_line_is_none():
    pixels, _ = face(1.5, 30)
    assert rims(pixels, np.full((N, N), 0.05)).max() == 0


def test_a_line_away_from_the_glasses_is_none():
    pixels, cover = face(1.5, 30)
    left = np.where(COLUMN < 20, 0.5, 0.0)
    found = rims(pixels, left)
    assert found[(COLUMN > 26) & (cover > 0)].max() == 0 and found[COLUMN < 20].max() > 0.75
