"""The add-on as a person meets it: in a Blender with a window, from a photo to the finished picture."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from window import drive, missing

pytest.importorskip("bpy")

from pipeline import __version__
from pipeline.studio.portrait import Sitting, render_portrait

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@pytest.fixture(scope="module")
def toured(tmp_path_factory):
    """The folder that the tour wrote, and what Blender said."""
    if missing():
        if os.environ.get("CI"):
            pytest.fail(f"these programs are missing: {', '.join(missing())}")
        pytest.skip(f"needs {', '.join(missing())}")
    folder = tmp_path_factory.mktemp("tour")
    portrait = render_portrait(np.random.default_rng(3), Sitting(width=256, height=320, samples=12))
    Image.fromarray(portrait.pixels).save(folder / "person.png")
    (folder / "photos" / "anna").mkdir(parents=True)
    Image.fromarray(portrait.pixels).save(folder / "photos" / "anna" / "1.png")
    subprocess.run([sys.executable, str(ROOT / "tools" / "build_addon.py"), str(folder)], check=True)
    said = drive(
        ["blender"],
        HERE / "tour.py",
        folder,
        limit_s=400,
        TOUR_ZIP=str(folder / f"maskdrape-{__version__}-legacy.zip"),
        TOUR_PYTHON=sys.executable,
        TOUR_PHOTO=str(folder / "person.png"),
        TOUR_SAMPLES="2",
    )
    failed = folder / "failed.txt"
    assert not failed.exists(), failed.read_text()
    assert (folder / "told.json").exists(), said.out[-3000:]
    return folder, said.out


@pytest.fixture(scope="module")
def told(toured):
    return json.loads((toured[0] / "told.json").read_text())


def test_a_photo_becomes_a_picture_with_a_draped_mask(toured, told):
    assert told["faces"] == ["ok"]
    assert "bad" not in told["checks"]
    with Image.open(toured[0] / "person.png") as photo, Image.open(told["result"]) as result:
        before, after = np.asarray(photo), np.asarray(result)
    assert told["size"] == [256, 320]
    changed = (before != after).any(axis=2)
    # the lower half of the face and its shadow; nothing above the eyes, nothing at the photo's edge
    assert 0.05 < changed.mean() < 0.5
    assert not changed[:90].any()


def test_a_landmark_is_dragged_with_the_mouse(told):
    assert told["landmarks"]
    assert told["residual_mm"][0] != told["residual_mm"][1]


def test_escape_gives_up_a_drape_and_the_next_one_works(told):
    assert told["after_esc"] == 0
    assert told["checks"]


def test_a_design_is_saved_and_a_folder_of_photos_made(toured, told):
    assert sorted(path.name for path in (toured[0] / "library").iterdir() if path.suffix != ".txt") == [
        "flat_pleats.blend",
        "flat_pleats.yaml",
    ]
    state, samples, rejected, words = told["batch"]
    assert (state, samples + rejected, words) == ("finished", 1, "")
    assert (toured[0] / "batch" / "manifest.jsonl").exists()


def test_every_step_can_be_seen(toured):
    names = sorted(path.name for path in toured[0].glob("[0-9][0-9]_*.png"))
    assert len(names) == 10
    pictures = [np.asarray(Image.open(toured[0] / name), int) for name in names]
    for before, after in pairwise(pictures):
        assert before.std() > 5  # a black screen has none, Blender's with nothing loaded 18
        assert (np.abs(before - after).max(axis=2) > 30).mean() > 0.001


def test_no_panel_fails_while_it_is_drawn(toured):
    failures = toured[1].split("Traceback (most recent call last)")[1:]
    assert not [one for one in failures if "maskdrape" in one]
