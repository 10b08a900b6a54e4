"""The measures of realism on pictures whose truth is known."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

sys.path.append(str(Path(__file__).parents[2]))  # benchmarks/ is no part of the package

from benchmarks.realism import areas, blocks, edge_width, halo, left_right, profiles, texture
from benchmarks.realism.picture import Picture, brought_to_size, stops, through_jpeg
from pipeline.colour import to_pixels
from pipeline.records import Float

SIZE = 300
MIDDLE, RADIUS = np.array([150.0, 170.0]), 55.0  # x, y of a round mask
SKIN, WHITE = -2.5, -0.5  # stops below white


def mesh() -> Float:
    """(468, 2) landmarks of an upright face 200 px wide: an oval, with eyes and brows as small ellipses."""
    points = np.tile(MIDDLE, (468, 1))

    def around(ids: tuple[int, ...], x: float, y: float, wide: float, high: float) -> None:
        turn = np.linspace(-np.pi / 2, 1.5 * np.pi, len(ids), endpoint=False)
        points[list(ids)] = np.stack([x + wide * np.cos(turn), y + high * np.sin(turn)], axis=1)

    around(areas.OVAL, 150, 150, 100, 130)
    for eye, brow, x in zip(areas.EYES, areas.BROWS, (105, 195), strict=True):
        around(eye, x, 80, 20, 6)
        around(brow, x, 60, 25, 4)
    points[areas.NASION], points[areas.CHIN] = (150, 90), (150, 280)
    return points


def disc(blur: float) -> Float:
    """(H, W) coverage of the round mask, its edge blurred by a Gaussian of so many px."""
    rows, columns = np.indices((4 * SIZE, 4 * SIZE)) / 4
    sharp = np.hypot(columns - MIDDLE[0], rows - MIDDLE[1]) < RADIUS
    return np.asarray(gaussian_filter(sharp.astype(float), 4 * blur)[2::4, 2::4])


def picture(values: Float, matte: Float, yaw: float = 0.0) -> Picture:
    """A picture of that log2 luminance, as it is: no scaling, no JPEG."""
    grey = to_pixels(np.repeat(2.0 ** values[..., None], 3, axis=-1))
    return Picture(grey, matte, np.zeros(matte.shape, bool), matte > 0.5, mesh(), yaw)


def mixed(inside: Float | float, outside: Float | float, matte: Float) -> Float:
    """log2 luminance of light mixed by coverage."""
    return np.asarray(np.log2(matte * 2.0 ** np.asarray(inside) + (1 - matte) * 2.0 ** np.asarray(outside)))


@pytest.mark.parametrize("sigma", [0.6, 1.0, 1.6])
def test_width_of_a_blurred_edge(sigma: float) -> None:
    step = disc(sigma) * 1.5 + SKIN
    found = profiles.across(step, *profiles.outline(picture(step, disc(0.0)), 4.0), 4.0)
    assert edge_width.width_of(found) == pytest.approx(2.563 * sigma, rel=0.06)


def test_edges_count_relative_to_eyes_and_brows() -> None:
    rows, columns = np.indices((SIZE, SIZE))
    brows = (np.abs(rows - 68) < 8) & (np.minimum(abs(columns - 105), abs(columns - 195)) < 25)
    features = gaussian_filter(brows.astype(float), 1.0) * -1.5
    for sigma, expected in ((1.0, 0.0), (0.7, -0.51)):
        found = edge_width.edge_rel(picture(SKIN + disc(sigma) * 1.5 + features, disc(0.5)))
        assert found == pytest.approx(expected, abs=0.15)


def test_slope_and_sign_of_light_from_one_side() -> None:
    matte, rows = disc(0.5), []
    side = (np.arange(SIZE) - MIDDLE[0]) / 100 * np.ones((SIZE, 1))
    for strength in np.linspace(-1, 1, 8):
        values = mixed(-1.5 + 0.8 * strength * np.sign(side), SKIN + strength * np.sign(side), matte)
        rows.append(left_right.left_minus_right(picture(values, matte)))
    line = left_right.slope_over_photos(*np.array(rows).T)
    assert line.slope == pytest.approx(0.8, abs=0.02)
    assert line.r > 0.99
    assert line.sign == 1.0
    assert line.photos == 8


def test_a_turned_face_says_nothing_of_left_and_right() -> None:
    matte = disc(0.5)
    turned = picture(mixed(WHITE, SKIN, matte), matte, yaw=-30.0)
    assert np.isnan(left_right.left_minus_right(turned)).all()


def test_light_against_the_skin_s_has_the_wrong_sign() -> None:
    skin = np.array([-1.0, -0.5, 0.5, 1.0, 0.1, -0.1])
    assert left_right.slope_over_photos(skin, np.array([0.2, 0.1, -0.1, 0.4, -1, 1])).sign == 0.25


@pytest.mark.parametrize("octaves", [-1.0, 0.0, 1.0])
def test_grain_of_mask_beside_skin(octaves: float) -> None:
    matte, rng = disc(0.5), np.random.default_rng(5)
    grain = rng.normal(size=matte.shape)
    light = matte * (0.7 + 0.02 * 2**octaves * grain) + (1 - matte) * (0.4 + 0.02 * grain)
    values = np.log2(light)
    assert texture.noise(picture(values, matte)) == pytest.approx(octaves, abs=0.15)


def test_grain_does_not_count_a_gradient() -> None:
    values = np.arange(SIZE) / 60 * np.ones((SIZE, 1))
    values += np.random.default_rng(1).normal(scale=0.02, size=values.shape)
    high = np.sqrt(1 - 2 * (1 / (2 * np.pi)) + 1 / (4 * np.pi))  # white noise less a Gaussian of 1 px
    assert texture.grain(values, np.ones(values.shape, bool)) == pytest.approx(0.02 * high, rel=0.12)


def test_an_octave_holds_its_own_waves() -> None:
    matte = disc(0.5)
    columns = np.indices(matte.shape)[1]
    strength = []
    for period in (4.0, 45.0):
        waves = picture(mixed(-1.5 + 0.2 * np.sin(2 * np.pi * columns / period), SKIN, matte), matte)
        strength.append([texture.octave(waves, number) for number in (1, 4)])
    (fine, _), (coarse, folds) = strength
    assert fine > 0.05 > 5 * coarse
    assert folds > 0.05 > 5 * strength[0][1]


def test_a_rim_of_known_colour() -> None:
    rows, columns = np.indices((SIZE, SIZE))
    distance = np.hypot(columns - MIDDLE[0], rows - MIDDLE[1]) - RADIUS
    matte, lightness = disc(0.5), 50 + 20 * disc(0.8)
    even = picture(_stops_of(lightness), matte)
    rimmed = picture(_stops_of(lightness - 12 * np.exp(-(((distance - 2.5) / 0.9) ** 2))), matte)
    assert halo.halo(even) < 1.5
    assert halo.halo(rimmed) == pytest.approx(12.0, abs=1.0)


def test_off_the_line_and_past_its_ends() -> None:
    colours = np.array([[50.0, 0, 0], [60, 3, 4], [75, 0, 0]])
    assert halo.off_line(colours, np.array([40.0, 0, 0]), np.array([70.0, 0, 0])).tolist() == [0, 5, 5]


def test_a_large_photo_comes_to_size() -> None:
    matte = disc(0.5)
    large = np.repeat(np.repeat(matte, 2, 0), 2, 1)
    pixels = to_pixels(np.repeat(0.5 * large[..., None], 3, axis=-1))
    none = np.zeros(large.shape, bool)
    small = brought_to_size(pixels, large, none, large > 0.5, 2 * mesh() + 0.5, width=400.0)
    assert small.matte.sum() == pytest.approx(matte.sum(), rel=0.01)
    eye = np.ptp(small.landmarks[list(areas.EYES[0])][:, 0])
    assert eye == pytest.approx(np.ptp(mesh()[list(areas.EYES[0])][:, 0]), rel=0.01)
    inside = areas.mask_inside(small)
    assert stops(small.pixels)[inside].mean() == pytest.approx(-1.0, abs=0.02)


def _stops_of(lightness: Float) -> Float:
    """log2 luminance of CIE lightness above 8."""
    return np.asarray(np.log2(((lightness + 16) / 116) ** 3))


def test_blocks_are_found_where_they_are() -> None:
    rng = np.random.default_rng(3)
    smooth = gaussian_filter(rng.standard_normal((SIZE, SIZE)), 2) * 30 + 128 + rng.normal(0, 3, (SIZE, SIZE))
    plain = np.repeat(np.clip(smooth, 0, 255).astype(np.uint8)[..., None], 3, axis=-1)
    stored = np.roll(through_jpeg(plain, 50), (3, 5), axis=(0, 1))
    everywhere = np.ones((SIZE, SIZE), bool)
    luma = stored @ blocks.LUMA
    phase = blocks.phase_of(luma, everywhere)
    assert phase == ((7 + 3) % 8, (7 + 5) % 8)
    assert blocks.blockiness(luma, everywhere, phase) > 0.3
    assert abs(blocks.blockiness(plain @ blocks.LUMA, everywhere, phase)) < 0.05

    matte = disc(0.3)
    whole = Picture(stored, matte, np.zeros(matte.shape, bool), matte > 0.5, mesh(), 0.0)
    pasted = np.where(matte[..., None] > 0, plain, stored)
    bare = Picture(pasted, matte, np.zeros(matte.shape, bool), matte > 0.5, mesh(), 0.0)
    assert abs(blocks.blocks(whole)) < 0.25 < -blocks.blocks(bare)
