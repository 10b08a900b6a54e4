"""The add-on in the Blender executable of this machine, which is not the one of the wheel."""

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
