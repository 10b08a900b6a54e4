"""Every scene can be run on a folder of photos, and says what it will come to."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from fakes import save_photo

from pipeline.assets import asset_names
from pipeline.cli.app import invoke
from pipeline.masks.balance import offer_of, shares
from pipeline.masks.library import load_design, open_library
from pipeline.recipe import read_job

SCENES = asset_names("scenes")


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("scenes") / "photos"
    for seed, name in enumerate(("Ann_Lee/Ann_Lee_0001.png", "Ann_Lee/Ann_Lee_0002.png", "Bo/Bo_0001.png")):
        save_photo(folder / name, 120, seed)
    return folder


def test_the_recipes_are_there():
    assert {"demo", "lfw", "nist", "research", "studio"} <= set(SCENES)


@pytest.mark.parametrize("scene", SCENES)
def test_a_dry_run_says_what_will_be_made(scene, photos, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert invoke(["run", scene, "--photos", str(photos), "--dry-run"]) == 0
    said = capsys.readouterr().out
    variants = read_job(scene, {"photos": {"folder": str(photos)}}).config.variants
    assert "# photos: 3 of 3, identities: 2" in said
    assert f"# samples: {3 * variants} if every photo holds one face" in said
    assert "# disk: about" in said and "# time: about" in said and "NOT ENOUGH" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_that_a_scene_names_is_left_out(scene, photos):
    """Whatever has a weight is drawn: a design's wearing or colour that it does not know would not be."""
    masks = read_job(scene, {"photos": {"folder": str(photos)}}).config.masks
    library = open_library(None)
    expected = shares(masks, {name: offer_of(load_design(name, library)) for name in masks.designs})
    for kind, weights in (("wearing", masks.wearing), ("colour", masks.colours), ("design", masks.designs)):
        for name, weight in weights.items():
            assert weight == 0 or expected[kind][name] > 0, (kind, name)


def test_the_grid_of_nist_is_drawn_in_equal_parts(photos):
    masks = read_job("nist", {"photos": {"folder": str(photos)}}).config.masks
    library = open_library(None)
    expected = shares(masks, {name: offer_of(load_design(name, library)) for name in masks.designs})
    for kind, count in (("design", 2), ("nose", 3), ("colour", 4)):
        assert [round(share, 6) for share in expected[kind].values()] == [round(1 / count, 6)] * count


def test_a_scene_says_how_it_is_run():
    from pipeline.assets import asset_folder

    for scene in ("lfw", "nist", "research", "studio"):
        text = (asset_folder("scenes") / f"{scene}.yaml").read_text()
        assert f"maskdrape run {scene} --photos" in text
        assert yaml.safe_load(text)["output"] == f"out/{scene}"


def test_a_scene_without_its_photos_says_what_to_give(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert invoke(["run", "lfw", "--dry-run"]) == 2
    assert "--photos" in capsys.readouterr().err
    assert invoke(["run", "lfw", "--photos", "nowhere", "--dry-run"]) == 2
    assert "no such folder" in capsys.readouterr().err
