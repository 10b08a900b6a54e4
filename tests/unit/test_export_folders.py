"""Exports as folders of pictures, opened by what reads such folders."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_data_set import tiny_data_set

from pipeline.cli.app import invoke
from pipeline.dataset.read import rows


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return tiny_data_set(tmp_path_factory.mktemp("folders"), identities=4, photos=2, variants=2)


def export(data: Path, form: str, output: Path, *options: str) -> Path:
    assert invoke(["export", str(data), "--to", form, "--output", str(output), *options]) == 0
    return output


def table(output: Path) -> list[dict[str, str]]:
    with (output / "metadata.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGB"))


def test_imagefolder_is_read_by_hugging_face_datasets(data, tmp_path):
    datasets = pytest.importorskip("datasets")
    out = export(data, "imagefolder", tmp_path / "out", "--split", "0.5/0.25/0.25")
    found = datasets.load_dataset("imagefolder", data_dir=str(out), cache_dir=str(tmp_path / "cache"))
    assert set(found) == {"train", "validation", "test"}
    seen = {sample["sample_id"]: (sample, name) for name, part in found.items() for sample in part}
    known = {row["sample_id"]: row for row in rows(data)}
    assert set(seen) == set(known)
    for sample_id, row in known.items():
        sample, name = seen[sample_id]
        assert {"val": "validation"}.get(sample["split"], sample["split"]) == name
        with Image.open(data / row["image"]) as image:
            assert np.array_equal(pixels(sample["image"]), pixels(image))
        assert (sample["identity"], sample["licence"]) == (row["identity"], row["licence"])
        assert "Synthetic composite" in sample["synthetic"]


def test_imagefolder_is_read_by_torchvision(data, tmp_path):
    read = pytest.importorskip("torchvision.datasets")
    out = export(data, "imagefolder", tmp_path / "out", "--photos", str(data.parent))
    masked, unmasked = (read.ImageFolder(str(out / kind)) for kind in ("masked", "unmasked"))
    assert masked.classes == unmasked.classes == [f"person_{number:02d}" for number in range(4)]
    assert (len(masked), len(unmasked)) == (16, 8)
    for path, label in masked.samples:
        assert Path(path).parent.name == masked.classes[label]
        assert masked.loader(path).size == (96, 96)


def test_files_are_the_data_sets_own(data, tmp_path):
    out = export(data, "imagefolder", tmp_path / "out", "--photos", str(data.parent))
    for row in rows(data):
        masked = out / "masked" / row["identity"] / f"{row['sample_id']}.png"
        assert masked.read_bytes() == (data / row["image"]).read_bytes()
        photo = out / "unmasked" / row["identity"] / f"{row['sha256'][:16]}.png"
        assert photo.read_bytes() == (data.parent / row["photo"]).read_bytes()


def test_every_picture_has_its_rights_beside_it(data, tmp_path):
    for form, options in (("imagefolder", ("--photos", str(data.parent))), ("crops", ())):
        out = export(data, form, tmp_path / form, *options)
        lines = {line["file_name"]: line for line in table(out)}
        pictures = {path.relative_to(out).as_posix() for path in out.rglob("*.png")}
        assert set(lines) == pictures
        licences = {row["identity"]: row["licence"] for row in rows(data)}
        for name, line in lines.items():
            assert line["licence"] == licences[line["identity"]]
            assert (line["source"], line["consent"]) == ("drawn for tests", "not needed")
            assert line["synthetic"].startswith("Synthetic" if line["kind"] == "masked" else "Photograph")
            assert name.split("/")[0] == line["kind"]


def test_crops_pair_by_face(data, tmp_path):
    out = export(data, "crops", tmp_path / "out")
    lines = table(out)
    bare = {(line["sha256"], line["face"]) for line in lines if line["kind"] == "unmasked"}
    assert len(bare) == 8 and {(line["sha256"], line["face"]) for line in lines} == bare
    for line in lines:
        with Image.open(out / line["file_name"]) as image:
            assert image.size == (112, 112)


def test_a_photo_that_has_changed_is_refused(data, tmp_path):
    photos = tmp_path / "photos" / "person_00"
    photos.mkdir(parents=True)
    Image.new("RGB", (96, 96)).save(photos / "0.png")
    arguments = ["export", str(data), "--to", "imagefolder", "--output", str(tmp_path / "out")]
    assert invoke([*arguments, "--photos", str(tmp_path)]) == 2
    assert not (tmp_path / "out").exists() and not list(tmp_path.glob(".out*"))


def test_licences_are_left_out_by_pattern(data, tmp_path, capsys):
    out = export(
        data, "crops", tmp_path / "out", "--exclude-licence", "cc-by*", "--exclude-licence", "RESEARCH*"
    )
    assert {line["licence"] for line in table(out)} == {"CC0-1.0"}
    assert json.loads((out / "export.json").read_text())["left_out"] == 8
    assert "left out: 8 samples" in capsys.readouterr().out
    nothing = ["export", str(data), "--to", "crops", "--output", str(tmp_path / "none")]
    assert invoke([*nothing, "--exclude-licence", "*"]) == 2
    assert "no sample is left" in capsys.readouterr().err and not (tmp_path / "none").exists()


def test_only_an_earlier_export_of_this_kind_is_replaced(data, tmp_path, capsys):
    out = export(data, "crops", tmp_path / "out")
    (out / "masked" / "stale.txt").write_text("")
    export(data, "crops", out)
    assert not (out / "masked" / "stale.txt").exists() and (out / "masked").is_dir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    for form, place in (
        ("parquet", out),
        ("crops", tmp_path / "mine"),
        ("crops", data),
        ("crops", data / "x"),
    ):
        assert invoke(["export", str(data), "--to", form, "--output", str(place)]) == 2
        assert "--output" in capsys.readouterr().err
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work" and (out / "masked").is_dir()


def test_the_same_command_gives_the_same_bytes(data, tmp_path):
    made = [export(data, "crops", tmp_path / str(n), "--split", "0.5/0.5", "--seed", "5") for n in range(2)]
    files = [{p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()} for out in made]
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--to", "cocoa"), ["--to cocoa", "did you mean coco?", "webdataset"]),
        (("--to", "crops", "--only-verdict", "good"), ["--only-verdict good", "ok, flagged"]),
        (("--to", "crops", "--split", "0.8/0.3"), ["--split 0.8/0.3", "add up to 1"]),
        (("--to", "crops", "--photos", "nowhere"), ["--photos nowhere", "no such folder"]),
        (("--to", "pairs", "--pairs", "0"), ["--pairs 0", "1 or more"]),
    ],
)
def test_what_is_wrong_is_said_in_one_line(data, tmp_path, capsys, options, words):
    assert invoke(["export", str(data), "--output", str(tmp_path / "out"), *options]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1 and all(word in said for word in words)
    assert not (tmp_path / "out").exists()


def test_a_data_set_without_aligned_faces_says_how_to_get_them(data, tmp_path, capsys):
    broken = tmp_path / "data"
    shutil.copytree(data, broken)
    (broken / next(rows(data))["labels"] / "masked_112.png").unlink()
    assert invoke(["export", str(broken), "--to", "crops", "--output", str(tmp_path / "out")]) == 2
    assert "masked_112.png cannot be read" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert invoke(["export", str(broken / "images"), "--to", "crops", "--output", str(tmp_path / "x")]) == 2
    assert "not a data set of MaskDrape" in capsys.readouterr().err


def test_as_json(data, tmp_path, capsys):
    export(data, "crops", tmp_path / "out", "--json", "--split", "0.5/0.5")
    said = json.loads(capsys.readouterr().out)
    assert said["made"] == {"masked": 16, "unmasked": 8} and said["splits"]["train"]["identities"] == 2
