"""COCO annotations, as pycocotools reads them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_data_set import tiny_data_set

from pipeline.cli.app import invoke
from pipeline.dataset.read import labels, rows

coco = pytest.importorskip("pycocotools.coco")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return tiny_data_set(tmp_path_factory.mktemp("coco"), identities=4, photos=2, variants=2)


@pytest.fixture(scope="module")
def read(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("export") / "coco"
    assert invoke(["export", str(data), "--to", "coco", "--output", str(out)]) == 0
    return out, coco.COCO(str(out / "annotations" / "all.json"))


def samples(data, read):
    """Row, labels, COCO's image and annotation of every sample."""
    _, found = read
    known = {row["sample_id"]: row for row in rows(data)}
    assert {image["sample_id"] for image in found.imgs.values()} == set(known)
    for image in found.imgs.values():
        (annotation,) = found.loadAnns(found.getAnnIds(imgIds=image["id"]))
        row = known[image["sample_id"]]
        yield row, labels(data, row), image, annotation


def test_masks_are_the_matte_from_half_on(data, read):
    for row, _, _, annotation in samples(data, read):
        with Image.open(data / row["labels"] / "matte.png") as image:
            expected = np.asarray(image) >= 128
        assert np.array_equal(read[1].annToMask(annotation), expected)
        y, x = np.nonzero(expected)
        assert annotation["bbox"] == [x.min(), y.min(), x.max() + 1 - x.min(), y.max() + 1 - y.min()]
        assert annotation["area"] == expected.sum()


def test_keypoints_say_what_can_be_seen(data, read):
    marks = set()
    for _, said, image, annotation in samples(data, read):
        points = np.reshape(annotation["keypoints"], (68, 3))
        face = said["face"]
        inside = np.all(
            (np.array(face["landmarks_68_px"]) >= 0)
            & (np.array(face["landmarks_68_px"]) <= [image["width"], image["height"]]),
            axis=1,
        )
        expected = np.where(face["landmarks_68_visible_masked"], 2, 1) * inside
        assert np.array_equal(points[:, 2], expected)
        assert np.allclose(points[inside, :2], np.array(face["landmarks_68_px"])[inside])
        assert annotation["num_keypoints"] == inside.sum()
        marks |= set(expected.tolist())
    assert marks >= {1, 2}


def test_the_skeleton_joins_neighbours_of_one_region(read):
    category = read[1].loadCats(read[1].getCatIds())[0]
    names = category["keypoints"]
    assert len(names) == len(set(names)) == 68
    for one, other in category["skeleton"]:
        assert names[one - 1].rsplit("_", 1)[0] == names[other - 1].rsplit("_", 1)[0]
    joined = {place for bone in category["skeleton"] for place in bone}
    assert joined == set(range(1, 69))


def test_categories_are_designs_and_images_have_their_rights(data, read):
    out, found = read
    licences = {licence["id"]: licence["name"] for licence in found.dataset["licenses"]}
    for row, said, image, annotation in samples(data, read):
        assert found.cats[annotation["category_id"]]["name"] == row["design"] == said["mask"]["design"]
        assert licences[image["license"]] == image["licence"] == row["licence"]
        assert (image["source"], image["consent"]) == ("drawn for tests", "not needed")
        assert "Synthetic composite" in image["synthetic"]
        assert (out / "images" / image["file_name"]).read_bytes() == (data / row["image"]).read_bytes()


def test_every_split_has_its_file(data, tmp_path):
    out = tmp_path / "out"
    arguments = ["export", str(data), "--to", "coco", "--output", str(out), "--split", "0.5/0.25/0.25"]
    assert invoke(arguments) == 0
    people = {}
    for name in ("train", "val", "test"):
        found = json.loads((out / "annotations" / f"{name}.json").read_text())
        assert len(found["images"]) == len(found["annotations"]) > 0
        people[name] = {image["identity"] for image in found["images"]}
    assert len(set.union(*people.values())) == sum(map(len, people.values())) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
