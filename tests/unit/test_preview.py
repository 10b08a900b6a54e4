"""The page that shows a data set: what is in it, that nothing gets out, and that it stays small."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_data_set import tiny_data_set

from pipeline.cli.photos import photo_of
from pipeline.dataset.preview.choose import evenly
from pipeline.dataset.preview.facts import facts
from pipeline.dataset.preview.page import LARGEST, Source, page
from pipeline.dataset.preview.pictures import data_uri
from pipeline.dataset.read import DataSetError, rows
from pipeline.dataset.reasons import grouped, reason_in_general
from pipeline.dataset.stats import statistics

pytest.importorskip("jinja2")


class Page(HTMLParser):
    """Elements of a page with their attributes, and the text of its scripts."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(data.decode())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [given for _, given in self.elements if name in (given.get("class") or "").split()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tiny_data_set(tmp_path_factory.mktemp("page"), identities=2, photos=1, variants=2)


@pytest.fixture(scope="module")
def whole(folder) -> Page:
    return Page(page(Source(folder, "a title", photo_of(folder, None)), 100))


def pictures(found: list[dict]) -> list[np.ndarray]:
    opened = []
    for given in found:
        assert given["src"].startswith("data:image/webp;base64,")
        with Image.open(io.BytesIO(base64.b64decode(given["src"].split(",")[1]))) as picture:
            assert picture.format == "WEBP"
            opened.append(np.asarray(picture.convert("RGB"), np.float64))
    return opened


def test_every_sample_and_every_reject_is_there(folder, whole):
    shown = [card["data-identity"] for card in whole.of_class("card")]
    assert shown == [row["identity"] for row in rows(folder)]
    refused = [given for _, given in whole.elements if given.get("data-verdict") == "rejected"]
    assert [one["data-identity"] for one in refused] == ["nobody"]


def test_before_is_the_photo_and_after_is_masked(whole):
    """They are the same outside the mask, up to compression, and differ in it."""
    for before, after in zip(
        pictures(whole.of_class("before")), pictures(whole.of_class("after")), strict=True
    ):
        assert before.shape == after.shape
        different = np.abs(before - after).max(axis=-1)
        assert np.median(different) < 8 and np.percentile(different, 95) > 60


def test_without_the_photos_the_aligned_crops_are_shown(folder):
    found = Page(page(Source(folder, "t", lambda row: None), 100))
    row = next(rows(folder))
    if not (folder / row["labels"] / "masked_112.png").exists():
        pytest.skip("this data set has no aligned crops")
    (first, *_) = pictures(found.of_class("after"))
    with Image.open(folder / row["labels"] / "masked_112.png") as crop:
        assert np.abs(np.asarray(crop.convert("RGB"), np.float64) - first).mean() < 6


def test_a_photo_with_other_bytes_is_not_the_photo(folder, tmp_path):
    row = next(rows(folder))
    assert photo_of(folder, folder.parent)(row) is not None
    (tmp_path / row["photo"]).parent.mkdir(parents=True)
    Image.new("RGB", (96, 96)).save(tmp_path / row["photo"])
    assert photo_of(folder, tmp_path)(row) is None


def test_nothing_in_the_page_comes_from_elsewhere(whole):
    for tag, given in whole.elements:
        for name in ("src", "href", "action", "srcset", "poster", "data"):
            if given.get(name):
                assert given[name].startswith(("data:image/", "#")), (tag, name)
    (policy,) = (
        given["content"] for _, given in whole.elements if given.get("http-equiv", "").startswith("Content-S")
    )
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_what_rows_say_stays_text(folder, tmp_path):
    """Hostile names in every place that holds a text: no element, no attribute of theirs comes to be."""
    hostile = """"><script>alert(1)</script><img src=x onerror=alert(2)>'</style>{{ 7 * 7 }}"""
    copy = tmp_path / "data"
    shutil.copytree(folder, copy)
    changed = []
    for row in rows(folder):
        kept = {name: row[name] for name in ("image", "labels", "sha256", "face", "variant")}
        changed.append(json.dumps({name: hostile for name in row} | kept))
        file = copy / row["labels"] / "sample.json"
        known = json.loads(file.read_text()) | {hostile: hostile, "identity": hostile}
        file.write_text(json.dumps(known))
    (copy / "manifest.jsonl").write_text("\n".join(changed) + "\n")
    refused = {"photo": hostile, "identity": hostile, "sha256": None, "face": None, "variant": None}
    (copy / "rejects.jsonl").write_text(json.dumps(refused | {"stage": hostile, "reason": hostile}) + "\n")
    data = page(Source(copy, hostile, lambda row: None), 100)
    found = Page(data)
    assert sum(tag == "script" for tag, _ in found.elements) == 2
    assert sum(tag == "style" for tag, _ in found.elements) == 1
    assert not [name for _, given in found.elements for name in given if name.startswith("on")]
    assert {card["data-identity"] for card in found.of_class("card")} == {hostile}
    assert b"49" not in re.sub(rb"base64,[\w+/=]+|sha256-[\w+/=]+", b"", data).split(b"</main>")[0][-200:]
    (values,) = re.findall(rb'<script type="application/json" id="data">(.*?)</script>', data, re.DOTALL)
    assert hostile in {text for one in json.loads(values)["samples"] for _, text in one["values"]}


def test_the_page_stays_small(tmp_path):
    """Pictures that compress as badly as any, and far more rejects than fit."""
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (336, 336, 3), np.uint8))
    shares = [len(data_uri(noise, most)) <= most for most in (6_000, 30_000, 200_000)]
    assert shares == [True, True, True]
    assert LARGEST < 30_000_000


def test_a_folder_that_is_no_data_set_is_said_to_be_none(tmp_path):
    with pytest.raises(DataSetError):
        page(Source(tmp_path, "t", lambda row: None), 10)


@pytest.mark.parametrize(("count", "most"), [(0, 5), (1, 5), (5, 5), (6, 5), (1000, 7), (7, 1)])
def test_samples_are_spread_evenly(count, most):
    chosen = list(evenly(iter(range(count)), count, most))
    assert len(chosen) == min(count, most)
    for number, one in enumerate(chosen):  # one of each stretch
        assert number * count // len(chosen) <= one < (number + 1) * count // len(chosen)


def test_what_repeats_is_not_always_caught_at_the_same_place():
    """Eight variants a photo, every 16th sample shown: all variants are among them."""
    counts = Counter(number % 8 for number in evenly(iter(range(16_000)), 16_000, 1000))
    assert len(counts) == 8 and min(counts.values()) > 80


def test_rejects_that_differ_in_numbers_and_names_are_one_group():
    assert reason_in_general("kn95, under nose: the mask passes 1.1 mm through itself") == (
        "the mask passes … mm through itself"
    )
    assert reason_in_general("the same file as a/1.png (identity a)") == "the same file as another photo"
    draw = random.Random(1)
    reasons = [f"turned {draw.uniform(40, 90):.1f} degrees" for _ in range(30)] + ["no face found"]
    groups = grouped(({"stage": "faces", "reason": reason} for reason in reasons), 10)
    assert [(group.count, len(group.rows)) for group in groups] == [(30, 10), (1, 1)]


def test_facts_are_short():
    known = {"face": {"landmarks_px": [[1.0, 2.0]] * 478, "box_px": [1.25, 2, 3, 4]}, "seed": 7, "on": True}
    assert facts(known) == [
        ("seed", "7"),
        ("on", "yes"),
        ("face.landmarks_px", "478 × 2 values"),
        ("face.box_px", "1.25, 2, 3, 4"),
    ]


def test_labels_that_lack_something_are_named(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "data")
    row = next(rows(folder))
    (tmp_path / "data" / row["labels"] / "sample.json").write_text("{}")
    with pytest.raises(DataSetError, match=row["sample_id"]):
        page(Source(tmp_path / "data", "t", lambda row: None), 10)
    with pytest.raises(DataSetError, match=row["sample_id"]):
        statistics(tmp_path / "data", 10)
