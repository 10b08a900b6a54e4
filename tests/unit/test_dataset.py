"""What a sample's files hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from fakes import Counter, save_photo
from PIL import Image
from tiny_data_set import LICENCES, tiny_data_set

from pipeline.config import Config
from pipeline.dataset.labels.coverage import in_words
from pipeline.dataset.labels.crop import TEMPLATE, aligned
from pipeline.dataset.labels.face_hash import face_hash
from pipeline.dataset.read import labels, rows
from pipeline.exr import read_exr
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


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    return tiny_data_set(tmp_path_factory.mktemp("tiny"), identities=2)


def test_extent_is_the_mask_without_what_lies_in_front(tiny):
    hidden = 0
    for row in rows(tiny):
        matte, extent = (
            np.asarray(Image.open(tiny / row["labels"] / name)).astype(int)
            for name in ("matte.png", "extent.png")
        )
        assert (extent >= matte).all()
        said = labels(tiny, row)["mask"]["hidden"]
        assert 1 - matte.sum() / extent.sum() == pytest.approx(said, abs=0.01)
        hidden += said > 0
    assert hidden == 4  # the second photo of each has a hand before the mask


def test_landmarks_lie_on_the_face_and_go_under_the_mask(tiny):
    for row in rows(tiny):
        said = labels(tiny, row)
        face, matte = said["face"], np.asarray(Image.open(tiny / row["labels"] / "matte.png"))
        assert len(face["landmarks_px"]) == len(face["landmarks_visible"]) == 478
        assert len(face["landmarks_68_px"]) == len(face["landmarks_68_visible_masked"]) == 68
        before, after = (np.array(face[f"landmarks_68_visible{when}"]) for when in ("", "_masked"))
        at = np.floor(face["landmarks_68_px"]).astype(int)
        assert (after == (before & (matte[at[:, 1], at[:, 0]] < 128))).all()
        assert before[[36, 45, 30]].all() and after[[36, 45]].all()  # eyes and tip of the nose
        assert after[30] == (row["wearing"] == "nose_out") == (not said["mask"]["coverage"]["covers"]["nose"])
        assert not after[8]  # the chin is under the mask, or under the hand
        # the irises lie between the corners of the eyes
        points = np.array(face["landmarks_px"])
        for middle, one, other in ((468, 33, 133), (473, 263, 362)):
            assert (
                min(points[one, 0], points[other, 0])
                < points[middle, 0]
                < max(points[one, 0], points[other, 0])
            )


def test_crops_show_the_face_with_and_without_the_mask(tiny):
    for row in rows(tiny):
        face = labels(tiny, row)["face"]
        matrix = np.array(face["crop_112"])
        on_crop = np.array(face["five_points_px"]) @ matrix[:, :2].T + matrix[:, 2]
        assert np.abs(on_crop - TEMPLATE).mean() < 3
        with Image.open(tiny.parent / row["photo"]) as photo:
            expected = aligned(np.asarray(photo), matrix)
        with Image.open(tiny / row["labels"] / "unmasked_112.png") as crop:
            assert np.abs(np.asarray(crop).astype(int) - expected).max() <= 1  # the matrix has six digits
        assert row["face_hash"] == face_hash(expected)


def test_uv_is_metres_on_the_pattern(tiny):
    row = next(rows(tiny))
    uv = read_exr(tiny / row["labels"] / "uv.exr")
    parts = np.asarray(Image.open(tiny / row["labels"] / "parts.png"))
    assert set(uv) == {"U", "V"} and uv["U"].shape == parts.shape
    assert (uv["V"][parts == 0] == 0).all() and 0.01 < uv["V"].max() < 0.1


def test_rights_are_carried_to_every_row(tiny):
    for row in rows(tiny):
        photo = labels(tiny, row)["photo"]
        assert (row["source"], row["consent"]) == ("drawn for tests", "not needed")
        assert row["licence"] == photo["licence"] == LICENCES[int(row["identity"][-1])]


@pytest.mark.parametrize(
    ("coverage", "covers", "nist"),
    [
        (("high", 0.3, 1.9, 0.1, 1.2), "nose mouth chin", ("high", "wide")),
        (("high", 0.3, 1.9, 0.0, 0.8), "nose mouth chin", ("high", "round")),
        (("low", 0.6, 1.5, -0.3, 1.2), "nose mouth", ("low", "wide")),
        (("none", 0.9, 1.9, 0.5, 1.2), "mouth chin", (None, "wide")),
        (("none", 1.6, 2.4, 1.1, 1.2), "", (None, None)),
        (("none", None, 2.4, 1.1, None), "", (None, None)),
    ],
)
def test_coverage_in_plain_words(coverage, covers, nist):
    nose, bridge, lowest, chin, side = coverage
    measured = {"nose": nose, "bridge": bridge, "lowest": lowest, "below_chin": chin}
    said = in_words(measured | {"side_left": side, "side_right": side}, mouth=1.1)
    assert [name for name, is_so in said["covers"].items() if is_so] == covers.split()
    assert (said["nist"]["coverage"], said["nist"]["shape"]) == nist
