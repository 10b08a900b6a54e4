"""Thin lines where glasses are suspected are rims; shading, and lines elsewhere, are none."""

import numpy as np
import pytest
from scipy import ndimage

from pipeline.faces.occluders.rims import rims, tinted, without_lenses

N = 64
ROW, COLUMN = np.indices((N, N)) + 0.5
EVERYWHERE = np.ones((N, N), bool)
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
    found = rims(pixels, vague, EVERYWHERE)
    assert found[cover > 0.9].mean() > (0.9 if tone < 100 else 0.4)
    beside = thickness / 2 + 2.5 < AWAY
    assert found[beside].max() < 0.05


def test_without_a_sign_of_glasses_a_line_is_none():
    pixels, _ = face(1.5, 30)
    assert rims(pixels, np.full((N, N), 0.05), EVERYWHERE).max() == 0


def test_a_rim_goes_on_from_where_glasses_are_suspected_over_small_gaps():
    brow = 26
    pixels, cover = face(1.5, 30)
    lost = (abs(ROW - 36) < 1.5) & (AWAY < 3)  # there the skin is as dark as the rim
    pixels[lost] = 170
    suspected = np.where(brow > ROW, 0.5, 0.0)
    found = rims(pixels, suspected, EVERYWHERE)
    assert found[(cover > 0.9) & ~ndimage.binary_dilation(lost, iterations=2)].mean() > 0.9
    assert rims(pixels, suspected, brow + 4 > ROW)[brow + 4 < ROW].max() == 0


def test_a_line_that_does_not_join_the_glasses_is_none():
    pixels, cover = face(1.5, 30)
    wrinkle = (abs(ROW - 54) < 0.8) & (abs(COLUMN - 32) < 14)
    pixels[wrinkle] = 60
    found = rims(pixels, np.where(COLUMN < 30, 0.5, 0.0) * (ROW < 40), EVERYWHERE)
    assert found[wrinkle].max() == 0 and found[cover > 0.9].mean() > 0.9


def test_of_glasses_only_what_is_as_narrow_as_a_frame_is_in_front():
    rim = (AWAY < 1).astype(float)
    eye = (np.hypot(ROW - 32, COLUMN - 32) < 4).astype(float)
    kept = without_lenses(np.maximum(rim, eye))
    assert kept[rim > 0].mean() > 0.98 and kept[eye > 0].mean() < 0.1


def test_a_tinted_lens_hides_what_is_behind_and_an_eye_does_not():
    away = np.hypot(ROW - 32, COLUMN - 32)
    glasses = (away < 14).astype(float)
    assert tinted(glasses, np.where(away < 13, 2.0, 0.0))[away < 11].mean() > 0.95
    assert not tinted(glasses, np.where(away < 4, 2.0, 0.0)).any()
    assert not tinted(0 * glasses, np.where(away < 13, 2.0, 0.0)).any()
