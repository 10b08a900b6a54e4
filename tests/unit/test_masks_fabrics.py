import numpy as np
import pytest

from pipeline.masks.fabrics.creases import draw_creases
from pipeline.masks.fabrics.draw import FABRICS, draw_weave
from pipeline.masks.fabrics.wear import draw_wear


def strongest_period(line: np.ndarray, texel: float) -> float:
    power = np.abs(np.fft.rfft(line - line.mean(axis=-1, keepdims=True), axis=-1)) ** 2
    power = power.reshape(-1, power.shape[-1]).mean(0)
    return line.shape[-1] * texel / float(1 + np.argmax(power[1:]))


@pytest.mark.parametrize(
    ("kind", "channel", "axis", "period_mm"),
    [
        ("spunbond", 2, 1, 1.4),
        ("denim", 1, 1, 1.6),  # four ends of 0.40 mm to one twill line
        ("denim", 1, 0, 1.6),
        ("jersey", 2, 0, 0.62),  # courses
        ("microfibre", 2, 0, 0.33),
        ("elastic", 2, 0, 0.9),
    ],
)
def test_threads_have_their_true_pitch(kind, channel, axis, period_mm):
    tile = draw_weave(kind, 5e-5)
    assert tile is not None
    lines = np.moveaxis(tile.pixels[..., channel], axis, -1)
    texel = float(tile.size[0]) / lines.shape[-1]
    assert 1000 * strongest_period(lines, texel) == pytest.approx(period_mm, rel=0.03)


@pytest.mark.parametrize("kind", sorted(FABRICS))
def test_cloth_keeps_its_colour_and_its_height_at_any_fineness(kind):
    tiles = [draw_weave(kind, texel) for texel in (4e-5, 2e-4, 1e-3)]
    shown = [tile.pixels.astype(float) for tile in tiles if tile is not None]
    assert len(shown) >= 2
    for pixels in shown:
        assert pixels[..., 0].mean() == pytest.approx(1.0, abs=2e-4)
        assert pixels[..., 2].mean() == pytest.approx(0.0, abs=1e-6)
        assert pixels[..., 1].mean() == pytest.approx(shown[0][..., 1].mean(), abs=2e-3)
    roughness = [pixels[..., 2].std() for pixels in shown]
    assert roughness == sorted(roughness, reverse=True)


@pytest.mark.parametrize("kind", ["cotton", "satin", "jersey", "foam", "spunbond"])
def test_threads_finer_than_a_pixel_vanish(kind):
    near, far = draw_weave(kind, 2.5e-5), draw_weave(kind, 3e-3)
    assert near is not None and near.pixels[..., 2].std() > 5e-4
    assert far is None or far.pixels[..., 2].std() < 0.35 * near.pixels[..., 2].std()


def test_wear_is_drawn_from_its_seed_and_repeats_without_a_seam():
    tile, again, other = draw_wear(1e-3, 1), draw_wear(1e-3, 1), draw_wear(1e-3, 2)
    np.testing.assert_array_equal(tile.pixels, again.pixels)
    assert (tile.pixels != other.pixels).any()
    assert tile.pixels.min() >= 0 and tile.pixels.max() <= 1
    assert tile.pixels[..., 0].mean() == pytest.approx(0.5, abs=0.01)
    for axis in (0, 1):
        step = np.abs(np.diff(tile.pixels, axis=axis, append=tile.pixels.take([0], axis)))
        step = step.mean(axis=(1 - axis, 2))
        assert step[-1] < 1.5 * step.mean()


def test_creases_run_their_way_with_a_slope_of_one():
    tile, again, other = draw_creases(1), draw_creases(1), draw_creases(2)
    np.testing.assert_array_equal(tile.pixels, again.pixels)
    assert (tile.pixels != other.pixels).any()
    texel = float(tile.size[0]) / tile.pixels.shape[1]
    for number, angle in enumerate(np.radians([0, 60, 120])):
        height = tile.pixels[..., number].astype(float)
        up, right = ((np.roll(height, -1, axis) - np.roll(height, 1, axis)) / (2 * texel) for axis in (0, 1))
        along, across = right * np.cos(angle) + up * np.sin(angle), up * np.cos(angle) - right * np.sin(angle)
        assert (up**2 + right**2).mean() == pytest.approx(1.0, rel=1e-3)
        assert across.std() > 2.5 * along.std()
        assert np.abs(right[:, [0, -1]]).max() < 3 * np.abs(right).max(axis=0).mean()  # no step at the seam
