"""The whole corridor on a small real portrait: by the bpy module, and by a Blender executable."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_run import BLENDER, Ran, blender, needs_blender, python

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def job(tmp_path_factory) -> Path:
    data = pytest.importorskip("skimage.data")
    base = tmp_path_factory.mktemp("whole")
    (base / "photos" / "eileen c").mkdir(parents=True)
    portrait = Image.fromarray(data.astronaut()[:310, 80:390]).resize((256, 256), Image.Resampling.LANCZOS)
    portrait.save(base / "photos" / "eileen c" / "portrait.png")
    portrait.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(base / "photos" / "mirrored.png")
    Image.new("RGB", (200, 200), (120, 140, 90)).save(base / "photos" / "wall.png")
    (base / "job.yaml").write_text(
        "photos: {folder: photos}\noutput: whole\nvariants: 2\nrender: {samples: 2}\ncache: cache\n"
    )
    return base / "job.yaml"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".maskdrape" not in path.parts
    }


def check(ran: Ran, job: Path, output: str, only: str = "") -> list[dict]:
    """Done with rejects (the wall), and outside matte and shadow every pixel is the photo's own."""
    assert ran.returncode == 3 or only, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    out = job.parent / output
    rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    for row in rows:
        before = np.asarray(Image.open(job.parent / "photos" / row["photo"]))
        after = np.asarray(Image.open(out / row["image"]))
        matte, shadow = (
            np.asarray(Image.open(out / row["labels"] / f"{n}.png")) for n in ("matte", "shadow")
        )
        untouched = (matte == 0) & (shadow == 255)
        assert 0.05 < (matte > 127).mean() < 0.5
        assert np.array_equal(before[untouched], after[untouched])
    return rows


def test_one_process_and_two_shards_give_the_same_bytes(job):
    rows = check(python(str(job)), job, "whole")
    assert [(row["photo"], row["variant"]) for row in rows] == [
        ("eileen c/portrait.png", 0),
        ("eileen c/portrait.png", 1),
        ("mirrored.png", 0),
        ("mirrored.png", 1),
    ]
    # Without the cache of the first run: the same bytes from nothing.
    (job.parent / "cache").rename(job.parent / "cache of the first")
    for shard in ("2/2", "1/2"):
        ran = python(str(job), "--shard", shard, "--output", str(job.parent / "shards"))
        assert ran.returncode in (0, 3), ran.stdout + ran.stderr
    assert contents(job.parent / "whole") == contents(job.parent / "shards")


@needs_blender
def test_a_blender_executable_makes_the_same_kind_of_data_set(job):
    ran = blender(
        *(str(job), "--only", "mirrored*", "--output", str(job.parent / "by blender")), cwd=job.parent
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    rows = check(ran, job, "by blender", only="mirrored*")
    assert [row["photo"] for row in rows] == ["mirrored.png"] * 2
    labels = json.loads((job.parent / "by blender" / rows[0]["labels"] / "sample.json").read_text())
    greeting = subprocess.run([str(BLENDER), "--version"], capture_output=True, text=True, check=False)
    assert f"Blender {labels['versions']['blender']}" in greeting.stdout
