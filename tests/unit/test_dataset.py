"""What a sample's files hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from fakes import Counter, save_photo
from PIL import Image

from pipeline.config import Config
from pipeline.farm.local import run
from pipeline.photos.listing import list_folder
from pipeline.recipe import Job


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> tuple[Path, dict]:
    base = tmp_path_factory.mktemp("job")
    save_photo(base / "photos" / "ann.png", 120)
    job = Job(Config.model_validate({"photos": {"folder": "photos"}, "output": "out"}), base)
    list(run(job, list_folder(base / "photos"), Counter().stages))
    (row,) = (json.loads(line) for line in (base / "out" / "manifest.jsonl").read_text().splitlines())
    return base / "out", row


def test_names_follow_the_layout(sample):
    _, row = sample
    assert row["sample_id"] == f"{row['sha256'][:16]}-f0-v00"
    assert row["image"] == f"images/ann/{row['sample_id']}.png"
    assert row["labels"] == f"labels/ann/{row['sample_id']}"
    assert (row["design"], row["wearing"], row["verdict"]) == ("surgical", "correct", "ok")


def test_labels_have_the_photos_size(sample):
    from pipeline.exr import read_exr

    out, row = sample
    folder = out / row["labels"]
    for name in ("matte.png", "shadow.png", "parts.png"):
        with Image.open(folder / name) as image:
            assert (image.size, image.mode) == ((64, 64), "L")
    depth = read_exr(folder / "depth.exr")["Z"]
    assert depth.shape == (64, 64) and depth[6:16, 4:16].max() > 0 and depth[20:].max() == 0
    assert set(read_exr(folder / "normals.exr")) == {"X", "Y", "Z"}


def test_the_masked_photo_says_that_it_is_synthetic(sample):
    out, row = sample
    with Image.open(out / row["image"]) as image:
        assert "Synthetic composite" in image.info["Description"]
        assert "digitalsourcetype/compositeSynthetic" in image.info["XML:com.adobe.xmp"]
        after = np.asarray(image)
    with Image.open(out.parent / "photos" / "ann.png") as image:
        assert np.array_equal(after[16:], np.asarray(image)[16:])


def test_sample_json_is_complete_and_strict_json(sample):
    out, row = sample
    text = (out / row["labels"] / "sample.json").read_text()
    labels = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert labels["sample_id"] == row["sample_id"] and labels["synthetic"] == "mask"
    assert labels["photo"]["sha256"] == row["sha256"]
    assert set(labels["face"]["pose_degrees"]) == {"yaw", "pitch", "roll"}
    assert len(labels["face"]["landmarks_px"]) == len(labels["face"]["landmark_confidence"])
    assert labels["mask"]["parts"]["panel"] == 1 and labels["versions"] == {"maskdrape": "1"}
    assert str(out.parent) not in text
