"""What is in front of the mask in the photo hides mask and shadow, softly."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import find_faces as fake_faces
from fakes import render as fake_render
from scipy import ndimage

from pipeline.colour import to_pixels
from pipeline.composite.occlusion import behind_occluder
from pipeline.composite.paste import composite
from pipeline.config import CompositeConfig, FacesConfig
from pipeline.records import PARTS, Occluder, Photo

PHOTO = Photo("0" * 64, "a.png", "a", np.full((64, 64, 3), 120, np.uint8), None)


@pytest.fixture
def worn():
    """A face, and layers of an opaque panel in a full shadow."""
    face = fake_faces(PHOTO, FacesConfig())[0]
    worn = SimpleNamespace(vertices=np.zeros((1, 3)))
    layers = fake_render(face, worn, {"seed": 1, "colour": [0.2, 0.3, 0.4]}, None, 1)
    shape = layers.parts.shape
    return face, replace(
        layers,
        parts=np.full(shape, PARTS.index("panel"), np.uint8),
        rgba=np.full((*shape, 4), [0.9, 0.1, 0.1, 1.0], np.float32),
        shadow=np.zeros((*shape, 3), np.float32),
        depth=np.ones(shape, np.float32),
    )


def test_nothing_in_front_leaves_the_layers_as_they_are(worn):
    face, layers = worn
    assert behind_occluder(face, layers) is layers
    far = Occluder((40, 40, 50, 50), np.full((10, 10), 255, np.uint8))
    assert behind_occluder(replace(face, occluder=far), layers) is layers


def test_labels_end_where_more_than_half_of_a_pixel_is_hidden(worn):
    face, layers = worn
    x0, y0, x1, y1 = layers.box
    matte = np.zeros((y1 - y0 + 6, x1 - x0 + 6), np.uint8)
    matte[: 3 + 4] = 255
    matte[3 + 4 : 3 + 6] = 51
    occluder = Occluder((x0 - 3, y0 - 3, x1 + 3, y1 + 3), matte)
    hidden = behind_occluder(replace(face, occluder=occluder), layers)
    assert (hidden.parts[:4] == 0).all() and (hidden.depth[:4] == 0).all()
    assert (hidden.parts[4:] == PARTS.index("panel")).all()
    np.testing.assert_allclose(hidden.front[:7, 0], [1, 1, 1, 1, 0.2, 0.2, 0], rtol=1e-6)
    assert hidden.hidden == pytest.approx((4 + 2 * 0.2) / (y1 - y0))


def test_a_soft_rim_brings_its_own_colour_and_nothing_of_what_was_behind_it(worn):
    face, layers = worn
    x0, y0, x1, y1 = layers.box
    front = np.clip((np.arange(x1 - x0) - 3) / 5, 0, 1) * np.ones((y1 - y0, 1))
    thing, skin, fabric = np.array([0.02, 0.1, 0.02]), np.array([0.8, 0.6, 0.5]), layers.rgba[0, 0, :3]
    mixed = front[..., None] * thing + (1 - front)[..., None] * skin
    pixels = PHOTO.pixels.copy()
    pixels[y0:y1, x0:x1] = to_pixels(mixed)
    occluder = Occluder(layers.box, (front * 255 + 0.5).astype(np.uint8))
    hidden = behind_occluder(replace(face, occluder=occluder), layers)
    wanted = to_pixels(front[..., None] * thing + (1 - front)[..., None] * fabric).astype(int)
    config = CompositeConfig(blur=False, grain=False)
    found, alpha, _ = composite(replace(PHOTO, pixels=pixels), hidden, config)
    np.testing.assert_allclose(alpha[y0:y1, x0:x1], np.rint((1 - front) * 255), atol=1)
    # Taken with what shines through its rim, the thing would be seen with a rim of skin.
    carried = to_pixels(front[..., None] * mixed + (1 - front)[..., None] * fabric).astype(int)
    off, off_carried = (np.abs(way - wanted).mean() for way in (found[y0:y1, x0:x1].astype(int), carried))
    assert off_carried > 5 and off < off_carried / 3


def test_a_scrap_that_is_cut_off_is_left_out_and_a_larger_piece_is_not(worn):
    face, layers = worn
    x0, y0, x1, y1 = layers.box
    matte = np.zeros((y1 - y0, x1 - x0), np.uint8)
    matte[:, 6:8] = 255
    matte[2:, 8:] = 255  # leaves 2 by 4 pixels in a corner
    occluded = replace(face, occluder=Occluder(layers.box, matte))
    fine, coarse = (behind_occluder(occluded, replace(layers, pixel=px)) for px in (0.001, 0.005))
    assert (fine.front[:, 6:] == 1).all() and (fine.parts[:, 6:] == 0).all()
    assert (fine.front[:, :6] == 0).all()
    assert (coarse.front[:2, 8:] == 0).all()


def test_a_corner_of_the_sheet_beside_a_lock_is_a_scrap_at_a_size_at_which_a_loop_is_none(worn):
    face, layers = worn
    x0, y0, x1, y1 = layers.box
    matte = np.zeros((y1 - y0, x1 - x0), np.uint8)
    matte[:, 6:8] = 255  # leaves 4 columns beyond
    occluded = replace(face, occluder=Occluder(layers.box, matte))
    area = 1e-4 / ((x1 - x0 - 8) * (y1 - y0))
    sheet = replace(layers, pixel=float(np.sqrt(area)))
    cord = replace(sheet, parts=np.full_like(layers.parts, PARTS.index("loop")))
    assert (behind_occluder(occluded, sheet).front[:, 8:] == 1).all()
    assert (behind_occluder(occluded, cord).front[:, 8:] == 0).all()


def test_a_mask_is_darker_where_something_lies_on_it(worn):
    face, layers = worn
    x0, y0, x1, y1 = layers.box
    matte = np.zeros((y1 - y0, x1 - x0), np.uint8)
    matte[:, :4] = 255
    occluded = replace(face, occluder=Occluder(layers.box, matte))
    hidden = behind_occluder(occluded, replace(layers, pixel=0.004))
    kept = hidden.rgba[5, :, 0] / layers.rgba[5, :, 0]
    assert kept[4] == pytest.approx(1 - 0.35 * 0.309, abs=0.01)  # half a standard deviation off the rim
    assert (np.diff(kept[3:8]) > 0).all()
    assert kept[8:] == pytest.approx(1.0, abs=1e-3)
    assert (hidden.rgba[..., 3] == layers.rgba[..., 3]).all()
    assert (behind_occluder(occluded, layers).rgba == layers.rgba).all()


def test_shadow_gives_way_in_proportion(worn):
    face, layers = worn
    bare = replace(layers, rgba=np.zeros_like(layers.rgba))
    occluder = Occluder(layers.box, np.full(layers.parts.shape, 204, np.uint8))
    _, _, shadow = composite(
        PHOTO,
        behind_occluder(replace(face, occluder=occluder), bare),
        CompositeConfig(blur=False, grain=False),
    )
    x0, y0, x1, y1 = layers.box
    assert (shadow[y0:y1, x0:x1] == 204).all()


def test_what_is_in_front_is_not_blurred_with_the_mask(worn):
    face, layers = worn
    x0, y0, x1, y1 = layers.box
    matte = np.zeros((y1 - y0, x1 - x0), np.uint8)
    matte[:, 9:11] = 255
    hidden = behind_occluder(replace(face, occluder=Occluder(layers.box, matte)), layers)
    blurred = ndimage.gaussian_filter(np.random.default_rng(0).uniform(0, 255, (64, 64, 3)), (3, 3, 0))
    soft = replace(PHOTO, pixels=np.clip((blurred - 127) * 5 + 127, 0, 255).astype(np.uint8))
    pixels, alpha, _ = composite(soft, hidden, CompositeConfig(grain=False))
    assert (alpha[y0:y1, x0 + 9 : x0 + 11] == 0).all()
    assert (pixels[y0:y1, x0 + 9 : x0 + 11] == soft.pixels[y0:y1, x0 + 9 : x0 + 11]).all()


def test_the_photo_stays_bit_by_bit_where_something_is_in_front(worn):
    face, layers = worn
    x0, y0, x1, y1 = layers.box
    matte = np.zeros((y1 - y0, x1 - x0), np.uint8)
    matte[:, :6] = 255
    occluded = behind_occluder(replace(face, occluder=Occluder(layers.box, matte)), layers)
    pixels, alpha, shadow = composite(PHOTO, occluded, CompositeConfig(blur=False, grain=False))
    assert (pixels[y0:y1, x0 : x0 + 6] == PHOTO.pixels[y0:y1, x0 : x0 + 6]).all()
    assert (alpha[y0:y1, x0 : x0 + 6] == 0).all() and (shadow[y0:y1, x0 : x0 + 6] == 255).all()
    assert (alpha[y0:y1, x0 + 6 : x1] == 255).all()
