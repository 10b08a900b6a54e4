import io

import numpy as np
import pytest
from PIL import Image, ImageOps
from scipy import ndimage

from pipeline.composite.jpeg import recompressed
from pipeline.config import PhotosConfig
from pipeline.jpeg import as_in_file, as_upright
from pipeline.photos.load import load_photo
from pipeline.records import Photo, PhotoSource

ORIENTATION = 0x112


def a_picture(height=150, width=187) -> np.ndarray:
    noise = np.random.default_rng(4).standard_normal((height, width, 3))
    smooth = ndimage.gaussian_filter(noise, (3, 3, 0))
    return np.clip(128 + 40 * smooth / smooth.std() + 6 * noise, 0, 255).astype(np.uint8)


def a_file(stored: np.ndarray, orientation=1, **options) -> bytes:
    image, file = Image.fromarray(stored), io.BytesIO()
    exif = image.getexif()
    exif[ORIENTATION] = orientation
    image.save(file, "JPEG", exif=exif, **options)
    return file.getvalue()


def loaded(data: bytes, folder) -> Photo:
    (folder / "p.jpg").write_bytes(data)
    return load_photo(PhotoSource(str(folder / "p.jpg"), "p.jpg", "p"), PhotosConfig(folder="."))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_maps_turn_as_exif_says(orientation):
    image, file = Image.fromarray(a_picture(20, 30)), io.BytesIO()
    exif = image.getexif()
    exif[ORIENTATION] = orientation
    image.save(file, "PNG", exif=exif)
    turned = np.asarray(ImageOps.exif_transpose(Image.open(file)))
    assert (as_upright(np.asarray(image), orientation) == turned).all()
    assert (as_in_file(turned, orientation) == np.asarray(image)).all()


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_a_pasted_part_looks_as_if_it_had_been_there_before_the_photo_was_stored(
    orientation, sampling, tmp_path
):
    options = {"orientation": orientation, "quality": 60, "subsampling": sampling}
    photo = loaded(a_file(a_picture(), **options), tmp_path)
    pasted, touched = photo.pixels.copy(), np.zeros(photo.pixels.shape[:2], bool)
    touched[43:90, 50:101] = True
    pasted[touched] = 255 - pasted[touched]
    found = recompressed(pasted, touched, photo.jpeg)
    assert (found[~touched] == photo.pixels[~touched]).all()
    truth = loaded(a_file(as_in_file(pasted, orientation), **options), tmp_path).pixels
    assert (found[touched] == truth[touched]).all() and (truth[touched] != pasted[touched]).any()


@pytest.mark.parametrize("kind", ["PNG", "CMYK", "grey"])
def test_only_what_can_be_written_again_has_a_jpeg_history(kind, tmp_path):
    file = io.BytesIO()
    image = Image.fromarray(a_picture())
    if kind == "PNG":
        image.save(file, "PNG")
    else:
        image.convert({"CMYK": "CMYK", "grey": "L"}[kind]).save(file, "JPEG", quality=80)
    history = loaded(file.getvalue(), tmp_path).jpeg
    assert (history is not None) == (kind == "grey")
    if history is not None:
        assert len(history.tables) == 1 and history.tables[0][0] == 6  # 16, by IJG's rule for quality 80
