"""Cache, seeds, shards, resume and tables, with stages that cost nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import Counter, save_photo

from pipeline.config import Config
from pipeline.dataset.journal.locks import Busy
from pipeline.farm.local import Finished, run
from pipeline.photos.listing import list_folder, list_table
from pipeline.recipe import Job
from pipeline.records import Rejected


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    save_photo(folder / "anna" / "plain.png", 120, 1)
    save_photo(folder / "anna" / "dark.png", 40, 2)
    save_photo(folder / "bo b" / "two Ünïcode.png", 220, 3)
    save_photo(folder / "nobody.png", 0)
    save_photo(folder / "zoe.png", 130, 4)
    (folder / "zoe" / "again").mkdir(parents=True)
    (folder / "zoe" / "again" / "copy.png").write_bytes((folder / "zoe.png").read_bytes())
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder


def job(photos: Path, output: str, shard: tuple[int, int] = (1, 1), only: str | None = None, **values) -> Job:
    settings = {"variants": 3, "masks": {"drapes": 2}} | values
    config = Config.model_validate({"photos": {"folder": photos.name}, "output": output} | settings)
    return Job(config, photos.parent, shard, only)


def make(job: Job, counter: Counter | None = None) -> Finished:
    entries = list_folder(job.folder / job.config.photos.folder)
    *_, last = run(job, entries, (counter or Counter()).stages)
    assert isinstance(last, Finished)
    return last


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".maskdrape" not in path.parts
    }


def test_tables_count_everything_once(photos):
    end = make(job(photos, "out"))
    out = photos.parent / "out"
    rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    rejects = [json.loads(line) for line in (out / "rejects.jsonl").read_text().splitlines()]
    assert len(rows) == 4 * 3 and end.tables.faces == 5 and end.tables.flagged == 1
    assert [row["photo"] for row in rows[::3]] == [
        "anna/dark.png",
        "anna/plain.png",
        "bo b/two Ünïcode.png",
        "zoe.png",
    ]
    assert {row["verdict"] for row in rows if row["photo"] == "anna/dark.png"} == {"flagged"}
    assert [(row["photo"], row["stage"], row["face"]) for row in rejects] == [
        ("bo b/two Ünïcode.png", "faces", 1),
        ("broken.jpg", "photos", None),
        ("nobody.png", "faces", None),
        ("zoe/again/copy.png", "photos", None),
    ]
    assert "zoe.png" in rejects[3]["reason"]
    for row in rows:
        assert (out / row["image"]).exists()
        assert {path.name for path in (out / row["labels"]).iterdir()} == {
            "matte.png", "extent.png", "shadow.png", "parts.png", "depth.exr", "normals.exr", "uv.exr",
            "masked_112.png", "unmasked_112.png", "sample.json",
        }  # fmt: skip
    assert end.rejected_here == 4
    counted = json.loads((out / "distribution.json").read_text())
    assert counted["design"] == {"surgical": {"samples": 12, "share": 1.0, "wanted": 1.0}}
    assert counted["nose"] == {"high": {"samples": 12, "share": 1.0, "wanted": None}}
    assert sum(one["samples"] for one in counted["colour"].values()) == 12


def test_bytes_do_not_depend_on_shards_or_order(photos):
    make(job(photos, "whole"))
    for number in (3, 1, 2):
        make(job(photos, "parts", shard=(number, 3)))
    make(job(photos, "named", only="zoe*"))
    make(job(photos, "named"))
    base = photos.parent
    assert contents(base / "whole") == contents(base / "parts") == contents(base / "named")


def test_a_second_run_does_nothing_and_a_torn_one_continues(photos):
    make(job(photos, "whole"))
    entries = list_folder(photos)
    for stop in range(1, 8):
        counter, out = Counter(), photos.parent / "torn"
        steps = run(job(photos, "torn"), entries, counter.stages)
        for _ in range(stop):
            next(steps, None)
        steps.close()  # releases the journal as a killed process does
        for journal in out.rglob("*-of-*.jsonl"):
            journal.write_bytes(journal.read_bytes()[:-9])
    make(job(photos, "torn"))
    assert contents(photos.parent / "whole") == contents(photos.parent / "torn")
    counter = Counter()
    make(job(photos, "torn"), counter)
    assert (counter.fits, counter.drapes, counter.renders) == (0, 0, 0)


def test_variants_share_fits_and_drapes(photos):
    counter = Counter()
    make(job(photos, "out", variants=8), counter)
    assert counter.renders == 4 * 8
    assert 4 < counter.drapes <= 4 * 2
    again = Counter()
    make(job(photos, "out", variants=10), again)
    assert again.renders == 4 * 2 and again.fits == 0


def test_another_seed_leaves_nothing_of_the_first(photos):
    make(job(photos, "fresh", seed=2))
    make(job(photos, "out", seed=1, variants=5))
    end = make(job(photos, "out", seed=2))
    assert end.tables.removed == 4 * 2
    assert contents(photos.parent / "fresh") == contents(photos.parent / "out")
    make(job(photos, "out", seed=1))
    assert contents(photos.parent / "fresh") != contents(photos.parent / "out")


def test_a_new_version_makes_everything_anew(photos):
    make(job(photos, "out"))
    counter = Counter("2")
    make(job(photos, "out"), counter)
    assert counter.renders == 12 and counter.drapes == 0


def test_a_photo_that_changed_or_went_is_followed(photos):
    make(job(photos, "out"))
    save_photo(photos / "anna" / "plain.png", 125, 9)
    (photos / "bo b" / "two Ünïcode.png").unlink()
    end = make(job(photos, "out"))
    assert end.tables.removed == 6
    make(job(photos, "fresh"))
    assert contents(photos.parent / "fresh") == contents(photos.parent / "out")


def test_a_damaged_cache_entry_is_made_again(photos):
    make(job(photos, "out", cache="cache"))
    for entry in (photos.parent / "cache").rglob("*.npz"):
        entry.write_bytes(entry.read_bytes()[:100])
    counter = Counter()
    make(job(photos, "again", cache="cache"), counter)
    assert counter.fits == 5
    assert contents(photos.parent / "out") == contents(photos.parent / "again")


def test_two_processes_cannot_share_a_shard(photos):
    entries = list_folder(photos)
    first = run(job(photos, "out"), entries, Counter().stages)
    next(first)
    with pytest.raises(Busy, match="shard 1/1"):
        list(run(job(photos, "out"), entries, Counter().stages))
    with pytest.raises(Busy, match="other settings"):
        list(run(job(photos, "out", seed=5), entries, Counter().stages))


def test_a_stage_that_breaks_costs_only_its_variant(photos):
    counter = Counter()

    def render(face, worn, material, config, seed):
        if seed % 2:
            raise ValueError("singular matrix")
        return counter._render(face, worn, material, config, seed)

    object.__setattr__(counter.stages, "render", render)
    end = make(job(photos, "out"), counter)
    broken = [row for row in end.tables.rejects if row["stage"] == "studio"]
    assert broken and len(broken) + len(end.tables.samples) == 12
    assert broken[0]["reason"] == "unexpected ValueError: singular matrix"


def test_carried_drapes_fall_back_on_the_simulation_where_they_fail(photos):
    counter, plain = Counter(), Counter()
    end = make(job(photos, "out", masks={"drape": "carry"}), counter)
    assert len(end.tables.samples) == 12
    # the bright photo's carried drape does not pass; the three others are not simulated
    assert counter.carried == 4 and counter.drapes == 1
    make(job(photos, "other", masks={"drape": "simulate"}), plain)
    assert plain.carried == 0 and plain.drapes == 4
    one, other = (
        {row["photo"]: (photos.parent / out / row["image"]).read_bytes() for row in end.tables.samples}
        for out in ("out", "other")
    )
    assert [name for name in one if one[name] == other[name]] == ["bo b/two Ünïcode.png"]


def test_a_double_is_draped_over_the_mask_that_is_worn_below_it_and_names_both(photos):
    plain, counter = Counter(), Counter()
    doubled = {"masks": {"wearing": {"double": 1}}, "cache": "cache"}
    end = make(job(photos, "out", **doubled), counter)
    make(job(photos, "plain", masks={"wearing": {"correct": 1}}), plain)
    assert counter.drapes == 2 * plain.drapes == 2 * 4
    row = next(iter(end.tables.samples))
    mask = json.loads((photos.parent / "out" / row["labels"] / "sample.json").read_text())["mask"]
    assert (mask["design"], mask["wearing"]) == ("surgical", "double")
    assert (mask["under"]["design"], mask["under"]["wearing"], mask["under"]["under"]) == (
        "cloth", "correct", None
    )  # fmt: skip
    assert mask["under"]["checks"] and mask["under"]["material"]["fabric"] == "spunbond"
    assert "under" not in mask["material"]
    again = Counter()
    make(job(photos, "again", **doubled), again)
    assert again.drapes == 0
    assert contents(photos.parent / "out") == contents(photos.parent / "again")


def test_a_beard_is_what_the_mask_lies_on_and_a_label(photos):
    felt = []

    def labels(counter, out, **masks):
        plain = counter.stages.place

        def place(choice, vertices, gravity, rng):
            felt.append(vertices[0, 0])
            return plain(choice, vertices, gravity, rng)

        object.__setattr__(counter.stages, "place", place)
        end = make(job(photos, out, masks=masks, variants=1, cache="cache"), counter)
        assert len(end.tables.samples) == 4
        return [
            json.loads((photos.parent / out / row["labels"] / "sample.json").read_text())["mask"]["beard_mm"]
            for row in end.tables.samples
        ]

    assert labels(Counter(), "bare") == [0.0] * 4
    assert labels(Counter(), "bearded", beard_mm=10.0) == [10.0] * 4
    assert [after - before for before, after in zip(felt[:4], felt[4:], strict=True)] == pytest.approx(
        [0.01] * 4
    )


def test_what_the_table_says_of_a_beard_counts_before_the_configuration(photos):
    base = photos.parent
    for number, beard in enumerate(("", "7", "8")):
        (base / "people.csv").write_text(f"path,identity,beard_mm\nphotos/zoe.png,Zoe,{beard}\n")
        config = Config.model_validate(
            {"photos": {"table": "people.csv"}, "output": "out", "masks": {"beard_mm": 3.0}}
        )
        counter = Counter()
        *_, last = run(Job(config, base, (1, 1), None), list_table(base / "people.csv"), counter.stages)
        assert counter.renders == 1  # another length is another sample
        row = next(iter(last.tables.samples))
        mask = json.loads((base / "out" / row["labels"] / "sample.json").read_text())["mask"]
        assert mask["beard_mm"] == (3.0, 7.0, 8.0)[number]


def test_a_drape_that_fails_says_which_mask_it_was(photos):
    counter = Counter()

    def check(rest, draped, ground, motion):
        raise Rejected("masks", "the mask slid off")

    object.__setattr__(counter.stages, "check", check)
    end = make(job(photos, "out", variants=1), counter)
    refused = [row for row in end.tables.rejects if row["stage"] == "masks"]
    assert {row["reason"] for row in refused} == {"surgical, correct: the mask slid off"}


def test_a_light_that_is_given_lights_every_mask_and_is_in_the_labels(photos):
    seen = []
    counter = Counter()

    def render(face, worn, material, config, seed):
        seen.append(face.light)
        return counter._render(face, worn, material, config, seed)

    counter.stages = replace(counter.stages, render=render)
    lamp = {"towards": [0.0, -3.0, -4.0], "irradiance": [0.5, 0.25, 0.0]}
    make(job(photos, "out", light={"ambient": [0.1, 0.2, 0.3], "lamps": [lamp]}), counter)
    assert len(seen) == 4 * 3
    for light in seen:
        assert light.ambient.tolist() == [0.1, 0.2, 0.3] and light.irradiance.tolist() == [[0.5, 0.25, 0.0]]
        assert np.allclose(light.directions, [[0.0, -0.6, -0.8]]) and light.around is None
        assert light.skin_albedo.tolist() == [0.5] * 3
    out = photos.parent / "out"
    labels = [json.loads(path.read_text())["light"] for path in sorted(out.rglob("sample.json"))]
    assert len(labels) == 12
    assert all(one["ambient"] == [0.1, 0.2, 0.3] and one["fit"] is None for one in labels)
    fits = counter.fits
    make(job(photos, "out", light={"ambient": [0.4, 0.4, 0.4]}), counter)
    assert counter.fits == fits and len(seen) == 2 * 12 and not seen[-1].irradiance.any()
