"""Aligned crops, against scikit-image's own estimate and against pictures whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.transform import SimilarityTransform

from pipeline.dataset.labels.crop import SIDE, TEMPLATE, aligned, alignment
from pipeline.dataset.labels.face_hash import face_hash


def placed(size: float, degrees: float, x: float, y: float) -> np.ndarray:
    turn = np.exp(1j * np.radians(degrees)) * size / SIDE
    points = turn * (TEMPLATE @ [1, 1j]) + x + 1j * y
    return np.stack([points.real, points.imag], axis=1)


@pytest.mark.parametrize("seed", range(5))
def test_the_similarity_is_the_least_squares_one(seed):
    five = placed(300, 20, 40, 70) + np.random.default_rng(seed).normal(0, 4, (5, 2))
    expected = SimilarityTransform.from_estimate(five, TEMPLATE)
    assert alignment(five) == pytest.approx(expected.params[:2], abs=1e-9)


@pytest.mark.parametrize(("size", "degrees"), [(112, 0), (60, 10), (420, -25), (800, 35)])
def test_a_pattern_drawn_in_the_photo_lies_where_the_matrix_says(size, degrees):
    """A smooth pattern, known everywhere: within its own rounding at any size, and without aliasing."""
    matrix = alignment(placed(size, degrees, 900, 900))
    y, x = np.indices((SIDE, SIDE)) + 0.5
    inverse = np.linalg.inv(matrix[:, :2])

    def pattern(u, v):
        return 127.5 + 60 * np.cos(u * 0.15) * np.cos(v * 0.11)

    side = int(size * 1.4) + 1000
    rows, columns = np.indices((side, side)) + 0.5
    u, v = np.einsum("ij,jhw->ihw", matrix[:, :2], np.stack([columns, rows])) + matrix[:, 2, None, None]
    photo = np.repeat(np.round(pattern(u, v)).astype(np.uint8)[..., None], 3, axis=-1)
    crop = aligned(photo, matrix).astype(float)
    corners = np.array([[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]], float)
    back = (corners - matrix[:, 2]) @ inverse.T
    assert back.min() > 0 and back.max() < side
    # what is left is interpolation and rounding: shifted by half a pixel, it would be 2
    assert np.sqrt(np.mean((crop[..., 0] - pattern(x, y)) ** 2)) < 1.0


def test_a_large_face_does_not_alias():
    """Stripes far finer than a pixel of the crop become even grey."""
    photo = np.full((1800, 1800, 3), 60, np.uint8)
    photo[:, ::3] = 180
    crop = aligned(photo, alignment(placed(1400, 0, 200, 200)))
    assert crop.std() < 1 and crop.mean() == pytest.approx(100, abs=1)


def test_it_is_black_beyond_the_photo():
    crop = aligned(np.full((50, 50, 3), 255, np.uint8), alignment(placed(112, 0, -60, -60)))
    assert crop[60:110, 60:110].min() == 255 and crop[:60].max() == crop[:, :60].max() == 0


def test_the_hash_knows_a_picture_again_but_no_other():
    from skimage.data import astronaut

    photo = astronaut()
    crop = aligned(photo, alignment(placed(130, 0, 160, 50)))
    again = np.asarray(Image.fromarray(photo).resize((384, 384), Image.Resampling.LANCZOS))
    near = aligned(again, alignment(placed(130, 0, 160, 50) * 0.75))
    other = aligned(photo, alignment(placed(130, 0, 300, 300)))

    def apart(one, two):
        return (int(face_hash(one), 16) ^ int(face_hash(two), 16)).bit_count()

    assert len(face_hash(crop)) == 16
    assert apart(crop, near) <= 4 < 16 < apart(crop, other)
