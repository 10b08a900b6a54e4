from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage, special

from pipeline import colour
from pipeline.composite.before_jpeg import blur_before
from pipeline.composite.grain import Grain, draw_grain, measure_grain
from pipeline.composite.jpeg import through_file
from pipeline.composite.outline import SOFT, soften_outline
from pipeline.composite.paste import composite
from pipeline.composite.sharpness import edge_blur, step_widths
from pipeline.config import CompositeConfig
from pipeline.records import JpegHistory, Layers, Photo

PLAIN = CompositeConfig(blur=False, grain=False, highlights=False)


def a_photo(pixels: np.ndarray) -> Photo:
    return Photo(sha256="0" * 64, name="p.png", identity="p", pixels=pixels, focal_px=None)


def a_disc(height: int = 60, width: int = 70) -> np.ndarray:
    """Coverage of a soft-edged disc, 0 near the border."""
    y, x = np.mgrid[:height, :width]
    return np.clip(20.5 - np.hypot(x - width / 2, y - height / 2), 0, 1)


def some_layers(box, alpha, straight, shadow, seed=3) -> Layers:
    shape = alpha.shape
    zeros = np.zeros(shape, np.float32)
    straight = np.broadcast_to(np.asarray(straight, float), (*shape, 3))
    return Layers(
        box=box,
        rgba=np.concatenate([straight * alpha[..., None], alpha[..., None]], axis=-1).astype(np.float32),
        shadow=np.broadcast_to(np.asarray(shadow, np.float32), (*shape, 3)).copy(),
        depth=zeros,
        normals=np.zeros((*shape, 3), np.float32),
        parts=(alpha > 0.5).astype(np.uint8),
        uv=np.zeros((*shape, 2), np.float32),
        albedo=np.zeros((*shape, 3), np.float32),
        material={"seed": seed},
    )


def noisy_photo(shape=(120, 140, 3)) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def test_srgb_is_exact_for_all_256_values():
    values = np.arange(256, dtype=np.uint8)
    assert (colour.to_pixels(colour.to_linear(values)) == values).all()
    # Fixed points of IEC 61966-2-1.
    assert colour.decode(np.array(0.5)) == pytest.approx(0.21404114, abs=1e-8)


@pytest.mark.parametrize("config", [PLAIN, CompositeConfig()])
def test_pixels_outside_matte_and_shadow_are_the_photos_own(config):
    pixels = noisy_photo()
    alpha = a_disc()
    y, x = np.mgrid[:60, :70]
    shadow = 1 - 0.5 * np.clip(1 - np.hypot(x - 35, y - 30) / 27, 0, 1)
    layers = some_layers((30, 40, 100, 100), alpha, (0.3, 0.5, 0.7), shadow[..., None])
    out, matte, shade = composite(a_photo(pixels), layers, config)
    untouched = (matte == 0) & (shade == 255)
    assert out.shape == pixels.shape and matte.shape == shade.shape == pixels.shape[:2]
    assert 0.5 < untouched.mean() < 0.95
    assert (out[untouched] == pixels[untouched]).all()
    assert (out[matte > 128] != pixels[matte > 128]).any(axis=-1).mean() > 0.9


def test_a_mask_coloured_as_the_skin_is_invisible():
    """Right only with premultiplied edges composited in linear light."""
    pixels = np.full((60, 70, 3), (203, 151, 122), np.uint8)
    alpha = a_disc()
    layers = some_layers((0, 0, 70, 60), alpha, colour.to_linear(pixels[0, 0]), 1.0)
    out, matte, _ = composite(a_photo(pixels), layers, CompositeConfig(blur=True, grain=False))
    assert (out == pixels).all()
    assert ((matte > 0) & (matte < 255)).any()


def test_shadow_multiplies_linear_light():
    pixels = np.full((8, 8, 3), 188, np.uint8)
    alpha = np.zeros((8, 8))
    out, _, shade = composite(a_photo(pixels), some_layers((0, 0, 8, 8), alpha, 0.0, [0.5, 0.5, 0.5]), PLAIN)
    # sRGB 188 is linear 0.5029 and half of that encodes to 137.
    assert (out == 137).all() and (shade == 128).all()


def test_black_and_white_stays_so():
    grey = np.repeat(noisy_photo()[..., :1], 3, axis=-1)
    layers = some_layers((30, 40, 100, 100), a_disc(), (0.2, 0.5, 0.8), [0.8, 0.9, 0.95])
    out, matte, _ = composite(a_photo(grey), layers, CompositeConfig())
    assert (matte > 0).any()
    assert (out[..., 0] == out[..., 1]).all() and (out[..., 1] == out[..., 2]).all()


def test_same_input_same_bytes_and_the_seed_moves_the_grain():
    photo = a_photo(
        (127 + 6 * np.random.default_rng(1).standard_normal((120, 140, 3))).round().astype(np.uint8)
    )
    box = (30, 40, 100, 100)
    first = composite(photo, some_layers(box, a_disc(), 0.3, 1.0), CompositeConfig())
    again = composite(photo, some_layers(box, a_disc(), 0.3, 1.0), CompositeConfig())
    other = composite(photo, some_layers(box, a_disc(), 0.3, 1.0, seed=4), CompositeConfig())
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[0] != other[0]).any() and (first[1] == other[1]).all()


@pytest.mark.parametrize("noise", [0.0, 0.006])
@pytest.mark.parametrize("blur", [0.5, 0.7, 1.2, 2.0])
def test_blur_of_known_edges_is_found(blur, noise):
    rng = np.random.default_rng(5)
    # four times as fine, so that a pixel is the mean over its area
    y, x = np.mgrid[:640, :640] / 4 - 80.0
    picture = np.full((640, 640), 0.5)
    for _ in range(6):
        angle, offset = rng.uniform(0, np.pi), rng.uniform(-60, 60)
        picture += rng.uniform(-0.25, 0.25) * (x * np.cos(angle) + y * np.sin(angle) > offset)
    picture = ndimage.gaussian_filter(picture, 4 * blur).reshape(160, 4, 160, 4).mean(axis=(1, 3))
    picture += noise * rng.standard_normal(picture.shape)
    assert edge_blur(picture, noise) == pytest.approx(np.hypot(blur, 12**-0.5), rel=0.2)


def test_blur_that_compression_adds_is_left_to_it():
    tables = tuple(tuple(int(step) for step in table) for table in ([24] * 64, [24] * 64))
    history = JpegHistory(tables, "4:2:0", 1)
    rows, columns = np.indices((96, 96)) % 48 - 23.5

    def drawn(blur):
        disc = 0.3 + 0.35 * special.ndtr((15.2 - np.hypot(rows, columns + 0.2)) / blur)
        return np.repeat((disc * 255).round().astype(np.uint8)[..., None], 3, axis=-1)

    def wide(pixels):
        return float(np.median(step_widths(pixels[..., 1] / 255.0, 0.2)))

    aim = 0.8
    assert wide(through_file(drawn(aim), history)) > 1.05 * aim
    found = wide(through_file(drawn(blur_before(aim, history)), history))
    assert found == pytest.approx(aim, rel=0.06)


def test_outline_is_as_soft_as_cloth_and_its_threads_stay():
    alpha = np.zeros((80, 80))
    alpha[:, 40:] = 1
    threads = 0.5 + 0.2 * (-1.0) ** np.arange(80)[:, None] * np.ones(80)
    rgba = np.concatenate([(threads * alpha)[..., None]] * 3 + [alpha[..., None]], axis=-1)
    pixel = 0.2e-3
    found = soften_outline(rgba, pixel)
    slope = np.diff(found[40, :, 3])
    places = np.arange(79)
    spread = np.sqrt((slope * (places - (slope * places).sum()) ** 2).sum())
    assert spread == pytest.approx(SOFT / pixel, rel=0.05)
    assert np.allclose(found[10:70, 52:], rgba[10:70, 52:], atol=1e-9)
    assert (soften_outline(rgba, 5e-3) == rgba).all() and (soften_outline(rgba, 0.0) == rgba).all()


def test_grain_on_the_mask_is_as_strong_as_on_the_skin():
    rng = np.random.default_rng(2)
    pixels = (140 + 5 * rng.standard_normal((160, 160, 3))).round().clip(0, 255).astype(np.uint8)
    alpha = np.zeros((160, 160))
    alpha[30:130, 30:130] = 1
    layers = some_layers((0, 0, 160, 160), alpha, 0.26, 1.0)
    out, _, _ = composite(a_photo(pixels), layers, CompositeConfig())

    def fine(image):
        image = image[40:120, 40:120] @ np.array([0.299, 0.587, 0.114])
        return (image - ndimage.gaussian_filter(image, 1.6)).std()

    assert fine(out) == pytest.approx(fine(pixels), rel=0.2)
    assert measure_grain(pixels / 255.0, alpha > 0).luma > 0.01


def test_grain_is_as_strong_as_the_photos_after_both_were_compressed():
    tables = ((10,) * 64, (12,) * 64)
    history = JpegHistory(tables, "4:2:0", 1)
    rng = np.random.default_rng(8)
    raw = 120 + 9 * ndimage.gaussian_filter(rng.standard_normal((192, 192, 3)), (0.5, 0.5, 0))
    stored = through_file(raw.round().astype(np.uint8), history)
    layers = some_layers((64, 64, 128, 128), np.ones((64, 64)), colour.decode(np.full(3, 120 / 255)), 1.0)
    photo = replace(a_photo(stored), jpeg=history)

    def fine(config):
        out = composite(photo, layers, config)[0][68:124, 68:124] @ np.array([0.299, 0.587, 0.114])
        return (out - ndimage.gaussian_filter(out, 1.6)).std()

    around = stored[:60] @ np.array([0.299, 0.587, 0.114])
    aim = (around - ndimage.gaussian_filter(around, 1.6)).std()
    assert fine(CompositeConfig()) == pytest.approx(aim, rel=0.25)
    assert fine(CompositeConfig(grain=False)) < 0.1 * aim


def test_grain_gives_way_towards_white_as_in_photos():
    grain = Grain(np.full((3, 3), 0.01), at=0.5)
    noise = draw_grain(
        grain, np.repeat([0.5, 0.9, 1.0], 64)[None].repeat(96, axis=0), np.random.default_rng(0)
    )
    mid, bright, white = (noise[:, 64 * i : 64 * i + 64].std() for i in range(3))
    assert 0.4 * mid < bright < 0.7 * mid and white == 0


def test_relief_of_the_skin_is_not_taken_for_grain():
    """A wall as bright as the skin shows the sensor's noise alone."""
    rng = np.random.default_rng(3)
    pixels = 140 + 1.5 * rng.standard_normal((240, 240, 3))
    pixels[80:160, 80:160] += 8 * rng.standard_normal((80, 80, 1))
    pixels = pixels.round().clip(0, 255).astype(np.uint8)
    layers = some_layers((80, 80, 160, 160), np.ones((80, 80)), 0.26, 1.0)
    out, _, _ = composite(a_photo(pixels), layers, CompositeConfig(blur=False))
    wall, mask = pixels[:80, :80].astype(float), out[90:150, 90:150].astype(float)
    assert mask.mean(axis=2).std() < 1.5 * wall.mean(axis=2).std()


@pytest.mark.parametrize(("brightest", "white"), [(235, 235), (190, 255), (300, 255)])
def test_white_cloth_ends_where_the_photos_whites_do(brightest, white):
    """A signal that ends below white, a scene with nothing white in it, and one that clips."""
    scene = np.random.default_rng(6).uniform(20, brightest, (200, 200, 1))
    pixels = np.repeat(np.minimum(scene, 255).round().astype(np.uint8), 3, axis=-1)
    straight = np.linspace(0.05, 1.6, 80)[:, None, None] * np.ones((80, 3))
    layers = some_layers((60, 60, 140, 140), np.ones((80, 80)), straight, 1.0)
    config = CompositeConfig(blur=False, grain=False)
    found, plain = (
        composite(a_photo(pixels), layers, how)[0][60:140, 100, 1].astype(int) for how in (config, PLAIN)
    )
    below = plain < 0.9 * white - 1
    assert below.sum() > 20 and (found[below] == plain[below]).all()
    assert (np.diff(found) >= 0).all()
    assert white - 6 <= found.max() <= white
    assert ((found == 255).sum() > 1) == (brightest > 255)
