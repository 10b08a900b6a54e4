"""What a program beside the bench shows of a photo."""

import io

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import Base

from pipeline.bench.faces import upright_picture
from pipeline.records import Photo

PIXELS = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def photo_as(kind: str, orientation: int) -> Photo:
    data = io.BytesIO()
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    Image.fromarray(PIXELS).save(data, kind, exif=exif)
    return Photo("0" * 64, "person", "person", PIXELS, None, file=data.getvalue())


@pytest.mark.parametrize("kind, name", [("PNG", "a.png"), ("JPEG", "a.JPG")])
def test_a_photo_that_is_upright_is_shown_itself(tmp_path, kind, name):
    assert upright_picture(photo_as(kind, 1), name, tmp_path) == name
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "kind, name, orientation", [("JPEG", "a.jpg", 6), ("PNG", "a.png", 3), ("GIF", "a.gif", 1)]
)
def test_one_that_is_turned_or_seldom_read_is_shown_by_its_pixels(tmp_path, kind, name, orientation):
    path = upright_picture(photo_as(kind, orientation), name, tmp_path)
    assert path != name
    assert np.array_equal(np.asarray(Image.open(path)), PIXELS)
