"""Build the Blender extension: ``python tools/build_addon.py OUT`` writes OUT/maskdrape-<version>.zip.

The pipeline travels inside, in ``package/``, for the process that works for the add-on; Blender's own Python
never imports it. Blender's extension tool packs and validates the archive: the one of the bpy wheel, or of
``--blender-ext PATH``. For Blender before 4.2,
OUT/maskdrape-<version>-legacy.zip is the same below one folder.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns("__pycache__", "package", "*.zip")
TOOL = "scripts/addons_core/bl_pkg/cli/blender_ext.py"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--blender-ext", type=Path, default=None)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    tool = given.blender_ext or of_the_wheel()
    with tempfile.TemporaryDirectory() as scratch:
        version = stage(Path(scratch) / "maskdrape")
        packed = given.out.absolute() / f"maskdrape-{version}.zip"
        for call in (
            ("build", "--source-dir", scratch + "/maskdrape", "--output-filepath", str(packed)),
            ("validate", str(packed)),
        ):
            code = subprocess.run([sys.executable, str(tool), *call], check=False).returncode
            if code != 0:
                return code
        legacy = given.out / f"maskdrape-{version}-legacy.zip"
        below_one_folder(packed, legacy, "maskdrape")
    print(f"{packed}\n{legacy}")
    return 0


def of_the_wheel() -> Path:
    """Blender's extension tool, as the bpy wheel carries it; found without importing bpy."""
    found = importlib.util.find_spec("bpy")
    tools = sorted(Path(str(found.origin)).parent.glob(f"*/{TOOL}")) if found else []
    if not tools:
        raise SystemExit("no extension tool: install the wheel bpy 4.2 or later, or give --blender-ext")
    return tools[-1]


def stage(folder: Path) -> str:
    """The add-on as it is packed; returns its version, which is the pipeline's."""
    shutil.copytree(ROOT / "blender_addon", folder, ignore=LEFT_OUT)
    version = unpack_pipeline(folder / "package")
    manifest = folder / "blender_manifest.toml"
    text, changed = re.subn(
        r'^version = ".*"$', f'version = "{version}"', manifest.read_text(), flags=re.MULTILINE
    )
    if changed != 1:
        raise SystemExit("blender_manifest.toml: no line version")
    manifest.write_text(text)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    return version


def unpack_pipeline(folder: Path) -> str:
    """The project's own wheel, unpacked: its data files are read by path. Returns its version."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
                *("--no-deps", "--wheel-dir", scratch, str(ROOT)),
            ],
            check=True,
        )
        (wheel,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return wheel.name.split("-")[1]


def below_one_folder(packed: Path, legacy: Path, name: str) -> None:
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(legacy, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            if not entry.is_dir():
                target.writestr(f"{name}/{entry.filename}", source.read(entry))


if __name__ == "__main__":
    sys.exit(main())
