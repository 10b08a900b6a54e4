import numpy as np
import pytest
from flat_mask import flat_mask
from scipy import ndimage, special

from pipeline import colour
from pipeline.composite.halo import measure_edges, sharpened_by, sharpening
from pipeline.composite.paste import composite
from pipeline.config import CompositeConfig
from pipeline.records import Photo


def discs(blur: float, seed: int = 4) -> np.ndarray:
    """(240, 240) discs of many greys on grey, edges ``blur`` px wide, far from each other."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((240, 240))
    picture = np.full((240, 240), 0.45)
    for row in range(40, 240, 80):
        for column in range(40, 240, 80):
            away = np.hypot(rows - row - rng.uniform(-2, 2), columns - column - rng.uniform(-2, 2))
            picture += rng.choice([-1, 1]) * rng.uniform(0.2, 0.3) * special.ndtr((22 - away) / blur)
    return picture


def overshoot_of(blur: float, amount: float) -> float:
    """Of a step that wide, by samples rather than by formula."""
    step = special.ndtr(np.arange(-200, 201) / 20 / blur)
    return (step + amount * (step - ndimage.gaussian_filter1d(step, 20.0, mode="nearest"))).max() - 1


@pytest.mark.parametrize("noise", [0.0, 0.006])
@pytest.mark.parametrize(("blur", "amount"), [(0.6, 0.4), (0.7, 0.8), (0.9, 1.0)])
def test_overshoot_of_a_known_unsharp_mask_is_found(blur, amount, noise):
    plain = discs(blur)
    grain = noise * np.random.default_rng(2).standard_normal(plain.shape)
    found = measure_edges(plain + sharpened_by(plain, amount) + grain, noise)
    assert found.overshoot == pytest.approx(overshoot_of(blur, amount), abs=0.015)
    assert measure_edges(plain + grain, noise).overshoot == 0.0
    assert measure_edges(plain, noise).width == pytest.approx(blur, rel=0.1)


def test_a_bright_line_along_one_side_is_no_sharpening():
    rows, columns = np.indices((200, 200))
    away = np.hypot(rows - 99.6, columns - 100.3)
    rimmed = 0.3 + 0.4 * special.ndtr((60 - away) / 0.7) + 0.1 * np.exp(-(((away - 58.5) / 0.8) ** 2))
    assert measure_edges(rimmed, 0.0).overshoot == 0.0


@pytest.mark.parametrize("overshoot", [0.03, 0.08])
@pytest.mark.parametrize("blur", [0.5, 0.8])
def test_sharpening_leaves_edges_as_wide_and_as_much_beyond_as_wanted(blur, overshoot):
    how = sharpening(blur, overshoot)
    plain = discs(how.blur)
    found = measure_edges(plain + sharpened_by(plain, how.amount), 0.0)
    assert how.blur > blur
    assert found.overshoot == pytest.approx(overshoot, abs=0.015)
    assert found.width == pytest.approx(blur, rel=0.15)
    assert sharpening(blur, 0.0).amount == 0.0 and sharpening(blur, 0.0).blur == blur


@pytest.mark.parametrize("amount", [0.0, 0.7])
def test_the_masks_edge_overshoots_as_the_photos_edges_do(amount):
    plain = np.concatenate([discs(0.65)[:160], np.full((160, 240), 0.45)])
    stored = plain + sharpened_by(plain, amount)
    pixels = np.repeat((stored[..., None] * 255).round().astype(np.uint8), 3, axis=-1)
    rows, columns = np.indices(plain.shape)
    away = np.hypot(rows - 240.3, columns - 119.8)
    alpha = special.ndtr((60.0 - away) / 0.36).astype(np.float32)
    cloth = colour.decode(np.array(0.8))
    photo = Photo(sha256="0" * 64, name="p.png", identity="p", pixels=pixels, focal_px=None)
    out, matte, _ = composite(photo, flat_mask(cloth, alpha), CompositeConfig(grain=False, highlights=False))
    luma = out[..., 1] / 255.0
    aim = measure_edges(stored, 0.0)
    found = measure_edges(luma[165:], 0.0)
    assert (out[matte == 0] == pixels[matte == 0]).all()
    assert (aim is not None) and (aim.overshoot > 0.03) == (amount > 0)
    assert found.overshoot == pytest.approx(aim.overshoot, abs=0.02)
    assert luma[away < 50] == pytest.approx(0.8, abs=1 / 255)
