"""A person or a photo is gone from everything, everybody else stays as they were, and nobody comes back."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import Counter, save_photo
from filelock import FileLock
from tiny_data_set import tiny_data_set

from pipeline.cli import forget as forgetting
from pipeline.cli.app import invoke
from pipeline.cli.photos import photo_of
from pipeline.config import Config
from pipeline.dataset.export import make as exports_of
from pipeline.dataset.forget.elsewhere import remember_cache
from pipeline.dataset.forget.forgotten import NOBODY, read_forgotten
from pipeline.dataset.forget.remove import remove
from pipeline.dataset.forget.search import CHUNK, search
from pipeline.dataset.forget.traces import Traces, drop_plan, find_traces, keep_plan
from pipeline.dataset.journal.locks import Busy, alone_in, export_held
from pipeline.dataset.read import DataSetError, rejects, rows, sums
from pipeline.farm.local import run
from pipeline.files import sha256_of
from pipeline.photos.listing import list_folder
from pipeline.recipe import Job

PEOPLE = {"ann": 2, "anna": 1, "ann_b": 1, "José Müller": 2, "bob": 1}


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """Photos and a data set of people whose names begin alike; bob has a copy of a photo of ann's."""
    base = tmp_path_factory.mktemp("people")
    for place, (person, count) in enumerate(PEOPLE.items()):
        for number in range(count):
            level = 100 + 3 * place + 20 * number
            save_photo(base / "photos" / person / f"{number}.png", level, 10 * place + number)
    copy = (base / "photos" / "ann" / "1.png").read_bytes()
    (base / "photos" / "bob" / "copy.png").write_bytes(copy)
    save_photo(base / "photos" / "ann" / "dark.png", 0)
    make(base)
    return base


@pytest.fixture
def folder(finished, tmp_path: Path) -> Path:
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"


def make(base: Path, **settings) -> Counter:
    """Run, or resume, as ``maskdrape run`` does."""
    job = the_job(base, **settings)
    counter = Counter()
    list(run(job, list_folder(base / "photos"), counter.stages))
    remember_cache(job.output / ".maskdrape", job.cache)
    return counter


def the_job(base: Path, **settings) -> Job:
    values = {"photos": {"folder": "photos"}, "output": "out", "variants": 2} | settings
    return Job(Config.model_validate(values), base)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def holding(folder: Path, *needles: str) -> list[str]:
    """Files that hold one of the texts in their bytes, as they are or 4 bytes a letter, or in their path."""
    found = []
    for path, data in contents(folder).items():
        whole = path.encode() + b"\n" + data + b"\n" + data.replace(b"\0", b"")
        found += [path for needle in needles if needle.encode() in whole]
    return found


def test_a_person_is_gone_and_nobody_else_is_touched(folder):
    before, table = contents(folder), list(rows(folder))
    gone = [row for row in table if row["identity"] == "ann"]
    hashes = {row["sha256"] for row in gone}
    stay = [row for row in table if row["identity"] != "ann"]
    assert len(gone) == 4 and len(stay) == 10
    assert holding(folder, *hashes, "ann/", "ann_b")  # the needles of this test find something
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert (
        holding(folder, *hashes, *(sha256[:16] for sha256 in hashes), "ann/", '"ann"', "bob/copy.png") == []
    )
    assert list(rows(folder)) == stay
    assert {row["identity"] for row in rejects(folder)} == set()
    after = contents(folder)
    for row in stay:
        for place in before:
            if place == row["image"] or place.startswith(row["labels"] + "/"):
                assert after[place] == before[place]
    listed = dict(sums(folder))
    kept = {place for place in after if place.split("/")[0] in {"images", "labels", "jpeg"}}
    assert set(listed) == kept
    counted = json.loads(after["distribution.json"])["design"]
    assert sum(one["samples"] for one in counted.values()) == len(stay)
    assert after["contact_sheet.png"] != before["contact_sheet.png"]
    assert ".maskdrape/forgetting.json" not in after


def test_a_resumed_run_brings_nobody_back_and_makes_nothing_else_again(folder):
    hashes = {row["sha256"] for row in rows(folder) if row["identity"] == "ann"}
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    before = contents(folder)
    counter = make(folder.parent)
    assert counter.renders == 0
    assert holding(folder, *hashes, "ann/", '"ann"', "bob/copy.png") == []
    assert [row["identity"] for row in rows(folder)].count("anna") == 2
    refused = list(rejects(folder))
    assert [(row["photo"], row["identity"], row["reason"]) for row in refused] == [
        (NOBODY, NOBODY, "forgotten on request")
    ] * 4
    assert {place: data for place, data in contents(folder).items() if place.startswith("labels/")} == {
        place: data for place, data in before.items() if place.startswith("labels/")
    }


def test_other_names_and_other_pictures_do_not_help(folder):
    """The same photo under another name stays out, and another photo of the same person."""
    photos = folder.parent / "photos"
    assert invoke(["forget", str(folder), "José Müller", "--yes"]) == 0
    (photos / "José Müller").rename(photos / "somebody")
    save_photo(photos / "José Müller" / "new.png", 140, 99)
    make(folder.parent)
    assert {row["identity"] for row in rows(folder)} == {"ann", "anna", "ann_b", "bob"}
    assert holding(folder, "José", "Jos\\u00e9", "somebody") == []


def test_a_photo_alone_is_forgotten(folder):
    table = list(rows(folder))
    assert invoke(["forget", str(folder), "José Müller/0.png", "--yes"]) == 0
    left = [row for row in table if row["photo"] != "José Müller/0.png"]
    assert list(rows(folder)) == left and len(left) == len(table) - 2
    assert make(folder.parent).renders == 0
    assert list(rows(folder)) == left
    (gone,) = {row["sha256"] for row in table} - {row["sha256"] for row in left}
    assert holding(folder, gone, gone[:16], "José Müller/0.png") == []
    # By its hash as well, and then nothing of this person is left.
    other = next(row["sha256"] for row in left if row["identity"] == "José Müller")
    assert invoke(["forget", str(folder), other, "--yes"]) == 0
    assert holding(folder, "José") == []


def test_copies_of_a_photo_go_with_it(folder):
    assert invoke(["forget", str(folder), "bob/copy.png", "--yes"]) == 0
    assert {row["photo"] for row in rows(folder) if row["identity"] == "ann"} == {"ann/0.png"}
    assert {row["identity"] for row in rows(folder)} == set(PEOPLE)


def test_killed_at_any_step_it_can_be_done_again(tmp_path, folder):
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    hashes = {row["sha256"] for row in rows(folder) if row["identity"] == "ann"}
    steps = 0
    while True:
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)
        traces = find_traces(folder, "ann")
        keep_plan(folder, "ann", traces)
        work = remove(folder, traces, [folder / ".maskdrape" / "cache"], photo_of(folder, None))
        done = sum(1 for _, _line in zip(range(steps), work, strict=False))
        assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
        assert holding(folder, *hashes, "ann/", '"ann"') == []
        assert len(list(rows(folder))) == 10
        if done < steps:
            break
        steps += 1
    assert steps > 6


def test_what_was_begun_is_finished_before_anything_else(folder):
    keep_plan(folder, "ann", find_traces(folder, "ann"))
    with pytest.raises(DataSetError, match="begun and not finished"):
        find_traces(folder, "bob")
    drop_plan(folder)
    assert find_traces(folder, "bob").person == "bob"


def test_fits_and_drapes_kept_elsewhere_go_too(tmp_path, folder):
    make(tmp_path, cache="kept", seed=1)
    kept = tmp_path / "kept"
    (sha256, *_) = {row["sha256"] for row in rows(folder) if row["identity"] == "ann"}
    assert any(sha256 in place for place in contents(kept))
    others = len(contents(kept))
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert not any(sha256 in place for place in contents(kept))
    assert 0 < len(contents(kept)) < others


def test_the_fit_of_a_photo_that_was_withdrawn_goes_too(folder):
    """Under other settings no row speaks of it any more."""
    photo = folder.parent / "photos" / "ann" / "0.png"
    sha256 = sha256_of(photo)
    photo.unlink()
    make(folder.parent, seed=1)
    assert not any(row["sha256"] == sha256 for row in rows(folder)) and holding(folder, sha256)
    stay = {row["sha256"] for row in rows(folder) if row["identity"] not in {"ann", "bob"}}
    kept = {name: len(holding(folder / ".maskdrape" / "cache", name)) for name in stay}
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert holding(folder, sha256) == []
    assert {name: len(holding(folder / ".maskdrape" / "cache", name)) for name in stay} == kept


def test_the_fit_of_a_run_that_was_killed_before_its_first_row_goes_too(folder):
    photo = folder.parent / "photos" / "ann" / "new.png"
    save_photo(photo, 150, 50)
    counter = Counter()
    stages = replace(counter.stages, render=killed)
    with pytest.raises(KeyboardInterrupt):
        list(run(the_job(folder.parent), list_folder(folder.parent / "photos"), stages))
    half = next((folder / ".maskdrape" / "cache").glob(f"??/{sha256_of(photo)}-*"))
    half.with_name(f".{half.name}.1-2.part").write_bytes(b"")
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert holding(folder, sha256_of(photo)) == []


def killed(*arguments):
    raise KeyboardInterrupt


def test_a_cache_that_others_use_keeps_what_is_theirs_and_says_so(tmp_path, folder, capsys):
    make(tmp_path, cache="kept", seed=1)
    other = Config.model_validate({"photos": {"folder": "others"}, "output": "other", "cache": "kept"})
    save_photo(tmp_path / "others" / "eve" / "0.png", 150, 60)
    list(run(Job(other, tmp_path), list_folder(tmp_path / "others"), Counter().stages))
    theirs = sha256_of(tmp_path / "others" / "eve" / "0.png")
    before = holding(tmp_path / "kept", theirs)
    half = next((tmp_path / "kept").glob(f"??/{sha256_of(tmp_path / 'photos/ann/0.png')}-*"))
    half.rename(half.with_name(f".{half.name}.1-2.part"))
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert holding(tmp_path / "kept", theirs) == before != []
    assert f"NOT: {len(before)} fits and drapes in {tmp_path / 'kept'} of" in capsys.readouterr().out
    assert holding(tmp_path / "kept", sha256_of(tmp_path / "photos" / "ann" / "0.png")) == []


def test_a_data_sets_own_cache_that_another_one_uses_keeps_what_is_theirs(folder):
    base, cache = folder.parent, "out/.maskdrape/cache"
    save_photo(base / "others" / "eve" / "0.png", 150, 60)
    other = {"photos": {"folder": "others"}, "output": "other", "cache": cache}
    job = Job(Config.model_validate(other), base)
    list(run(job, list_folder(base / "others"), Counter().stages))
    remember_cache(job.output / ".maskdrape", job.cache)
    theirs = sha256_of(base / "others" / "eve" / "0.png")
    before = holding(base / cache, theirs)
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert holding(base / cache, theirs) == before != []


def test_exports_are_deleted_only_with_consent(tmp_path, folder, capsys):
    export, other = tmp_path / "export", tmp_path / "mine"
    for place in (export, other):
        place.mkdir()
        (place / "ann.txt").write_text("ann")
    (export / "export.json").write_text(json.dumps({"made_by": "maskdrape export", "format": "parquet"}))
    row = {"format": "parquet", "data_set": str(folder.resolve())}
    lines = [json.dumps(row | {"output": str(place)}) for place in (export, other)]
    (folder / ".maskdrape" / "exports.jsonl").write_text("\n".join(lines) + "\n")
    before = contents(tmp_path)
    assert invoke(["forget", str(folder), "ann", "--dry-run"]) == 0
    assert invoke(["forget", str(folder), "ann"]) == 2
    said = capsys.readouterr()
    assert "--yes" in said.err and str(export) in said.out and f"NOT: the export made at {other}" in said.out
    assert contents(tmp_path) == before
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert not export.exists() and (other / "ann.txt").exists()


def test_a_real_export_is_found_again_and_verify_is_content(tmp_path, capsys):
    folder, crops = tiny_data_set(tmp_path, identities=2, photos=1, variants=1), tmp_path / "crops"
    assert invoke(["verify", str(folder)]) == 0
    assert invoke(["export", str(folder), "--to", "crops", "--output", str(crops)]) == 0
    assert crops.is_dir()
    assert invoke(["forget", str(folder), "person_00", "--yes"]) == 0
    assert not crops.exists()
    assert [row["identity"] for row in rows(folder)] == ["person_01"]
    capsys.readouterr()
    assert invoke(["verify", str(folder)]) == 0, capsys.readouterr()


def test_forgetting_in_a_copy_leaves_the_exports_of_the_original(tmp_path, capsys):
    folder, crops = tiny_data_set(tmp_path, identities=2, photos=1, variants=1), tmp_path / "crops"
    assert invoke(["export", str(folder), "--to", "crops", "--output", str(crops)]) == 0
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    before = contents(crops)
    assert invoke(["forget", str(copy), "person_00", "--yes"]) == 0
    assert f"{crops} (crops) stays" in capsys.readouterr().out
    assert contents(crops) == before and [row["identity"] for row in rows(copy)] == ["person_01"]


KILLED = """
import os, sys
from pipeline.cli.app import invoke
from pipeline.dataset.export import make
make.write_mark = lambda *arguments: os.kill(os.getpid(), 9)
invoke(sys.argv[1:])
"""


def test_what_a_killed_export_left_is_deleted(tmp_path, capsys):
    folder = tiny_data_set(tmp_path, identities=2, photos=1, variants=1)
    exporting = ["export", str(folder), "--to", "crops", "--output", str(tmp_path / "made" / "crops")]
    mine = tmp_path / "made" / ".crops.part"
    mine.mkdir(parents=True)
    assert subprocess.run([sys.executable, "-c", KILLED, *exporting]).returncode == -9
    assert list((tmp_path / "made").rglob("*person_00*"))
    assert invoke(["forget", str(folder), "person_00", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "what a killed export left" in said and "look for copies" not in said
    assert list((tmp_path / "made").iterdir()) == [mine]


def test_an_export_of_another_data_set_in_the_same_place_stays(tmp_path, capsys):
    folders = [tiny_data_set(tmp_path / f"{n}", identities=2, photos=1, variants=n) for n in (1, 2)]
    for folder in folders:
        assert invoke(["export", str(folder), "--to", "crops", "--output", str(tmp_path / "x")]) == 0
    before = contents(tmp_path / "x")
    assert invoke(["forget", str(folders[0]), "person_00", "--yes"]) == 0
    assert "which was made of another data set since" in capsys.readouterr().out
    assert contents(tmp_path / "x") == before
    assert invoke(["forget", str(folders[1]), "person_00", "--yes"]) == 0
    assert not (tmp_path / "x").exists()


def test_files_that_others_put_into_an_export_stay(tmp_path, capsys):
    folder, out = tiny_data_set(tmp_path, identities=2, photos=1, variants=1), tmp_path / "out"
    exporting = ["export", str(folder), "--to", "crops", "--output", str(out)]
    assert invoke(exporting) == 0
    (out / "model").mkdir()
    (out / "model" / "weights.pt").write_bytes(b"mine")
    before = contents(out)
    assert invoke(exporting) == 2
    assert f"--output {out}: would be replaced, and holds model, which no export" in capsys.readouterr().err
    assert contents(out) == before
    assert invoke(["forget", str(folder), "person_00", "--yes"]) == 0
    assert "NOT: what else lies in it: model" in capsys.readouterr().out
    assert contents(out) == {"model/weights.pt": b"mine"}


def test_files_that_come_while_an_export_is_made_again_stay(tmp_path, monkeypatch, capsys):
    folder, out = tiny_data_set(tmp_path, identities=2, photos=1, variants=1), tmp_path / "out"
    exporting = ["export", str(folder), "--to", "crops", "--output", str(out)]
    assert invoke(exporting) == 0
    write = exports_of.write_mark

    def meanwhile(*arguments):
        (out / "mine.txt").write_text("mine")
        write(*arguments)

    monkeypatch.setattr(exports_of, "write_mark", meanwhile)
    assert invoke(exporting) == 2
    assert "mine.txt" in capsys.readouterr().err
    assert (out / "mine.txt").exists() and (out / "masked").is_dir()
    assert [place.name for place in tmp_path.iterdir() if place.name.endswith(".part")] == []


def test_the_command_that_forget_names_makes_an_export_again(tmp_path, capsys):
    folder, out = tiny_data_set(tmp_path, identities=4, photos=2, variants=2), tmp_path / "a face"
    options = ["--split", "0.5/0.5", "--seed", "3", "--exclude-licence", "research *", "--name", "X"]
    exporting = ["export", str(folder), "--to", "crops", "--output", str(out), *options]
    assert invoke(exporting) == 0
    assert invoke(["forget", str(folder), "person_00", "--yes"]) == 0
    said = capsys.readouterr().out.splitlines()
    (start,) = (place for place, line in enumerate(said) if line.endswith("made again with:"))
    assert invoke(shlex.split(said[start + 1])[1:]) == 0
    again = contents(out)
    shutil.rmtree(out)
    assert invoke(exporting) == 0
    assert contents(out) == again


def test_nothing_is_forgotten_under_an_export(tmp_path, folder):
    exporting = export_held(folder / ".maskdrape", tmp_path / "x")
    with exporting, pytest.raises(Busy, match="process"), alone_in(folder):
        pytest.fail("went on under an export")


def test_what_is_not_the_data_sets_own_stays(tmp_path):
    folder = tiny_data_set(tmp_path, identities=2, photos=1, variants=1)
    mine = folder / "images" / "person_00" / "holiday.png"
    foreign = tmp_path / "shared" / "v1" / "features.npz"
    original = tmp_path / "originals" / "0.png"
    for place in (mine, foreign, original):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"mine")
    (folder / ".maskdrape" / "caches.txt").write_text(f"{tmp_path / 'shared'}\n")
    (folder / "inputs").mkdir(exist_ok=True)
    (folder / "inputs" / "people.csv").write_text("path,identity\n../../originals/0.png,person_00\n")
    invoke(["forget", str(folder), "person_00", "--yes"])
    assert [row["identity"] for row in rows(folder)] == ["person_01"]
    assert mine.exists() and foreign.exists() and original.exists()


def test_who_is_not_there_is_said_and_the_nearest_is_named(folder, capsys):
    assert invoke(["forget", str(folder), "Jose Müller", "--yes"]) == 2
    said = capsys.readouterr().err
    assert "did you mean 'José Müller'?" in said and "cache can be deleted" in said
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert "was forgotten before" in capsys.readouterr().out


def test_nothing_is_removed_under_a_run(folder):
    journal = next((folder / ".maskdrape" / "journal").glob("*"))
    with FileLock(journal / "1-of-1.lock"), pytest.raises(Busy), alone_in(folder):
        pytest.fail("went on under a run")


def test_a_run_that_listed_its_photos_before_leaves_them_out(folder):
    job = the_job(folder.parent)
    events = run(job, list_folder(folder.parent / "photos"), Counter().stages)
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    list(events)
    assert holding(folder, "ann/", '"ann"', "bob/copy.png") == []
    assert {row["identity"] for row in rows(folder)} == set(PEOPLE) - {"ann"}


def test_what_a_run_adds_before_forgetting_begins_goes_too(folder, monkeypatch):
    """A run may end while the question is being answered."""
    photo = folder.parent / "photos" / "ann" / "new.png"

    def answered_late(yes: bool) -> None:
        save_photo(photo, 150, 50)
        make(folder.parent)

    monkeypatch.setattr(forgetting, "_consent", answered_late)
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    assert holding(folder, sha256_of(photo), sha256_of(photo)[:16]) == []


def test_the_list_names_nobody_and_lists_do_not_compare(tmp_path, folder):
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    text = (folder / ".maskdrape" / "forgotten.json").read_text()
    assert "ann" not in text.replace("forgotten", "")
    known = read_forgotten(folder / ".maskdrape")
    assert known.knows_name("ann") and not known.knows_name("anna")
    (folder / ".maskdrape" / "forgotten.json").write_text(text[:-20])
    with pytest.raises(ValueError, match="damaged"):
        read_forgotten(folder / ".maskdrape")


PLANTED = {
    "as text": b"photo of ann, again",
    "in JSON": b'{"identity": "ann"}',
    "escaped": json.dumps({"identity": "José Müller"}).encode(),
    "decomposed": unicodedata.normalize("NFD", "by José Müller.").encode(),
    "as HTML": b"<b>ann</b>",
    "in an address": b"file:///photos/Jos%C3%A9%20M%C3%BCller/0.png",
    "of wide letters": b"\x93NUMPY\x01\x00" + "a photo of ann by night".encode("utf-32-le"),
    "over a border": b" " * (CHUNK - 1) + b"ann ",
    "a hash": b"\0\1\2" + b"c" * 8 + b"0123456789abcdef" * 4 + b"\0",
    "a sample": b"see 0123456789abcdef-f0-v01",
}


@pytest.mark.parametrize("what", PLANTED)
def test_the_search_finds_what_is_left(folder, what):
    traces = Traces("ann", {("José Müller/0.png", "José Müller")}, {"0123456789abcdef" * 4: None})
    traces.identities = {"ann", "José Müller"}
    for person in traces.identities:
        assert invoke(["forget", str(folder), person, "--yes"]) == 0
    assert search([folder], traces).found == []
    (folder / "labels" / "left").write_bytes(PLANTED[what])
    ((place, _),) = search([folder], traces).found
    assert place == "labels/left"


def test_the_search_finds_names_of_files_and_folders(folder):
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    (folder / "images" / "ann").mkdir()
    (folder / "images" / "ann" / "x.png").write_bytes(b"")
    assert search([folder], Traces("ann", identities={"ann"})).found == [("images/ann/x.png", "in its path")]
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 1


def test_an_identity_of_digits_is_no_number(folder):
    traces = Traces("002", identities={"002"})
    (folder / "numbers.json").write_text('{"x": 0.002, "y": [1, 002, 3], "z": -002.5, "n": 1002}')
    assert search([folder], traces).found == []
    for text in (
        '{"identity": "002"}',
        "0a  images/002/x.png",
        "name,age\n002,40\n",
        "photos/002.png",
        "<b>002</b>",
    ):
        (folder / "left.txt").write_text(text)
        assert search([folder], traces).found == [("left.txt", "the name '002'")], text


def test_chance_is_no_finding(folder):
    """Three letters come up in any megabytes of noise, and so do words that hold a name."""
    assert invoke(["forget", str(folder), "ann", "--yes"]) == 0
    noise = np.random.default_rng(0).bytes(4 << 20)
    (folder / "images" / "noise.png").write_bytes(noise + b"\0\xffann\xff\0" + noise)
    (folder / "words.txt").write_text("anna, Joanna, announced, ann_b, anna/0.png")
    looked = search([folder], Traces("ann", identities={"ann"}))
    assert looked.found == [] and looked.files == len(contents(folder))
    assert looked.size == sum((folder / place).stat().st_size for place in contents(folder))
    assert looked.others == ["ann_b", "ann_b/0.png"]
