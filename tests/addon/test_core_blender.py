"""The add-on in the Blender executable of this machine, which is not the one of the wheel."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(shutil.which("blender") is None, reason="no blender")
def test_every_operator_in_a_blender_executable(tmp_path):
    script, root = Path(__file__).parent / "in_blender.py", Path(__file__).parents[2]
    command = [
        "blender",
        "--background",
        "--factory-startup",
        "--python-exit-code",
        "1",
        "--python",
        str(script),
    ]
    ran = subprocess.run(
        [*command, "--", str(root), sys.executable, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    assert "ALL DONE" in ran.stdout


@pytest.mark.skipif(shutil.which("blender") is None, reason="no blender")
def test_blender_in_the_background_finds_what_the_set_up_installed(tmp_path):
    from blender_addon.connection.process import WORKER

    installed, package = tmp_path / "scripts" / "modules", tmp_path / "package" / "pipeline"
    for folder in (installed, package):
        folder.mkdir(parents=True)
    (installed / "only_installed.py").write_text("WORDS = 'found'\n")
    (package / "__init__.py").touch()
    (package / "run.py").write_text(
        "import only_installed\ndef main(arguments):\n    print(only_installed.WORDS, arguments)\n"
    )
    ran = subprocess.run(
        ["blender", "--background", "--factory-startup", "--python", str(WORKER), "--", "bench"],
        env={
            **os.environ,
            "BLENDER_USER_SCRIPTS": str(tmp_path / "scripts"),
            "MASKDRAPE_FOLDER": str(package.parent),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "found ['bench']" in ran.stdout, ran.stdout + ran.stderr
