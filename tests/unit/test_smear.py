import numpy as np
import pytest
import skimage.data
from flat_mask import flat_mask
from scipy import ndimage

from pipeline.colour import LUMA
from pipeline.composite.paste import composite
from pipeline.composite.smear import NO_SMEAR, Smear, measure_smear, smeared
from pipeline.config import CompositeConfig
from pipeline.records import Photo

FACE = skimage.data.astronaut()[:300, 100:360] / 255.0 @ LUMA


def moved(image: np.ndarray, length: float, degrees: float) -> np.ndarray:
    """The mean of ``image`` on its way of ``length`` px in a direction, x to the right and y down."""
    way = length * np.linspace(-0.5, 0.5, 15)
    x, y = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.mean(
        [ndimage.shift(image, (step * y, step * x), order=3, mode="nearest") for step in way], axis=0
    )


@pytest.mark.parametrize(("length", "degrees"), [(5, 0), (5, 45), (5, 90), (7, 135)])
def test_motion_of_a_known_way_is_found(length, degrees):
    noise = 0.005
    grain = noise * np.random.default_rng(3).standard_normal(FACE.shape)
    found = measure_smear(moved(FACE, length, degrees) + grain, noise)
    apart = (np.degrees(found.angle) - degrees + 90) % 180 - 90
    assert abs(apart) < 15
    assert 0.55 < found.length / (length / np.sqrt(12)) < 1.1


@pytest.mark.parametrize("blur", [0.0, 1.0])
def test_a_face_that_stood_still_shows_no_motion(blur):
    assert measure_smear(ndimage.gaussian_filter(FACE, blur), 0.005) == NO_SMEAR


@pytest.mark.parametrize(("angle", "axis"), [(0.0, 1), (np.pi / 2, 0)])
def test_a_smear_is_a_gaussian_along_its_line(angle, axis):
    picture = FACE[:80, :70, None]
    plain = ndimage.gaussian_filter1d(picture, 1.5, axis=axis, mode="nearest")
    found = smeared(picture, Smear(1.5, angle))
    assert np.abs(found - plain)[8:-8, 8:-8].max() < 0.01
    assert smeared(picture, NO_SMEAR) is picture


def test_a_mask_in_a_moved_photo_has_moved_as_well():
    """Its upright edges are as sharp as before, when the way was upright, and the level ones are not."""
    face = np.repeat((moved(FACE, 6, 90)[..., None] * 255).round().clip(0, 255).astype(np.uint8), 3, axis=-1)
    alpha = np.zeros(face.shape[:2], np.float32)
    alpha[190:250, 80:180] = 1
    photo = Photo(sha256="0" * 64, name="p.png", identity="p", pixels=face, focal_px=None)
    _, matte, _ = composite(photo, flat_mask(0.8, alpha), CompositeConfig(grain=False, highlights=False))

    def width_of(line):
        slope = np.abs(np.diff(line / 255.0))
        middle = (slope * np.arange(len(slope))).sum() / slope.sum()
        return float(np.sqrt((slope * (np.arange(len(slope)) - middle) ** 2).sum() / slope.sum()))

    level, upright = width_of(matte[150:220, 130].astype(float)), width_of(matte[220, 40:130].astype(float))
    # what the camera did to both, and the way of 6 px, of which a part is read
    assert upright < 1.2
    assert 0.5 < np.sqrt(level**2 - upright**2) / (6 / np.sqrt(12)) < 1.1
