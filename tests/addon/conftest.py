"""The add-on in the bpy wheel, with a bench that computes nothing behind it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from fake_bench import png

bpy = pytest.importorskip("bpy")


@pytest.fixture
def addon(tmp_path, monkeypatch):
    """The registered add-on in an empty file; its job's folders go below ``tmp_path``."""
    import blender_addon
    from blender_addon.connection import process

    bpy.ops.wm.read_factory_settings(use_empty=True)
    fake = [sys.executable, str(Path(__file__).parent / "fake_bench.py")]
    monkeypatch.setattr(process, "command", lambda arguments: [*fake, *arguments])
    # A list of paths of the user's own would need the user's own.
    monkeypatch.setattr(bpy.utils, "user_resource", lambda kind, path="", **_: str(tmp_path / "user" / path))
    blender_addon.register()
    yield blender_addon
    blender_addon.unregister()


@pytest.fixture
def photo(tmp_path):
    """Writes a picture of this name and gives its path."""

    def write(name: str = "person.png", width: int = 64, height: int = 80) -> str:
        path = tmp_path / name
        path.write_bytes(png(np.full((height, width, 3), 90, np.uint8)))
        return str(path)

    return write
