"""What is in front of the mask in the photo hides mask and shadow, softly."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import find_faces as fake_faces
from fakes import render as fake_render

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


def test_mask_and_shadow_give_way_in_proportion(worn):
    face, layers = worn
    x0, y0, x1, y1 = layers.box
    matte = np.zeros((y1 - y0 + 6, x1 - x0 + 6), np.uint8)
    matte[: 3 + 4] = 255
    matte[3 + 4 : 3 + 6] = 51
    occluder = Occluder((x0 - 3, y0 - 3, x1 + 3, y1 + 3), matte)
    hidden = behind_occluder(replace(face, occluder=occluder), layers)
    assert (hidden.rgba[:4] == 0).all()
    assert (hidden.parts[:4] == 0).all() and (hidden.depth[:4] == 0).all()
    np.testing.assert_allclose(hidden.rgba[4:6], layers.rgba[4:6] * 0.8, rtol=1e-6)
    np.testing.assert_allclose(hidden.shadow[4:6], 0.2, rtol=1e-6)
    assert (hidden.parts[4:] == PARTS.index("panel")).all()
    assert (hidden.rgba[6:] == layers.rgba[6:]).all()
    assert hidden.hidden == pytest.approx((4 + 2 * 0.2) / (y1 - y0))


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
