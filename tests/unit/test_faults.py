"""What goes wrong around a run: a clear line each, nothing lost, and taken up again identically."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from fakes import Counter, save_photo
from test_flow import contents, job, make
from tiny_data_set import tiny_job, tiny_stages

from pipeline.cli import app
from pipeline.cli.job import find_photos
from pipeline.dataset import finalise
from pipeline.dataset.journal import journal
from pipeline.dataset.journal.locks import Busy
from pipeline.dataset.journal.stopped import Stopped
from pipeline.dataset.read import rows
from pipeline.farm.local import Finished, Started, run
from pipeline.photos.listing import list_folder, list_table
from pipeline.recipe import ConfigError, read_job

HERE = Path(__file__).parent


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number, name in enumerate(("anna/plain.png", "bo/dark.png", "zoe.png")):
        save_photo(tmp_path / "photos" / name, 100 + 10 * number, number)
    return tmp_path / "photos"


def started(one) -> Started:
    return next(event for event in run(one, list_folder(one.folder / "photos"), Counter().stages))


# Disk full

FULL = """
import sys
sys.path[:0] = [{here!r}, {root!r}]
from pathlib import Path
from fakes import Counter
from pipeline.config import Config
from pipeline.dataset.journal.stopped import Stopped
from pipeline.farm.local import run
from pipeline.photos.listing import list_folder
from pipeline.recipe import Job
import subprocess
output = {output!r}
def make():
    values = {{"photos": {{"folder": "photos"}}, "output": output, "variants": 3}}
    job = Job(Config.model_validate(values), Path({base!r}))
    list(run(job, list_folder(Path({base!r}) / "photos"), Counter().stages))
try:
    make()
    print("it fitted")
except Stopped as stopped:
    print(stopped)
subprocess.run(["mount", "-o", "remount,size=64m", output], check=True)
make()
subprocess.run(["cp", "-r", output, {copy!r}], check=True)
"""


def test_a_full_disk_ends_in_one_line_and_the_run_goes_on_once_there_is_room(photos):
    base, output, copy = photos.parent, photos.parent / "small", photos.parent / "copy"
    output.mkdir()
    mount = f"mount -t tmpfs -o size=160k tmpfs {output}"
    user = [] if os.geteuid() == 0 else ["-r"]
    if not shutil.which("unshare") or subprocess.run(["unshare", *user, "-m", "sh", "-c", mount]).returncode:
        pytest.skip("no small file system can be mounted here")
    script = FULL.format(
        here=str(HERE), root=str(HERE.parents[1]), output=str(output), base=str(base), copy=str(copy)
    )
    ran = subprocess.run(
        ["unshare", *user, "-m", "sh", "-c", f'{mount} && exec "$0" -c "$1"', sys.executable, script],
        capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"no space left for .* MB free\); what is finished stays", ran.stdout), ran.stdout
    make(job(photos, "whole", variants=3, masks={}))
    assert contents(copy) == contents(base / "whole")
    assert not list(copy.rglob("*.part"))


def test_it_is_one_line_and_exit_code_1(monkeypatch, capsys):
    def full(*arguments):
        raise Stopped("no space left for out; what is finished stays")

    monkeypatch.setattr(app.jobs, "describe", full)
    monkeypatch.setattr(app, "read_job", lambda *arguments: None)
    assert app.invoke(["run", "job.yaml", "--dry-run"]) == 1
    assert capsys.readouterr().err == "maskdrape: no space left for out; what is finished stays\n"


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_what_stops_a_run_in_its_middle_leaves_the_rest_for_later(photos, monkeypatch, code):
    from pipeline.farm import local

    write, calls = local.write_sample, []

    def failing(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise OSError(code, os.strerror(code))
        return write(*arguments)

    monkeypatch.setattr(local, "write_sample", failing)
    with pytest.raises(Stopped, match="the same command goes on from there"):
        make(job(photos, "out"))
    monkeypatch.setattr(local, "write_sample", write)
    counter = Counter()
    make(job(photos, "out"), counter)
    assert counter.renders == 9 - 3
    make(job(photos, "whole"))
    assert contents(photos.parent / "out") == contents(photos.parent / "whole")


# Output that cannot be written


def test_an_output_that_cannot_be_written_is_a_mistake_in_the_configuration(photos):
    file = photos.parent / "job.yaml"
    file.write_text("photos: {folder: photos}\noutput: out\n")
    (photos.parent / "out").mkdir()
    (photos.parent / "out" / ".maskdrape").write_text("in the way")
    with pytest.raises(ConfigError, match=r"output = out: .*\.maskdrape is a file, not a folder"):
        read_job(str(file), {})


def test_a_read_only_file_system_is_seen_before_anything_is_done(photos):
    base = photos.parent
    (base / "job.yaml").write_text("photos: {folder: photos}\noutput: out\n")
    (base / "out").mkdir()
    user = [] if os.geteuid() == 0 else ["-r"]
    mount = f"mount -t tmpfs -o ro tmpfs {base / 'out'}"
    if not shutil.which("unshare") or subprocess.run(["unshare", *user, "-m", "sh", "-c", mount]).returncode:
        pytest.skip("nothing can be mounted here")
    ran = subprocess.run(
        ["unshare", *user, "-m", "sh", "-c", f'{mount} && exec "$0" "$1" -- "$2"', sys.executable,
         str(HERE.parents[1] / "pipeline" / "run.py"), str(base / "job.yaml")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"output = out: {base / 'out'} cannot be written (read-only?)\n"


APART = {
    "photos: {folder: photos}\noutput: photos": r"output = photos: the folder of the photos",
    "photos: {folder: photos}\noutput: photos/a/out": r"photos/a/out: inside the folder of the photos",
    "photos: {folder: out/images}\noutput: out": r"photos.folder = out/images: inside images/ of the output",
    "photos: {folder: out/labels/x}\noutput: out": r"folder = out/labels/x: inside labels/ of the output",
    "photos: {folder: link}\noutput: out": r"photos.folder = link: inside images/ of the output",
    "photos: {table: out/jpeg/t.csv}\noutput: out": r"table = out/jpeg/t.csv: inside jpeg/ of the output",
}


@pytest.mark.parametrize("text", APART)
def test_photos_and_what_is_made_of_them_lie_apart(photos, text):
    base = photos.parent
    for place in ("out/images", "out/labels/x", "out/jpeg"):
        (base / place).mkdir(parents=True)
    (base / "link").symlink_to(base / "out" / "images")
    (base / "out" / "jpeg" / "t.csv").write_text("path,identity\n")
    (base / "job.yaml").write_text(text + "\n")
    with pytest.raises(ConfigError, match=APART[text]) as error:
        read_job(str(base / "job.yaml"), {})
    assert "allowed: any" in str(error.value)


def test_a_table_of_masked_photos_is_refused(photos):
    base = photos.parent
    save_photo(base / "out" / "images" / "ann" / "0.png", 100)
    (base / "people.csv").write_text("path,identity\nout/images/ann/0.png,ann\n")
    (base / "job.yaml").write_text("photos: {table: people.csv}\noutput: out\n")
    with pytest.raises(ConfigError, match=r"photos.table = people.csv: out/images/ann/0.png is inside"):
        find_photos(read_job(str(base / "job.yaml"), {}))


@pytest.mark.parametrize("output", ["photos-out", "photos/.made", "out"])
def test_an_output_beside_the_photos_is_none_of_them(photos, output):
    (photos.parent / "job.yaml").write_text(f"photos: {{folder: photos}}\noutput: {output}\n")
    assert len(find_photos(read_job(str(photos.parent / "job.yaml"), {}))) == 3


# Two at once


def test_who_holds_an_output_is_said(photos):
    entries = list_folder(photos)
    first = run(job(photos, "out"), entries, Counter().stages)
    next(first)
    for other in (job(photos, "out"), job(photos, "out", shard=(2, 3)), job(photos, "out", seed=5)):
        with pytest.raises(Busy) as busy:
            list(run(other, entries, Counter().stages))
        assert re.search(
            rf"\(process {os.getpid()} on \S+, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)", str(busy.value)
        )
        assert str(busy.value).endswith("wait for it, or give another --output")
    first.close()
    assert started(job(photos, "out")).note == ""  # those that were refused changed nothing
    make(job(photos, "out"))  # and is free again


def test_the_last_of_several_writes_the_tables(photos):
    entries = list_folder(photos)
    first = run(job(photos, "out", shard=(1, 2)), entries, Counter().stages)
    next(first)
    end = make(job(photos, "out", shard=(2, 2)))
    assert end.tables is None and end.made_here == 3
    assert not (photos.parent / "out" / "manifest.jsonl").exists()
    *_, last = first
    assert isinstance(last, Finished) and last.tables is not None
    assert len(last.tables.samples) == 9 and last.tables.unfinished == 0
    make(job(photos, "whole"))
    assert contents(photos.parent / "out") == contents(photos.parent / "whole")


@pytest.mark.parametrize("shard", [(1, 2), (2, 2)])
def test_nothing_that_another_run_writes_is_taken_for_a_left_over(photos, monkeypatch, shard):
    """One run has fewer photos in its list and is writing its tables when the other begins."""
    few = list_folder(photos)
    for number in (1, 2):
        list(run(job(photos, "out", shard=(number, 2)), few, Counter().stages))
    for name in ("new.png", "newer.png"):  # one for every shard
        save_photo(photos / name, 150, len(name))
    other = Thread(target=make_in_parts, args=(photos, shard))
    draw = finalise.draw_contact_sheet

    def slowly(*arguments):
        if not other.ident:
            other.start()
            other.join(2.0)  # it waits for this one; if it did not, it would be done by then
        return draw(*arguments)

    monkeypatch.setattr(finalise, "draw_contact_sheet", slowly)
    list(run(job(photos, "out", shard=(1, 2)), few, Counter().stages))
    other.join()
    made = contents(photos.parent / "out")
    named = {row["image"] for row in rows(photos.parent / "out")}
    assert {place for place in made if place.startswith("images/")} >= named
    counter = Counter()
    make(job(photos, "out"), counter)
    make(job(photos, "whole"))
    assert contents(photos.parent / "out") == contents(photos.parent / "whole")


def make_in_parts(photos, shard):
    with suppress(Busy):
        make(job(photos, "out", shard=shard))


# Torn lines


def test_tables_cut_in_half_are_written_anew(photos):
    make(job(photos, "out"))
    out = photos.parent / "out"
    before = contents(out)
    for name in ("manifest.jsonl", "rejects.jsonl", "SHA256SUMS"):
        data = (out / name).read_bytes()
        (out / name).write_bytes(data[: len(data) // 2])
    counter = Counter()
    make(job(photos, "out"), counter)
    assert counter.renders == 0 and contents(out) == before


@pytest.mark.parametrize("tail", [b'{"name": "anna/pl', b"\0" * 100, '{"name": "Ü'.encode()[:-1]])
def test_a_journal_that_ends_in_rubbish_is_gone_on_with(photos, tail):
    make(job(photos, "out"))
    (file,) = (photos.parent / "out").rglob("1-of-1.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-3]) + tail)
    counter = Counter()
    make(job(photos, "out"), counter)
    assert counter.renders == 2  # rows of two samples and of one photo were lost
    make(job(photos, "whole"))
    assert contents(photos.parent / "out") == contents(photos.parent / "whole")


# Photos that change


def swapped(path: Path) -> None:
    """Other bytes of the same length, behind the same name and the same time of change."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    save_photo(path, 90, 77)
    other = path.read_bytes()
    size = len(data)
    path.write_bytes(other + bytes(size - len(other)) if len(other) <= size else other)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("when", ["just now", "long ago", "in the future"])
def test_a_photo_changed_behind_its_name_is_made_again(photos, monkeypatch, when):
    """In the future even where the file system has no time of its own (here: taken away)."""
    photo = photos / "zoe.png"
    photo.write_bytes(photo.read_bytes() + bytes(5000))  # room for the other
    if when != "just now":
        moment = 1e9 if when == "long ago" else 4e9
        os.utime(photo, (moment, moment))
    if when == "in the future":
        plain = journal.stat_of

        def coarse(source):
            stat = plain(source)
            return stat and [stat[0], stat[1], 0]

        monkeypatch.setattr(journal, "stat_of", coarse)
        monkeypatch.setattr("pipeline.farm.local.stat_of", coarse)
    make(job(photos, "out"))
    before = contents(photos.parent / "out")
    swapped(photo)
    counter = Counter()
    make(job(photos, "out"), counter)
    assert counter.renders == 3
    make(job(photos, "fresh"))
    assert contents(photos.parent / "out") == contents(photos.parent / "fresh") != before


def test_a_photo_that_was_only_touched_is_not_made_again(photos):
    make(job(photos, "out"))
    for name in ("zoe.png", "bo/dark.png"):
        os.utime(photos / name, (1e9, 1e9))
    counter = Counter()
    assert started(job(photos, "out")).done == 3
    make(job(photos, "out"), counter)
    assert (counter.fits, counter.renders) == (0, 0)


def test_how_many_photos_changed_is_said_before_starting(photos):
    make(job(photos, "out"))
    save_photo(photos / "zoe.png", 180, 5)
    save_photo(photos / "new.png", 150, 6)
    event = started(job(photos, "out"))
    assert (event.photos, event.done) == (4, 2)
    assert event.note == "photos that changed, or lack a file or a variant, since they were made: 1"


# Another configuration


def test_what_another_configuration_changes_is_said_before_starting(photos):
    make(job(photos, "out"))
    event = started(job(photos, "out", seed=3, masks={"designs": {"kn95": 1.0}, "drapes": 2}))
    assert event.note.splitlines() == [
        "this output was made with other settings:",
        "  seed: 0 -> 3",
        "  masks.designs: {surgical: 1.0} -> {kn95: 1.0}",
        "its 9 samples will be replaced; used again: the fits of faces",
    ]


def test_drapes_are_used_again_where_only_the_picture_changes(photos):
    make(job(photos, "out"))
    event = started(job(photos, "out", render={"samples": 3}))
    kept = "the fits of faces and drapes of the same design and wearing"
    assert event.note.splitlines()[1:] == [
        "  render.samples: 12 -> 3",
        f"its 9 samples will be replaced; used again: {kept}",
    ]


def test_new_code_is_said_too(photos):
    make(job(photos, "out"))
    entries, stages = list_folder(photos), Counter().stages
    event = next(run(job(photos, "out"), entries, replace(stages, digest="other")))
    assert "MaskDrape's own code or models" in event.note
    make(job(photos, "out"))
    event = next(run(job(photos, "out"), entries, Counter("2").stages))
    assert "  maskdrape: 1 -> 2" in event.note.splitlines()


def test_nothing_is_said_where_nothing_changed(photos):
    make(job(photos, "out"))
    assert started(job(photos, "out")).note == ""


def test_the_journal_of_another_shard_does_not_hide_a_later_row(photos):
    """By name 1-of-1 comes before 1-of-2: what was made later counts nevertheless."""
    for number in (1, 2):
        make(job(photos, "out", shard=(number, 2)))
    save_photo(photos / "zoe.png", 180, 5)
    end = make(job(photos, "out"))
    assert end.tables is not None and end.tables.unfinished == 0
    counter = Counter()
    make(job(photos, "out"), counter)
    assert counter.renders == 0
    rows = [json.loads(line) for line in (photos.parent / "out" / "manifest.jsonl").read_text().splitlines()]
    assert len(rows) == 9


def test_samples_stay_while_their_photos_cannot_be_reached(tmp_path):
    job = tiny_job(tmp_path, identities=2, photos=1, variants=1, faceless=0)
    table = tmp_path / "people.csv"
    list(run(job, list_table(table), tiny_stages()))
    made = {path: path.stat().st_mtime_ns for path in (job.output / "images").rglob("*.png")}
    assert len(made) == 2
    (tmp_path / "photos").rename(tmp_path / "away")
    list(run(job, list_table(table), tiny_stages()))
    assert list(rows(job.output)) == []
    (tmp_path / "away").rename(tmp_path / "photos")
    list(run(job, list_table(table), tiny_stages()))
    assert len(list(rows(job.output))) == 2
    assert {path: path.stat().st_mtime_ns for path in made} == made


def test_fewer_variants_leave_nothing_to_look_at_again(photos):
    make(job(photos, "out", variants=3))
    make(job(photos, "out", variants=1))
    event = started(job(photos, "out", variants=1))
    assert (event.photos, event.done, event.note) == (3, 3, "")


def test_a_crash_of_the_machine_loses_no_sample_that_the_journal_has(photos, monkeypatch):
    """Files are on the disk, and not only in memory, before the row that says so."""
    on_disk, told = set(), 0
    settle, add = os.fsync, journal.Journal.add

    def settled(descriptor: int) -> None:
        settle(descriptor)
        on_disk.add(os.fstat(descriptor).st_ino)

    def added(self, row) -> None:
        nonlocal told
        for place in row.get("files", ()):
            assert (photos.parent / "out" / place).stat().st_ino in on_disk, place
            told += 1
        add(self, row)

    monkeypatch.setattr(os, "fsync", settled)
    monkeypatch.setattr(journal.Journal, "add", added)
    make(job(photos, "out"))
    assert told == 9 * 11
    assert {
        (photos.parent / "out" / name).stat().st_ino for name in ("manifest.jsonl", "SHA256SUMS")
    } <= on_disk
