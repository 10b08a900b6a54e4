"""The same panels in the Blender that the machine has, whose asset browser may know less."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import fake_bench
import numpy as np
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(shutil.which("blender") is None, reason="no blender on this machine")
def test_designs_assets_and_batches_in_a_whole_blender(tmp_path):
    (tmp_path / "logo.png").write_bytes(fake_bench.png(np.full((32, 48, 3), 200, np.uint8)))
    script = str(Path(__file__).parent / "designs_in_blender.py")
    made = subprocess.run(
        ["blender", "--background", "--factory-startup", "--python", script],
        env={**os.environ, "CHECKOUT": str(CHECKOUT), "WORK": str(tmp_path), "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["asset"]["author"] == "A. Tailor"
    assert "CC-BY-4.0" in told["asset"]["licence"]
    assert (told["asset"]["tags"], told["asset"]["preview"]) == (["pleats"], [256, 256])
    assert told["depth"] == 14.3
    assert told["painted"] == [True, True, True]
    assert told["states"] == ["running", "stopped", "finished"]
    assert told["rejects"] == ["no face found"]
    assert told["left"] == []
