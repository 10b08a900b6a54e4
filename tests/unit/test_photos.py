"""Every kind of file becomes upright sRGB pixels or a reason."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from pipeline.config import PhotosConfig
from pipeline.photos.listing import TableError, list_folder, list_table
from pipeline.photos.load import load_photo
from pipeline.records import Photo, PhotoSource, Rejected

CONFIG = PhotosConfig(folder=".")
RED = (200, 60, 40)


def load(path: Path, config: PhotosConfig = CONFIG) -> Photo:
    return load_photo(PhotoSource(str(path), path.name, "someone"), config)


def saved(tmp_path: Path, image: Image.Image, name: str = "a.png", **options) -> Path:
    image.save(tmp_path / name, **options)
    return tmp_path / name


@pytest.mark.parametrize(
    ("image", "name", "expected"),
    [
        (Image.new("RGB", (40, 50), RED), "a.png", RED),
        (Image.new("RGB", (40, 50), RED), "a.webp", RED),
        (Image.new("RGB", (40, 50), RED), "a.JPG", RED),
        (Image.new("L", (40, 50), 90), "a.png", (90, 90, 90)),
        (Image.new("1", (40, 50), 1), "a.png", (255, 255, 255)),
        (Image.new("LA", (40, 50), (0, 128)), "a.png", (127, 127, 127)),
        (Image.new("RGBA", (40, 50), (*RED, 0)), "a.png", (255, 255, 255)),
        (Image.new("RGB", (40, 50), RED).quantize(8), "a.png", RED),
        (Image.new("CMYK", (40, 50), (0, 255, 255, 0)), "a.jpg", (255, 0, 0)),
        (Image.fromarray(np.full((50, 40), 65535, np.uint16)), "a.png", (255, 255, 255)),
        (Image.fromarray(np.full((50, 40), 25700, np.uint16)), "a.png", (100, 100, 100)),
    ],
)
def test_modes_become_srgb(tmp_path, image, name, expected):
    photo = load(saved(tmp_path, image, name))
    assert photo.pixels.shape == (50, 40, 3) and photo.pixels.dtype == np.uint8
    assert np.abs(photo.pixels[25, 20].astype(int) - expected).max() <= 8


def test_palette_with_transparency_lies_on_white(tmp_path):
    image = Image.new("RGB", (40, 40), RED).quantize(4)
    photo = load(saved(tmp_path, image, transparency=image.getpixel((0, 0))))
    assert (photo.pixels == 255).all()


def test_profiled_colour_is_converted(tmp_path):
    srgb = ImageCms.createProfile("sRGB")
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    image = Image.new("RGB", (40, 40), RED)
    plain = load(saved(tmp_path, image, icc_profile=ImageCms.ImageCmsProfile(srgb).tobytes()))
    assert (plain.pixels == RED).all()  # sRGB in, untouched
    assert (load(saved(tmp_path, image, icc_profile=lab)).pixels == RED).all()  # does not fit: ignored
    assert (load(saved(tmp_path, image, icc_profile=b"junk")).pixels == RED).all()
    wide = _profile_with_gamma_one()
    assert (load(saved(tmp_path, image, icc_profile=wide)).pixels[0, 0] > np.array(RED)).all()


def _profile_with_gamma_one() -> bytes:
    """sRGB's primaries with a straight transfer curve, written by hand from Pillow's own profile."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for index in range(struct.unpack_from(">I", data, 128)[0]):
        name, start, size = struct.unpack_from(">4sII", data, 132 + 12 * index)
        if name in (b"rTRC", b"gTRC", b"bTRC"):
            data[start : start + 12] = struct.pack(">4sII", b"curv", 0, 0)
        if name == b"desc":
            data[start : start + size] = bytes(data[start : start + size]).replace(b"R", b"X")
    return bytes(data)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_photo_upright(tmp_path, orientation):
    upright = np.zeros((60, 40, 3), np.uint8)
    upright[:20, :20] = 255  # a white corner at the upper left
    undo = {1: 0, 2: 0, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
    image = Image.fromarray(upright)
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    assert orientation in undo
    stored = image.transpose(back[orientation]) if orientation in back else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0xA405] = 50
    photo = load(saved(tmp_path, stored, exif=exif))
    assert np.array_equal(photo.pixels, upright)
    assert photo.focal_px == pytest.approx(50 / 43.2666 * np.hypot(60, 40), rel=1e-4)


@pytest.mark.parametrize(
    ("tags", "focal"),
    [
        ({0xA405: 35}, 35 / 43.2666 * np.hypot(90, 60)),
        ({0xA405: 35, 0xA002: 900, 0xA003: 600}, 35 / 43.2666 * np.hypot(90, 60)),
        ({0xA405: 35, 0xA002: 900, 0xA003: 900}, None),  # cropped afterwards
        ({0x920A: 50.0, 0xA20E: 25.0, 0xA210: 4, 0xA002: 900, 0xA003: 600}, 125.0),
        ({0x920A: 50.0}, None),
        ({0xA405: 65535}, None),
        ({0xA405: 0}, None),
        ({}, None),
    ],
)
def test_focal_length(tmp_path, tags, focal):
    exif = Image.Exif()
    exif.get_ifd(0x8769).update(tags)
    photo = load(saved(tmp_path, Image.new("RGB", (90, 60)), "a.jpg", exif=exif))
    assert photo.focal_px == (None if focal is None else pytest.approx(focal, rel=1e-4))


def _png_header_only(width: int, height: int) -> bytes:
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\1\0IDAT"
    )


def _jpeg() -> bytes:
    data = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    Image.fromarray(noise).save(data, "JPEG")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "0 bytes"),
        (b"just words", "not an image"),
        (_jpeg()[:900], "damaged image"),
        (_png_header_only(40, 40), "damaged image"),
        (_png_header_only(12000, 9000), "108 megapixels, above photos.max_megapixels = 64"),
        (_png_header_only(2**31 - 1, 2**31 - 1), "megapixels"),
        (b"GIF89a" + bytes(40), "a GIF file; PNG, JPEG and WebP"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "a HEIC file"),
        (b"II*\0" + bytes(40), "TIFF"),
    ],
)
def test_broken_files_have_a_reason(tmp_path, data, reason):
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(Rejected) as caught:
        load(path)
    assert caught.value.stage == "photos" and reason in caught.value.reason


def test_files_that_cannot_be_opened(tmp_path, monkeypatch):
    with pytest.raises(Rejected, match="No such file"):
        load(tmp_path / "gone.png")
    with pytest.raises(Rejected, match="not a file"):
        load(tmp_path)
    with pytest.raises(Rejected, match="1×1 pixels is too small"):
        load(saved(tmp_path, Image.new("RGB", (1, 1))))
    path = saved(tmp_path, Image.new("RGB", (40, 40)))

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(Rejected, match="Permission denied"):
        load(path)


def test_a_folder_is_listed_in_order_with_its_problems(tmp_path):
    folder = tmp_path / "photos"
    for name in ("b/1.png", "b/deep/er/2.JPEG", "a Ü/x y.webp", "top.png", "b/notes.txt", ".hidden.png"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (folder / "c").mkdir()
    (folder / "c" / "same.png").write_bytes(b"b/1.png")
    (folder / "c" / "loop").symlink_to(folder)
    (folder / "self.png").symlink_to(folder / "self.png")
    (folder / "gone.png").symlink_to(folder / "nothing.png")
    (folder / "d").symlink_to(folder / "b")
    found = {entry.source.name: (entry.source.identity, entry.problem) for entry in list_folder(folder)}
    assert list(found) == sorted(found)
    assert found["a Ü/x y.webp"] == ("a Ü", "")
    assert found["b/deep/er/2.JPEG"] == ("b", "")
    assert found["top.png"] == ("top", "")
    assert found["c/same.png"][1] == "the same file as b/1.png (identity b)"
    assert "leads back" in found["c/loop"][1]
    assert "d/1.png" in found and "b/notes.txt" not in found and ".hidden.png" not in found
    assert "self.png" in found and "gone.png" in found
    for name in ("self.png", "gone.png"):
        with pytest.raises(Rejected, match="cannot read the file"):
            load(folder / name)


def test_a_name_that_is_not_utf8(tmp_path):
    raw = bytes(tmp_path / "photos") + b"/\xff.png"
    (tmp_path / "photos").mkdir()
    with open(raw, "wb") as file:  # noqa: PTH123 - pathlib takes no bytes
        file.write(b"x")
    (entry,) = list_folder(tmp_path / "photos")
    assert entry.source.name == "\\xff.png" and "UTF-8" in entry.problem


def test_a_table_is_read_in_its_order(tmp_path):
    table = tmp_path / "people.csv"
    table.write_text(
        "\ufeffpath, identity,licence\nz.png,Zoë,CC0\n sub/a.png ,Ann,\n"
        ",nobody,\nb.png,,\nc.png,../up,\nd.png,x,y,z\n"
    )
    entries = list_table(table)
    assert [entry.source.name for entry in entries[:2]] == ["z.png", "sub/a.png"]
    assert entries[0].source.licence == "CC0" and entries[1].source.licence is None
    assert Path(entries[1].source.path) == tmp_path / "sub" / "a.png"
    reasons = [entry.problem for entry in entries]
    assert reasons[:2] == ["", ""]
    for reason, word in zip(
        reasons[2:], ("no usable path", "no identity", "name of a folder", "more cells"), strict=True
    ):
        assert word in reason


def test_a_table_may_say_how_long_a_beard_is(tmp_path):
    table = tmp_path / "people.csv"
    table.write_text(
        "path,identity,beard_mm\na.png,Ann,\nb.png,Bo,12.5\nc.png,Cy,long\nd.png,Di,-1\ne.png,Eve,nan\n"
    )
    entries = list_table(table)
    assert [entry.source.beard_mm for entry in entries[:2]] == [None, 12.5]
    assert [entry.problem for entry in entries[:2]] == ["", ""]
    assert [entry.problem for entry in entries[2:]] == [
        f"line {line} of the table has beard_mm = {given}: allowed: 0 to 20"
        for line, given in ((4, "long"), (5, "-1"), (6, "nan"))
    ]


@pytest.mark.parametrize(
    "text", ["path;identity\n", "", "path,identity,path\n", "file,person\n", "path,identity,age\n"]
)
def test_an_unusable_table(tmp_path, text):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(TableError, match=r"needed: path, identity"):
        list_table(tmp_path / "t.csv")
