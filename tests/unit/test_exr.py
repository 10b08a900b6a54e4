"""Our EXR writer against the reference library, and our reader against it."""

import numpy as np
import pytest

from pipeline.exr import read_exr, write_exr

OpenEXR = pytest.importorskip("OpenEXR")


@pytest.mark.parametrize("half", [False, True])
def test_the_reference_library_reads_what_we_write(tmp_path, half):
    rng = np.random.default_rng(0)
    smooth = np.add.outer(np.arange(37.0), np.arange(53.0)) / 64
    channels = {
        "Z": smooth,
        "noise": rng.normal(size=(37, 53)),
        "a.long.name.beyond.the.old.limit.of.31.X": smooth,
    }
    write_exr(tmp_path / "a.exr", channels, half=half)
    with OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True) as file:
        read = {name: channel.pixels for name, channel in file.channels().items()}
    assert read.keys() == channels.keys()
    for name, values in channels.items():
        assert np.array_equal(read[name], values.astype(np.float16 if half else np.float32))


def test_unequal_channels_are_refused(tmp_path):
    with pytest.raises(ValueError, match="shape"):
        write_exr(tmp_path / "a.exr", {"a": np.zeros((2, 3)), "b": np.zeros((3, 2))})


@pytest.mark.parametrize("parts", [1, 3])
def test_we_read_what_the_reference_library_writes(tmp_path, parts):
    rng = np.random.default_rng(1)
    images = [rng.normal(size=(9, 14)).astype(np.float32) for _ in range(parts)]
    header = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
    path = tmp_path / "a.exr"
    if parts == 1:
        OpenEXR.File(header, {"p0.Z": images[0]}).write(str(path))
    else:
        pieces = [OpenEXR.Part(dict(header, name=f"p{i}"), {f"p{i}.Z": im}) for i, im in enumerate(images)]
        OpenEXR.File(pieces).write(str(path))
    read = read_exr(path)
    assert all(np.array_equal(read[f"p{i}.Z"], image) for i, image in enumerate(images))


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "a.exr"
    write_exr(path, {"Z": np.zeros((4, 4))})
    with pytest.raises(ValueError, match="compressed"):
        read_exr(path)
    path.write_bytes(b"not an image at all")
    with pytest.raises(ValueError, match="OpenEXR"):
        read_exr(path)
