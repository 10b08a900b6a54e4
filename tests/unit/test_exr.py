"""EXR files: names, values and precision survive."""

import numpy as np
import pytest

from pipeline.exr import read_exr, write_exr


@pytest.mark.parametrize("half", [False, True])
def test_values_and_names_survive(tmp_path, half):
    rng = np.random.default_rng(0)
    channels = {
        "Z": np.add.outer(np.arange(37.0), np.arange(53.0)) / 64,
        "ViewLayer.a name with blanks.X": rng.normal(size=(37, 53)),
    }
    write_exr(tmp_path / "a.exr", channels, half=half)
    read = read_exr(tmp_path / "a.exr")
    assert read.keys() == channels.keys()
    for name, values in channels.items():
        assert np.array_equal(read[name], values.astype(np.float16 if half else np.float32))


def test_the_same_values_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_exr(tmp_path / f"{name}.exr", {"Z": np.linspace(0, 1, 35).reshape(5, 7)})
    assert (tmp_path / "a.exr").read_bytes() == (tmp_path / "b.exr").read_bytes()


def test_unequal_channels_and_other_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match="shape"):
        write_exr(tmp_path / "a.exr", {"a": np.zeros((2, 3)), "b": np.zeros((3, 2))})
    (tmp_path / "b.exr").write_bytes(b"not an image at all")
    with pytest.raises(ValueError, match="OpenEXR"):
        read_exr(tmp_path / "b.exr")
