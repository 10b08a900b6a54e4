"""Verification protocols, run as LFW's are: lists, templates and InsightFace's sets."""

from __future__ import annotations

import csv
import io
import json
import pickle
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rows_only import rows_only

from pipeline.cli.app import invoke
from pipeline.dataset.read import rows

PEOPLE, PHOTOS = 30, 3
PROTOCOLS = ("unmasked-unmasked", "unmasked-masked", "masked-masked")


def colour(person: int, photo: int, variant: int | None) -> tuple[int, int, int]:
    """What the toy recogniser sees: red is the person; a mask makes every other person look like one."""
    red = 8 * person if variant is None or person % 2 else 250
    return red, 80 * photo, 0 if variant is None else 100 + variant


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return rows_only(tmp_path_factory.mktemp("rows") / "data", PEOPLE, PHOTOS, 2, colour)


@pytest.fixture(scope="module")
def out(data, tmp_path_factory) -> Path:
    return export(data, tmp_path_factory.mktemp("pairs") / "out")


def export(data: Path, output: Path, *options: str, form: str = "pairs") -> Path:
    assert invoke(["export", str(data), "--to", form, "--output", str(output), *options]) == 0
    return output


def read_lfw(out: Path, protocol: str) -> tuple[int, int, list[tuple[str, str, bool]]]:
    """Folds, pairs of a kind in each, and the two files of every pair, as readers of LFW's pairs.txt do."""
    header, *lines = (out / f"pairs_{protocol}.txt").read_text().splitlines()
    folds, number = map(int, header.split())
    pairs = []
    for line in lines:
        match line.split():
            case [name, one, two]:
                pairs.append((f"{name}/{name}_{int(one):04d}.png", f"{name}/{name}_{int(two):04d}.png", True))
            case [name, one, other, two]:
                pairs.append(
                    (f"{name}/{name}_{int(one):04d}.png", f"{other}/{other}_{int(two):04d}.png", False)
                )
    assert len(pairs) == len(lines) == 2 * folds * number
    return folds, number, pairs


def known(out: Path) -> dict[str, dict[str, str]]:
    with (out / "metadata.csv").open(newline="", encoding="utf-8") as file:
        return {line["file_name"].removeprefix("images/"): line for line in csv.DictReader(file)}


def similarity(picture: np.ndarray, other: np.ndarray) -> float:
    return -abs(float(picture[0, 0, 0]) - float(other[0, 0, 0]))


def accuracy(scores: np.ndarray, same: np.ndarray, folds: int) -> tuple[float, float]:
    """LFW's protocol: the threshold of the other folds on each; and TAR at FAR 0 over all."""
    parts = np.array_split(np.arange(len(scores)), folds)
    right = []
    for part in parts:
        rest = np.setdiff1d(np.arange(len(scores)), part)
        steps = np.unique(scores[rest])
        best = max(steps, key=lambda step: np.mean((scores[rest] >= step) == same[rest]))
        right.append(np.mean((scores[part] >= best) == same[part]))
    return float(np.mean(right)), float(np.mean(scores[same] > scores[~same].max()))


def test_ten_folds_as_many_genuine_as_impostor(out):
    for protocol in PROTOCOLS:
        folds, number, pairs = read_lfw(out, protocol)
        assert folds == 10 and number > 0
        for fold in range(folds):
            part = pairs[2 * number * fold : 2 * number * (fold + 1)]
            assert [same for *_, same in part] == [True] * number + [False] * number


def test_sides_wear_masks_as_the_protocol_says(out):
    files = known(out)
    for protocol in PROTOCOLS:
        for one, other, same in read_lfw(out, protocol)[2]:
            assert (files[one]["kind"], files[other]["kind"]) == tuple(protocol.split("-"))
            assert (files[one]["identity"] == files[other]["identity"]) == same


def test_nothing_is_drawn_twice_and_no_photo_meets_itself(out):
    files = known(out)
    photos = {}
    for protocol in PROTOCOLS:
        drawn = [
            (files[one]["sha256"], files[other]["sha256"]) for one, other, _ in read_lfw(out, protocol)[2]
        ]
        assert all(one != other for one, other in drawn)
        assert len({frozenset(pair) for pair in drawn}) == len(drawn)
        photos[protocol] = drawn
    assert photos[PROTOCOLS[0]] == photos[PROTOCOLS[1]] == photos[PROTOCOLS[2]]


def test_nobody_is_in_two_folds(out):
    folds, number, pairs = read_lfw(out, "unmasked-masked")
    people = [
        {
            side.split("/")[0]
            for one, other, _ in pairs[2 * number * n : 2 * number * (n + 1)]
            for side in (one, other)
        }
        for n in range(folds)
    ]
    assert sum(map(len, people)) == len(set.union(*people))


def test_genuine_pairs_go_around_the_people(out):
    pairs = read_lfw(out, "unmasked-unmasked")[2]
    held = [one.split("/")[0] for one, _, same in pairs if same]
    times = [
        held.count(name) for name in {side.split("/")[0] for one, other, _ in pairs for side in (one, other)}
    ]
    assert max(times) - min(times) <= 1


def test_the_protocol_finds_the_known_answer(out):
    """Without masks the toy recogniser is perfect; with them every other person looks the same."""
    found = {}
    for protocol in PROTOCOLS:
        folds, _, pairs = read_lfw(out, protocol)
        pictures = [[np.asarray(Image.open(out / "images" / side)) for side in pair[:2]] for pair in pairs]
        scores = np.array([similarity(*pair) for pair in pictures])
        same = np.array([pair[2] for pair in pairs])
        odd = np.array([int(pair[0][1:7]) % 2 == 1 for pair in pairs])
        found[protocol] = accuracy(scores, same, folds)
        if protocol == "unmasked-masked":
            # Those who look like somebody else with a mask on are taken for others.
            assert found[protocol][1] == np.mean(odd[same])
    assert found["unmasked-unmasked"] == (1.0, 1.0)
    assert found["unmasked-masked"][0] < 0.9
    assert found["masked-masked"][1] == 0.0  # two of those who look the same are no pair of one person


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_scikit_learn_reads_the_lists(out, tmp_path, protocol):
    datasets = pytest.importorskip("sklearn.datasets")
    home = tmp_path / "lfw_home"
    home.mkdir()
    (home / "lfw_funneled").symlink_to(out / "images")
    for name in ("pairs.txt", "pairsDevTrain.txt", "pairsDevTest.txt"):
        (home / name).write_bytes((out / f"pairs_{protocol}.txt").read_bytes())
    read = datasets.fetch_lfw_pairs(
        subset="10_folds",
        data_home=str(tmp_path),
        color=True,
        resize=None,
        slice_=(slice(40, 48), slice(40, 48)),
        download_if_missing=False,
    )
    pairs = read_lfw(out, protocol)[2]
    assert read.target.tolist() == [int(same) for *_, same in pairs]
    for (one, other, _), pictures in zip(pairs, read.pairs, strict=True):
        for side, picture in zip((one, other), pictures, strict=True):
            with Image.open(out / "images" / side) as image:
                assert np.allclose(picture[0, 0], np.divide(image.getpixel((40, 40)), 255), atol=1e-6)


def test_insightface_reads_the_same_pairs(data, out, tmp_path):
    """By the steps of its verification.load_bin and test: unpickle, decode each, one flag for every two."""
    made = export(data, tmp_path / "bins", form="insightface")
    for protocol in PROTOCOLS:
        with (made / f"{protocol}.bin").open("rb") as file:
            bins, same = pickle.load(file, encoding="bytes")
        assert isinstance(bins, list) and all(isinstance(one, bytes) for one in bins)
        pairs = read_lfw(out, protocol)[2]
        assert same == [flag for *_, flag in pairs] and len(bins) == 2 * len(same)
        for place, (one, other, _) in enumerate(pairs):
            for data_of, side in zip(bins[2 * place : 2 * place + 2], (one, other), strict=True):
                assert data_of == (out / "images" / side).read_bytes()
                assert Image.open(io.BytesIO(data_of)).size == (112, 112)
        with (made / f"{protocol}.csv").open(newline="") as file:
            lines = list(csv.DictReader(file))
        files = known(out)
        assert [(line["sha256"], line["kind"], line["licence"]) for line in lines] == [
            (files[side]["sha256"], files[side]["kind"], files[side]["licence"])
            for pair in pairs
            for side in pair[:2]
        ]


def test_templates_share_no_photo_and_pairs_are_labelled(out):
    files = known(out)
    photos: dict[str, set[str]] = {}
    person_of, kind_of = {}, {}
    for role in ("gallery", "probe"):
        for kind in ("unmasked", "masked"):
            with (out / "ijb" / f"{role}_{kind}.csv").open(newline="") as file:
                for line in csv.DictReader(file):
                    about = files[line["FILENAME"].removeprefix("images/")]
                    assert about["kind"] == kind
                    person_of.setdefault(line["TEMPLATE_ID"], set()).add(about["identity"])
                    kind_of[line["TEMPLATE_ID"]] = (role, kind)
                    photos.setdefault(role, set()).add(about["sha256"])
    assert all(len(people) == 1 for people in person_of.values())
    assert not photos["gallery"] & photos["probe"]
    assert len(photos["gallery"] | photos["probe"]) == PEOPLE * PHOTOS
    mates = {line.split()[1] for line in (out / "ijb" / "face_tid_mid.txt").read_text().splitlines()}
    assert mates == set(person_of)
    for protocol in PROTOCOLS:
        text = (out / "ijb" / f"template_pair_label_{protocol}.txt").read_text()
        labels = [line.split() for line in text.splitlines()]
        assert sum(label == "1" for *_, label in labels) == PEOPLE == len(labels) // 2
        for gallery, probe, label in labels:
            assert (kind_of[gallery], kind_of[probe]) == tuple(
                zip(("gallery", "probe"), protocol.split("-"), strict=True)
            )
            assert (person_of[gallery] == person_of[probe]) == (label == "1")


def test_a_photo_meets_itself_only_when_asked(data, tmp_path):
    out = export(data, tmp_path / "out", "--same-photo", "--pairs", "1000")
    files = known(out)
    assert not (out / "pairs_unmasked-unmasked.txt").exists()
    for protocol in PROTOCOLS[1:]:
        pairs = read_lfw(out, protocol)[2]
        assert all(one != other for one, other, _ in pairs)
        assert any(files[one]["sha256"] == files[other]["sha256"] for one, other, same in pairs if same)


def test_photos_with_several_faces_take_no_part(tmp_path):
    data = rows_only(tmp_path / "data", 6, 3, 1, colour)
    crowded = [row for row in rows(data) if row["photo"].endswith("/0.jpg")]
    rejects = ({"sha256": row["sha256"], "face": 1, "stage": "faces"} for row in crowded)
    (data / "rejects.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rejects))
    out = export(data, tmp_path / "out")
    files = known(out)
    assert any(line["photo"].endswith("/0.jpg") for line in files.values())  # in the folder, in no list
    for protocol in PROTOCOLS:
        for one, other, _ in read_lfw(out, protocol)[2]:
            assert not any(files[side]["photo"].endswith("/0.jpg") for side in (one, other))


def test_other_seeds_draw_other_pairs_and_the_same_seed_the_same(data, out, tmp_path):
    def lists(place: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in place.rglob("*.txt")}

    assert lists(export(data, tmp_path / "same")) == lists(out)
    assert lists(export(data, tmp_path / "other", "--seed", "1")) != lists(out)


def test_pairs_of_a_split_stay_in_it(data, tmp_path):
    out = export(data, tmp_path / "out", "--split", "0.6/0.4")
    people = {}
    for split in ("train", "test"):
        _, _, pairs = read_lfw(out / split, "unmasked-masked")
        people[split] = {side.split("/")[0] for *sides, _ in pairs for side in sides}
    assert not people["train"] & people["test"] and all(people.values())


def test_blanks_in_names_do_not_break_the_lists(tmp_path):
    data = rows_only(tmp_path / "data", 4, 2, 1, colour)
    text = (data / "manifest.jsonl").read_text()
    text = text.replace('"identity": "p000001"', '"identity": "p 1"').replace(
        '"identity": "p000002"', '"identity": "p_1"'
    )
    (data / "manifest.jsonl").write_text(text)
    out = export(data, tmp_path / "out")
    names = {Path(name).parts[0]: line["identity"] for name, line in known(out).items()}
    assert sorted(names.values()) == ["p 1", "p000000", "p000003", "p_1"]
    for protocol in PROTOCOLS:
        for one, other, _ in read_lfw(out, protocol)[2]:
            assert (out / "images" / one).exists() and (out / "images" / other).exists()


def test_too_few_people_are_named(tmp_path, capsys):
    data = rows_only(tmp_path / "data", 4, 1, 2, colour)
    arguments = ["export", str(data), "--to", "pairs", "--output", str(tmp_path / "out")]
    assert invoke(arguments) == 2
    assert "two photos" in capsys.readouterr().err


def test_groups_of_equal_lines_are_folds_of_lfw(out):
    """Ten runs of genuine lines, ten of impostors: what fold-wise readers count on."""
    kinds = [len(line.split("\t")) for line in (out / "pairs_masked-masked.txt").read_text().splitlines()[1:]]
    assert [kind for kind, _ in groupby(kinds)] == [3, 4] * 10
