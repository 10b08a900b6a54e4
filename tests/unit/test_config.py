"""Configuration mistakes are named: key, value, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipeline.assets import asset_folder
from pipeline.recipe import ConfigError, read_job, resolved_yaml

GOOD = "photos: {folder: photos}\noutput: out\n"
PICTURE = GOOD + "masks: {prints: {picture: 1}, "


@pytest.fixture(autouse=True)
def photos(tmp_path) -> None:
    (tmp_path / "photos").mkdir()


def problems(tmp_path: Path, text: str | bytes, **options) -> tuple[str, ...]:
    file = tmp_path / "job.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        read_job(str(file), {}, **options)
    assert all("\n" not in problem for problem in caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + "varients: 3", ["varients", "unknown", "did you mean variants?"]),
        (GOOD + "render: {sampels: 3}", ["render.sampels", "did you mean samples?", "denoise"]),
        (GOOD + "variants: '3'", ["variants = '3'", "a whole number"]),
        (GOOD + "variants: 0", ["variants = 0", "from 1 to 100"]),
        (GOOD + "seed: 1.5", ["seed = 1.5", "a whole number"]),
        (GOOD + "seed:", ["seed = None", "a whole number"]),
        (GOOD + "render: {denoise: 'yes'}", ["render.denoise = 'yes'", "true or false"]),
        (GOOD + "faces: 3", ["faces = 3", "a block of keys"]),
        (GOOD + "faces: {flagged: hide}", ["faces.flagged = 'hide'", "'keep' or 'reject'"]),
        (GOOD + "masks: {designs: {nosuch: 1}}", ["masks.designs", "'nosuch'", "allowed: ", "surgical"]),
        (GOOD + "masks: {designs: {surgical: -1}}", ["masks.designs.surgical = -1", "weight"]),
        (GOOD + "masks: {designs: {surgical: 0}}", ["masks.designs", "above 0"]),
        (GOOD + "masks: {colours: {red: -1}}", ["masks.colours.red = -1", "weight"]),
        (GOOD + "masks: {colours: {mauve: 1}}", ["masks.colours.mauve = 1", "allowed: black, "]),
        (GOOD + "masks: {wearing: {undernose: 1}}", ["masks.wearing.undernose = 1", "correct"]),
        (GOOD + "masks: {coverage: {top: 1}}", ["masks.coverage.top", "'high', 'medium' or 'low'"]),
        (PICTURE + "pictures: [no.png]}", ["masks.pictures.0.path = no.png", "no file"]),
        (PICTURE + "pictures: [job.yaml]}", ["masks.pictures.0.path = job.yaml", "picture", "PNG"]),
        (PICTURE + "pictures: [.]}", ["masks.pictures.0.path = .", "no pictures in that folder", ".png"]),
        (PICTURE + "pictures: job.yaml}", ["masks.pictures = 'job.yaml'", "a list"]),
        (
            PICTURE + "pictures: [{path: a.png, license: x}]}",
            ["masks.pictures.0.license", "did you mean licence"],
        ),
        (
            PICTURE + "pictures: [{path: a.png, width_mm: [9, 3]}]}",
            ["pictures.0.width_mm = [9, 3]", "from <= to"],
        ),
        (PICTURE + "drapes: 1}", ["masks", "picture: needs pictures: [PATH"]),
        (GOOD + "masks: {pictures: [a.png]}", ["masks", "prints: {picture: 1"]),
        (GOOD + "light: {ambient: [1, 1]}", ["light.ambient = [1, 1]", "[red, green, blue]"]),
        (GOOD + "light: {ambient: [1, 1, -1]}", ["light.ambient.2 = -1", "greater than or equal to 0"]),
        (GOOD + "light: {ambient: [0, 0, 0]}", ["light", "some light"]),
        (GOOD + "light: {ambient: [1, 1, 1], lamp: []}", ["light.lamp", "did you mean lamps?"]),
        (
            GOOD + "light: {ambient: [1, 1, 1], lamps: [{towards: [0, 0, 0], irradiance: [1, 1, 1]}]}",
            ["light.lamps.0.towards = [0, 0, 0]", "a direction"],
        ),
        (
            GOOD + "light: {ambient: [1, 1, 1], around: [[1, 1, 1]]}",
            ["light.around = [[1, 1, 1]]", "three colours"],
        ),
        (GOOD + "output: b", ["line 3", "'output' twice"]),
        ("photos: {folder: ., demo: true}\noutput: x", ["photos", "exactly one of"]),
        ("photos: {folder: nowhere}\noutput: x", ["photos.folder = nowhere", "no such folder"]),
        ("photos: {table: job.csv}\noutput: x", ["photos.table = job.csv", "no such file"]),
        ("photos: {folder: photos}\noutput: job.yaml", ["output = job.yaml", "is a file"]),
        ("photos: {folder: .}\noutput: .", ["output = .", "folder of the photos"]),
        ("output: x", ["photos: missing", "{folder: PATH}"]),
        (
            "photos: !!python/object/apply:os.getcwd []\noutput: x",
            ["line 1", "!!python/object", "not allowed"],
        ),
        ("photos: {folder: .\noutput", ["line 2"]),
        ("? [a, b]\n: c", ["line 1", "a key must be a text"]),
        ("- a\n- b", ["['a', 'b']", "key: value"]),
        ("", ["empty", "photos"]),
        ("output: é".encode("latin-1"), ["not UTF-8"]),
        (b"output: \x00", ["not YAML"]),
    ],
)
def test_a_mistake_is_named(tmp_path, text, words):
    (problem,) = problems(tmp_path, text)
    for word in words:
        assert word in problem


def test_all_mistakes_are_named_at_once(tmp_path):
    assert len(problems(tmp_path, "variants: 0\nseed: -1\nrender: {sampels: 2}")) == 5


@pytest.mark.parametrize("shard", ["0/2", "3/2", "a/b", "1", "1/0", "-1/2"])
def test_impossible_shards(tmp_path, shard):
    (problem,) = problems(tmp_path, GOOD, shard=shard)
    assert f"--shard {shard}: allowed: i/n" in problem


def test_paths_are_relative_to_the_file_and_overrides_win(tmp_path):
    (tmp_path / "job.yaml").write_text(GOOD)
    job = read_job(str(tmp_path / "job.yaml"), {"seed": 7, "output": None}, "2/3", "a*")
    assert job.output == tmp_path / "out" and job.config.seed == 7
    assert (job.shard, job.only) == ((2, 3), "a*")
    assert job.cache == tmp_path / "out" / ".maskdrape" / "cache"


@pytest.mark.parametrize("name", ["demo", "scenes/demo.yaml"])
def test_packaged_scenes_write_to_the_current_folder(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    job = read_job(name, {})
    assert job.config.photos.demo and job.output == tmp_path / "out" / "demo"


def test_every_packaged_scene_is_valid(tmp_path):
    scenes = list(asset_folder("scenes").glob("*.yaml"))
    assert len(scenes) >= 7
    for scene in scenes:
        copy = tmp_path / scene.name
        copy.write_text(scene.read_text())
        folder = yaml.safe_load(scene.read_text())["photos"].get("folder", "photos")
        (tmp_path / folder).mkdir(exist_ok=True)
        read_job(str(copy), {})


def test_the_resolved_configuration_reads_back_as_the_same(tmp_path):
    (tmp_path / "job.yaml").write_text(GOOD + "variants: 2\nmasks: {drapes: 3}")
    job = read_job(str(tmp_path / "job.yaml"), {"engine": "local"})
    text = resolved_yaml(job.config)
    assert str(tmp_path) not in text and "engine" not in yaml.safe_load(text)
    (tmp_path / "out").mkdir()
    again = tmp_path / "config.resolved.yaml"
    again.write_text(text)
    second = read_job(str(again), {"output": "out"})
    assert resolved_yaml(second.config) == text
