"""The panel Batch: configurations there and back, and a process that is started, found again and stopped."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import bpy
import fake_bench
import numpy as np
import pytest
import real_bench
import yaml
from PIL import Image
from skimage.data import astronaut

from pipeline.masks.library import design_file
from pipeline.recipe import read_job

FAKE = [sys.executable, str(Path(__file__).parent / "fake_run.py")]


def batch():
    return bpy.context.scene.maskdrape.batch


def error():
    return bpy.context.scene.maskdrape.task.error


def place():
    return Path(batch().last).parent


@pytest.fixture
def working(addon, monkeypatch):
    """The add-on with MaskDrape itself behind it."""
    real_bench.use(monkeypatch)
    return addon


@pytest.fixture
def pretended(addon, monkeypatch):
    """The add-on with a run behind it that makes nothing; none of them is left when the test is over."""
    from blender_addon.batch import process
    from blender_addon.connection import process as connection

    monkeypatch.setattr(connection, "command", lambda arguments: [*FAKE, *arguments])
    yield addon
    for running in list(process._started.values()):
        running.kill()
        running.wait()


def photos_in(folder, count=2):
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.png").write_bytes(fake_bench.png(np.full((96, 96 + number, 3), 90, np.uint8)))
    return folder


def wait_for(state, limit=20.0):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        assert bpy.ops.maskdrape.refresh_batch() == {"FINISHED"}
        if batch().state == state:
            return
        time.sleep(0.05)
    raise AssertionError(f"{batch().state}: {batch().words}")


def wait_until_done(number, limit=20.0):
    end = time.monotonic() + limit
    while batch().done < number and time.monotonic() < end:
        time.sleep(0.05)
        bpy.ops.maskdrape.refresh_batch()
    assert batch().done == number


def test_the_command_line_reads_what_is_written(working, tmp_path):
    bpy.ops.maskdrape.choose_design(name="kn95")
    bench = bpy.context.scene.maskdrape
    bench.mask.common_sliders.wire_length_mm = 88.0
    bench.mask.colour = "white"
    bench.mask.seed = 12
    bench.render.samples = 20
    batch().folder, batch().variants = str(photos_in(tmp_path / "people")), 3
    file = tmp_path / "jobs" / "first.yaml"
    assert bpy.ops.maskdrape.write_config(filepath=str(file)) == {"FINISHED"}, error()
    job = read_job(str(file), {})
    assert job.folder / job.config.photos.folder == tmp_path / "people"
    assert job.output == tmp_path / "jobs" / "out"
    assert (job.config.variants, job.config.seed, job.config.render.samples) == (3, 12, 20)
    assert job.config.masks.designs == {"kn95_edited": 1.0}
    assert job.config.masks.colours == {"white": 1.0}
    assert job.designs == tmp_path / "jobs" / "designs"
    first = file.read_bytes()
    assert bpy.ops.maskdrape.write_config(filepath=str(file)) == {"FINISHED"}
    assert file.read_bytes() == first


def test_what_belongs_to_the_one_photo_stays_with_it(addon, photo, tmp_path):
    bench = bpy.context.scene.maskdrape
    bench.head.landmarks = "landmarks/moved.json"
    bpy.ops.maskdrape.light_override()
    batch().folder = str(tmp_path)
    assert bpy.ops.maskdrape.write_config() == {"FINISHED"}
    written = json.loads((place() / "config.yaml").read_text())
    assert "faces" not in written and "light" not in written
    assert written["photos"] == {"folder": tmp_path.as_posix()}
    batch().same_light = True
    bpy.ops.maskdrape.write_config()
    assert "ambient" in json.loads((place() / "config.yaml").read_text())["light"]


WHOLE = """
# A comment, and YAML that is no JSON.
photos: {folder: people, max_megapixels: 12}
output: made
seed: 5
variants: 2
faces:
  min_face_px: 64
  flagged: reject
masks:
  designs: {surgical: 3, kn95: 1}
  wearing: {correct: 5, under_nose: 1}
  beard_mm: 4
  drapes: 2
  pictures: [logo.png]
  prints: {plain: 3, picture: 1}
render: {samples: 16}
composite: {grain: false}
light:
  ambient: [0.3, 0.3, 0.25]
  lamps: [{towards: [0.6, -0.64, -0.48], irradiance: [0.5, 0.5, 0.5]}]
also_jpeg: true
cache: kept
"""


@pytest.mark.parametrize("same_place", [True, False])
def test_a_configuration_comes_back_with_what_no_panel_shows(working, tmp_path, same_place):
    photos_in(tmp_path / "people")
    (tmp_path / "logo.png").write_bytes(fake_bench.png(np.full((32, 48, 3), 200, np.uint8)))
    file = tmp_path / "given.yaml"
    file.write_text(WHOLE)
    wanted = read_job(str(file), {})
    assert bpy.ops.maskdrape.load_config(filepath=str(file)) == {"FINISHED"}, error()
    bench = bpy.context.scene.maskdrape
    assert (batch().source, batch().variants, bench.mask.seed, bench.render.samples) == ("FOLDER", 2, 5, 16)
    assert (bench.mask.design_locked, bench.light.override, batch().same_light) == (False, True, True)
    target = file if same_place else tmp_path / "elsewhere" / "config.yaml"
    assert bpy.ops.maskdrape.write_config(filepath=str(target)) == {"FINISHED"}, error()
    found = read_job(str(target), {})
    assert found.folder / found.config.photos.folder == tmp_path / "people"
    pictures = [target.parent / one.path for one in found.config.masks.pictures]
    assert [one.read_bytes() for one in pictures] == [(tmp_path / "logo.png").read_bytes()]

    def rest(job):
        values = job.config.model_dump()
        values["photos"].pop("folder")
        (picture,) = values["masks"].pop("pictures")
        assert (picture["licence"], picture["width_mm"]) == (None, [80.0, 180.0])
        for lamp in values["light"]["lamps"]:
            lamp["towards"] = [round(one, 5) for one in lamp["towards"]]
        return values

    assert rest(found) == rest(wanted)


def test_designs_of_a_folder_that_may_be_drawn_stay_in_it(working, tmp_path):
    photos_in(tmp_path / "people")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "own.yaml").write_text(design_file("surgical").read_text())
    file = tmp_path / "given.yaml"
    file.write_text(
        "photos: {folder: people}\noutput: made\n"
        "masks: {library: mine, designs: {own: 2, kn95: 1}, wearing: {correct: 1, askew: 1}}\n"
    )
    wanted = read_job(str(file), {})
    for target in (file, tmp_path / "elsewhere" / "config.yaml"):
        assert bpy.ops.maskdrape.load_config(filepath=str(file)) == {"FINISHED"}, error()
        assert bpy.ops.maskdrape.write_config(filepath=str(target)) == {"FINISHED"}, error()
        found = read_job(str(target), {})
        assert (found.designs, found.config.masks.designs) == (tmp_path / "mine", {"own": 2, "kn95": 1})
        assert found.config.masks.wearing == wanted.config.masks.wearing


def test_undoing_does_not_lose_sight_of_the_run(pretended, tmp_path):
    from blender_addon.batch import watch

    batch().folder = str(tmp_path / "slow")
    bpy.ops.maskdrape.start_batch()
    wait_until_done(3)
    batch().state, batch().done = "", 0  # as undo leaves it
    assert watch._tick() is not None
    assert (batch().state, batch().done) == ("running", 3)


def test_no_timer_and_no_handler_stay_behind(pretended, tmp_path):
    from blender_addon.batch import watch

    batch().folder = str(tmp_path / "slow")
    bpy.ops.maskdrape.start_batch()
    assert bpy.app.timers.is_registered(watch._tick)
    pretended.unregister()
    assert not bpy.app.timers.is_registered(watch._tick)
    assert watch._after_load not in bpy.app.handlers.load_post
    pretended.register()


def test_a_mistake_in_a_configuration_is_said_in_words(working, tmp_path):
    file = tmp_path / "given.yaml"
    file.write_text("photos: {folder: people}\noutput: made\nvariant: 2\n")
    assert bpy.ops.maskdrape.load_config(filepath=str(file)) == {"CANCELLED"}
    assert "did you mean variants?" in error()
    assert batch().variants == 1
    assert bpy.ops.maskdrape.load_config(filepath=str(tmp_path / "none.yaml")) == {"CANCELLED"}
    assert "none.yaml" in error()


def test_what_lacks_is_asked_for(addon):
    for operator in (bpy.ops.maskdrape.write_config, bpy.ops.maskdrape.start_batch):
        bpy.context.scene.maskdrape.task.error = ""
        assert operator() == {"CANCELLED"}
        assert "folder with the photos" in error()
    batch().source = "TABLE"
    assert bpy.ops.maskdrape.start_batch() == {"CANCELLED"}
    assert "table" in error()


def test_a_run_is_followed_to_its_end(pretended, tmp_path):
    batch().folder = str(tmp_path / "people")
    assert bpy.ops.maskdrape.start_batch() == {"FINISHED"}, error()
    assert batch().state == "running"
    wait_for("finished")
    told = batch()
    assert (told.done, told.of, told.samples, told.rejected) == (5, 5, 8, 1)
    assert [(one.name, one.stage, one.reason) for one in told.rejects] == [
        ("b.png", "faces", "no face found")
    ]
    assert (told.rate, told.remaining, told.words) == (30.0, 0.0, "")


def test_a_run_is_stopped_politely_and_goes_on(pretended, tmp_path):
    batch().folder = str(tmp_path / "slow")
    bpy.ops.maskdrape.start_batch()
    wait_until_done(3)
    assert batch().remaining == 4.0
    assert not bpy.ops.maskdrape.start_batch.poll()
    assert bpy.ops.maskdrape.stop_batch() == {"FINISHED"}
    assert batch().words.startswith("Stopping")
    wait_for("stopped")
    assert "goes on from there" in batch().words
    assert bpy.ops.maskdrape.start_batch() == {"FINISHED"}
    wait_for("finished")
    assert (batch().done, batch().of) == (5, 5)


def test_a_run_that_cannot_begin_says_why(pretended, tmp_path):
    batch().folder = str(tmp_path / "fails")
    bpy.ops.maskdrape.start_batch()
    wait_for("failed")
    assert "no such folder" in batch().words


def test_a_run_outlives_the_file_and_is_picked_up_again(pretended, tmp_path):
    from blender_addon.batch import process

    blend = str(tmp_path / "work.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    batch().folder = str(tmp_path / "slow")
    bpy.ops.maskdrape.start_batch()
    wait_until_done(3)
    bpy.ops.wm.save_mainfile()
    here = place()
    # As another Blender would find it: it knows the lock alone.
    mine = process._started.pop(here)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert mine.poll() is None
    bpy.ops.wm.open_mainfile(filepath=blend)
    assert place() == here
    assert (batch().state, batch().done) == ("running", 3)
    assert bpy.ops.maskdrape.stop_batch() == {"FINISHED"}
    mine.wait(20)
    wait_for("stopped")


def test_no_second_run_of_the_same_configuration(pretended, tmp_path):
    from blender_addon.batch import process

    batch().folder = str(tmp_path / "slow")
    bpy.ops.maskdrape.start_batch()
    wait_until_done(3)
    first = (place() / process.HOLDER).read_text()
    batch().state = ""  # another scene, another Blender
    bpy.ops.maskdrape.start_batch()
    assert "running already" in error()
    assert (place() / process.HOLDER).read_text() == first
    assert batch().state == "running"


def test_a_killed_run_is_seen_to_be_gone(pretended, tmp_path):
    from blender_addon.batch import process

    batch().folder = str(tmp_path / "slow")
    bpy.ops.maskdrape.start_batch()
    wait_until_done(3)
    os.kill(json.loads((place() / process.HOLDER).read_text())["pid"], signal.SIGKILL)
    wait_for("stopped")
    assert not process.stop(place())


def test_the_contact_sheet_is_shown(addon, tmp_path):
    assert not bpy.ops.maskdrape.open_result.poll()
    batch().output, batch().folder = str(tmp_path / "out"), str(tmp_path)
    assert bpy.ops.maskdrape.write_config() == {"FINISHED"}
    assert not bpy.ops.maskdrape.open_result.poll()
    (tmp_path / "out").mkdir()
    assert bpy.ops.maskdrape.open_result() == {"CANCELLED"}
    assert "no contact sheet yet" in error()
    (tmp_path / "out" / "contact_sheet.png").write_bytes(fake_bench.png(np.full((32, 48, 3), 200, np.uint8)))
    assert bpy.ops.maskdrape.open_result() == {"FINISHED"}
    shown = next(one for one in bpy.data.images if one.get("maskdrape") == "contact sheet")
    assert tuple(shown.size) == (48, 32)


@pytest.mark.parametrize(
    "seconds, words", [(0, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (11100, "3 h 05 min")]
)
def test_durations(seconds, words):
    from blender_addon.batch.log import duration

    assert duration(seconds) == words


def test_half_a_line_is_read_when_it_is_whole(tmp_path):
    from blender_addon.batch.log import Progress, follow

    log = tmp_path / "batch.jsonl"
    line = b'{"event": "started", "of": 9, "done": 4, "notes": []}\n'
    log.write_bytes(b"a greeting\n" + line[:20])
    known = follow(log, Progress())
    assert known.of == 0
    log.write_bytes(b"a greeting\n" + line)
    assert (follow(log, known).of, known.done) == (9, 4)
    log.write_bytes(line.replace(b"9", b"7"))
    assert follow(log, known).of == 7


@pytest.mark.slow
def test_the_batch_makes_the_picture_of_the_bench(working, tmp_path):
    (tmp_path / "people" / "her").mkdir(parents=True)
    path = tmp_path / "people" / "her" / "astronaut.png"
    Image.fromarray(astronaut()).save(path)
    ours, bench = bpy.ops.maskdrape, bpy.context.scene.maskdrape
    ours.choose_design(name="surgical")
    bench.mask.pleated_sliders.construction_pleats_depth_mm = 10.5
    bench.mask.size, bench.mask.colour, bench.mask.seed = "M", "pink", 4
    bench.render.samples = 2
    assert ours.load_photo(filepath=str(path)) == {"FINISHED"}, error()
    assert ours.composite() == {"FINISHED"}, error()
    from blender_addon import job

    single = job.folder(bpy.context.scene) / bench.render.image
    batch().folder = str(tmp_path / "people")
    assert ours.start_batch() == {"FINISHED"}, error()
    wait_for("finished", 240.0)
    assert (batch().samples, batch().rejected) == (1, 0)
    (made,) = (place() / "out" / "images" / "her").glob("*.png")
    assert made.read_bytes() == single.read_bytes()
    assert ours.open_result() == {"FINISHED"}


@pytest.mark.slow
def test_maskdrape_itself_runs_and_says_why_it_rejects(working, tmp_path):
    batch().folder = str(photos_in(tmp_path / "people"))
    assert bpy.ops.maskdrape.start_batch() == {"FINISHED"}, error()
    wait_for("finished", 120.0)
    assert (batch().done, batch().of, batch().samples, batch().rejected) == (2, 2, 0, 2)
    assert {one.stage for one in batch().rejects} == {"faces"}
    assert all(one.reason for one in batch().rejects)
    resolved = yaml.safe_load((place() / "out" / "config.resolved.yaml").read_text())
    assert resolved["masks"]["designs"] == {"surgical": 1.0}
