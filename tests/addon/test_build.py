"""The packed extension: valid by Blender's own tool, whole, and nothing in it that is not the add-on's."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("bpy")

from pipeline import __version__

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The two archives, which the tool writes only if Blender's validation lets the extension pass."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, str(ROOT / "tools" / "build_addon.py"), str(out)], check=True)
    return out / f"maskdrape-{__version__}.zip", out / f"maskdrape-{__version__}-legacy.zip"


def test_the_extension_is_the_add_on_with_the_pipeline_inside(packed):
    with zipfile.ZipFile(packed[0]) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        manifest = tomllib.loads(archive.read("blender_manifest.toml").decode())
    assert manifest["version"] == __version__
    sources = {
        path.relative_to(ROOT / "blender_addon").as_posix()
        for path in (ROOT / "blender_addon").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    own = {name for name in names if not name.startswith("package/")}
    assert own == sources | {"LICENSE"}
    for needed in (
        "run.py",
        "bench/serve.py",
        "head/head.npz",
        "mask_library/surgical.yaml",
        "scenes/demo.yaml",
    ):
        assert f"package/pipeline/{needed}" in names
    assert not any("__pycache__" in name or name.endswith((".png", ".jpg", ".blend")) for name in names)


def test_the_legacy_add_on_is_the_same_below_one_folder(packed):
    with zipfile.ZipFile(packed[0]) as extension, zipfile.ZipFile(packed[1]) as legacy:
        files = {name: extension.getinfo(name).CRC for name in extension.namelist() if not name.endswith("/")}
        below = {name: legacy.getinfo(name).CRC for name in legacy.namelist()}
    assert below == {f"maskdrape/{name}": crc for name, crc in files.items()}
