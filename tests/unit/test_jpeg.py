import io
import json

import numpy as np
import pytest
from fakes import Counter
from PIL import Image, ImageCms, ImageOps
from scipy import ndimage

from pipeline.composite.jpeg import recompressed
from pipeline.config import Config, PhotosConfig
from pipeline.dataset.jpeg import spliced_jpeg
from pipeline.farm.local import run
from pipeline.jpeg import as_in_file, as_upright
from pipeline.photos.listing import list_folder
from pipeline.photos.load import load_photo
from pipeline.recipe import Job
from pipeline.records import Photo, PhotoSource

ORIENTATION, MAKER = 0x112, 0x10F


def a_picture(height=150, width=187) -> np.ndarray:
    noise = np.random.default_rng(4).standard_normal((height, width, 3))
    smooth = ndimage.gaussian_filter(noise, (3, 3, 0))
    return np.clip(128 + 40 * smooth / smooth.std() + 6 * noise, 0, 255).astype(np.uint8)


def a_file(stored: np.ndarray, orientation=1, **options) -> bytes:
    image, file = Image.fromarray(stored), io.BytesIO()
    exif = image.getexif()
    exif[ORIENTATION], exif[MAKER] = orientation, "Camera & Co"
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


@pytest.mark.parametrize("orientation", [1, 8])
@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:0"])
def test_untouched_blocks_keep_their_coefficients(orientation, sampling, tmp_path):
    jpeglib = pytest.importorskip("jpeglib")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    stored = a_file(a_picture(), orientation, quality=85, subsampling=sampling, icc_profile=profile)
    photo = loaded(stored, tmp_path)
    pixels, touched = photo.pixels.copy(), np.zeros(photo.pixels.shape[:2], bool)
    touched[43:90, 50:101] = True
    pixels[touched] = (200, 60, 90)
    (tmp_path / "s.jpg").write_bytes(spliced_jpeg(photo, pixels, touched))
    old, new = (jpeglib.read_dct(str(tmp_path / name)) for name in ("p.jpg", "s.jpg"))
    where = as_in_file(touched, orientation)
    for name, side in (("Y", 8), ("Cb", 8 if sampling == "4:4:4" else 16)):
        same = (getattr(old, name) == getattr(new, name)).all(axis=(2, 3))
        rows, columns = np.nonzero(where)
        inside = np.zeros(same.shape, bool)
        inside[rows // side, columns // side] = True
        assert same[~inside].all() and not same[inside].any()
    with Image.open(tmp_path / "s.jpg") as image:
        assert image.info["icc_profile"] == profile and b"Synthetic composite" in image.info["comment"]
        assert image.getexif()[ORIENTATION] == orientation and image.getexif()[MAKER] == "Camera & Co"
        shown = np.asarray(ImageOps.exif_transpose(image)).astype(int)
    # in blocks that are touched all over
    assert np.abs(shown[60:73, 67:84] - (200, 60, 90)).max() <= 3


def test_a_run_writes_jpegs_of_jpegs_and_keeps_exif(tmp_path):
    pytest.importorskip("jpeglib")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "ann.jpg").write_bytes(a_file(a_picture(64, 64), quality=90))
    Image.fromarray(a_picture(64, 64)).save(tmp_path / "photos" / "bob.png")

    def made(also):
        settings = {"photos": {"folder": "photos"}, "output": "out", "also_jpeg": also}
        list(
            run(
                Job(Config.model_validate(settings), tmp_path),
                list_folder(tmp_path / "photos"),
                Counter().stages,
            )
        )
        lines = (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()
        return {row["identity"]: row for row in map(json.loads, lines)}

    rows = made(True)
    (jpeg,) = (tmp_path / "out" / "jpeg").glob("*/*")
    assert jpeg == tmp_path / "out" / "jpeg" / "ann" / f"{rows['ann']['sample_id']}.jpg"
    with Image.open(jpeg) as image, Image.open(tmp_path / "out" / rows["ann"]["image"]) as png:
        assert image.getexif()[MAKER] == png.getexif()[MAKER] == "Camera & Co"
        assert np.abs(np.asarray(image).astype(int) - np.asarray(png)).mean() < 2
    made(False)
    assert not list((tmp_path / "out" / "jpeg").glob("*"))


@pytest.mark.parametrize("last", ["PNG", "JPEG"])
def test_an_earlier_compression_is_found(last, tmp_path):
    first = Image.open(io.BytesIO(a_file(a_picture(300, 310), quality=70)))
    file = io.BytesIO()
    first.save(file, last, **({"quality": 100} if last == "JPEG" else {}))
    assert loaded(file.getvalue(), tmp_path).earlier_jpeg.tables[0] == tuple(first.quantization[0])


@pytest.mark.parametrize("change", ["never stored", "scaled", "stored once"])
def test_no_earlier_compression_is_made_up(change, tmp_path):
    image = Image.fromarray(a_picture(300, 310))
    if change == "scaled":
        image = Image.open(io.BytesIO(a_file(a_picture(300, 310), quality=70))).resize((280, 288))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=70 if change == "stored once" else 100)
    assert loaded(file.getvalue(), tmp_path).earlier_jpeg is None
