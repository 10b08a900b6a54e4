"""A folder of designs of the user's own, beside the built-in ones."""

import numpy as np
import pytest

from pipeline.assets import asset_folder, digest
from pipeline.cli.app import invoke
from pipeline.draping import place
from pipeline.head.model import load_head
from pipeline.masks.balance import AS_DESIGNED, Choice, offer_of, shares
from pipeline.masks.library import (
    DesignError,
    design_names,
    library_files,
    load_design,
    open_library,
)
from pipeline.recipe import ConfigError, read_job

SURGICAL = (asset_folder("mask_library") / "surgical.yaml").read_text(encoding="utf-8")
MINE = SURGICAL.replace("title: Surgical mask, three pleats, ear loops", "title: Mask of our own")
JOB = "photos: {folder: photos}\noutput: out\nmasks: {library: my masks, designs: {narrow: 2, kn95: 1}}\n"


@pytest.fixture
def folder(tmp_path):
    mine = tmp_path / "my masks"
    mine.mkdir()
    (mine / "narrow.yaml").write_text(MINE, encoding="utf-8")
    (tmp_path / "photos").mkdir()
    (tmp_path / "job.yaml").write_text(JOB)
    return mine


def problem(call, *arguments):
    with pytest.raises((DesignError, ConfigError)) as caught:
        call(*arguments)
    return str(caught.value)


def test_own_designs_come_beside_the_built_in_ones(folder):
    library = open_library(folder)
    assert design_names(library) == (*design_names(), "narrow")
    assert load_design("narrow", library).title == "Mask of our own"
    assert load_design("surgical", library) == load_design("surgical")
    assert "there are" in problem(load_design, "narrow")


def test_a_changed_file_is_read_again_and_changes_the_digest_as_a_print_does(folder):
    library = open_library(folder)
    before = digest(library_files(library))
    assert load_design("narrow", library).sizes["S"].width_mm == 120
    (folder / "narrow.yaml").write_text(MINE.replace("width_mm: 120", "width_mm: 110"), encoding="utf-8")
    after = digest(library_files(library))
    assert load_design("narrow", library).sizes["S"].width_mm == 110
    (folder / "prints").mkdir()
    (folder / "prints" / "logo.png").write_bytes(b"picture")
    assert len({before, after, digest(library_files(library))}) == 3


def test_a_folder_that_cannot_be_used_says_why(folder, tmp_path):
    assert "no such folder" in problem(open_library, tmp_path / "none")
    assert "no design in it" in problem(open_library, tmp_path / "photos")
    (folder / "surgical.yaml").write_text(MINE)
    (folder / "other.yml").write_text(MINE)
    found = problem(open_library, folder)
    assert "surgical is a built-in design" in found and "other.yml: a design's file ends in .yaml" in found


def test_a_mistake_in_an_own_design_is_named_by_file_line_and_key(folder):
    (folder / "narrow.yaml").write_text(MINE.replace("layers_g_m2:", "layers:"), encoding="utf-8")
    line = next(n for n, text in enumerate(MINE.splitlines(), 1) if "layers_g_m2" in text)
    found = problem(load_design, "narrow", open_library(folder))
    assert f"narrow.yaml line {line}: fabric.layers: unknown key" in found


def test_a_job_names_designs_of_its_own_library(folder, tmp_path):
    job = read_job(str(tmp_path / "job.yaml"), {})
    assert job.designs is not None and job.designs.resolve() == folder.resolve()
    (tmp_path / "job.yaml").write_text(JOB.replace("narrow", "narow"))
    assert "did you mean narrow?" in problem(read_job, str(tmp_path / "job.yaml"), {})
    (tmp_path / "job.yaml").write_text(JOB.replace("my masks", "theirs"))
    assert "masks.library = theirs: no such folder" in problem(read_job, str(tmp_path / "job.yaml"), {})


def test_the_commands_know_them(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert invoke(["run", "job.yaml", "--dry-run"]) == 2  # there are no photos: the library is not to blame
    assert "no photos" in capsys.readouterr().err
    assert invoke(["masks", "--library", "my masks"]) == 0
    assert "Mask of our own" in capsys.readouterr().out
    assert invoke(["masks", "--library", "my masks", "show", "nosuch"]) == 2
    assert "narrow" in capsys.readouterr().err
    assert invoke(["masks", "show", "nosuch", "--library", "my masks"]) == 2
    assert "narrow" in capsys.readouterr().err
    assert invoke(["drapes", "--design", "nosuch", "--library", "my masks"]) == 2
    assert "narrow" in capsys.readouterr().err
    assert invoke(["gallery", "nosuch", "--library", "my masks"]) == 2
    assert "narrow" in capsys.readouterr().err
    assert invoke(["masks", "--library", "photos"]) == 2
    assert "no design in it" in capsys.readouterr().err


def test_a_built_in_design_is_copied_to_start_from(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert invoke(["masks", "copy", "kn95", "own/ours.yaml"]) == 0
    assert "maskdrape masks show ours --library own" in capsys.readouterr().out
    assert load_design("ours", open_library(tmp_path / "own")).sizes == load_design("kn95").sizes
    for name, file, why in (
        ("kn95", "own/ours.yaml", "is there already"),
        ("kn95", "own/surgical.yaml", "built-in"),
        ("kn95", "own/ours.txt", "ends in .yaml"),
        ("kn96", "own/other.yaml", "no such design"),
    ):
        assert invoke(["masks", "copy", name, file]) == 2
        assert why in capsys.readouterr().err


def test_a_mask_of_an_own_design_is_laid_on_a_head(folder):
    choice, head = Choice("narrow", "correct", AS_DESIGNED), load_head().mean
    rest = place(choice, head, np.array([0.0, -1.0, 0.0]), np.random.default_rng(0), open_library(folder))
    assert (rest.design, rest.size) == ("narrow", "L")


def test_the_balanced_scene_draws_every_design_way_of_wearing_height_and_colour(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    masks = read_job("balanced", {}).config.masks
    expected = shares(masks, {name: offer_of(load_design(name)) for name in masks.designs})
    assert expected["design"] == pytest.approx(dict.fromkeys(design_names(), 1 / len(design_names())))
    assert set(expected["wearing"]) == set(masks.wearing) and min(expected["wearing"].values()) > 0.005
    assert min(expected["nose"].values()) > 0.1
    assert set(expected["colour"]) == {"light blue", "white", "black", "red"}
    assert min(expected["colour"].values()) > 0.05
