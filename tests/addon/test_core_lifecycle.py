"""What lasts and what must not: registering, files, versions, processes."""

import gc
import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import bpy
import numpy as np
import pytest


def bench():
    return bpy.context.scene.maskdrape


def names_in_blender():
    """All that an add-on could leave behind, by name."""
    handlers = {
        (name, function.__module__, function.__name__)
        for name in dir(bpy.app.handlers)
        if isinstance(functions := getattr(bpy.app.handlers, name), list)
        for function in functions
    }
    classes = {name for name in dir(bpy.types) if "maskdrape" in name.lower()}
    operators = set(dir(bpy.ops.maskdrape))
    data = {
        (kind, one.name)
        for kind in dir(bpy.data)
        if isinstance(found := getattr(bpy.data, kind), bpy.types.bpy_prop_collection)
        for one in found
    }
    return handlers, classes, operators, data, hasattr(bpy.types.Scene, "maskdrape")


def test_nothing_stays_behind(addon):
    addon.unregister()
    without = names_in_blender()
    assert not without[1] and not without[2] and not without[4]
    for _ in range(2):
        addon.register()
        assert names_in_blender() != without
        addon.unregister()
        assert names_in_blender() == without
    addon.register()


def test_no_process_and_no_timer_stay_behind(addon, photo):
    from blender_addon import upgrade
    from blender_addon.connection import wait

    bpy.ops.maskdrape.load_photo(filepath=photo())
    popen = wait._state["process"].popen
    assert popen.poll() is None
    addon.unregister()
    assert popen.poll() is not None
    assert not bpy.app.timers.is_registered(upgrade.upgrade_all)
    addon.register()


def test_what_the_user_made_stays_and_is_found_again(addon, photo):
    bpy.ops.maskdrape.load_photo(filepath=photo())
    bpy.ops.maskdrape.drape()
    addon.unregister()
    assert {"Head", "Mask"} <= set(bpy.data.objects.keys())
    addon.register()
    assert bench().photo.faces[1].verdict == "ok"
    bpy.ops.maskdrape.undo_drape()
    assert "Mask" not in bpy.data.objects


def test_a_reloaded_add_on_works(addon, photo):
    addon.unregister()
    before = sys.modules["blender_addon.job"]
    again = importlib.reload(addon)
    again.register()
    assert sys.modules["blender_addon.job"] is not before
    gc.collect()
    assert bpy.ops.maskdrape.cancel() == {"FINISHED"}


def test_a_saved_file_opens_as_it_was(addon, photo, tmp_path):
    from blender_addon import job

    bpy.ops.maskdrape.load_photo(filepath=photo())
    bench().photo.licence = "CC0-1.0"
    bpy.ops.maskdrape.pick_landmark(index=1, x=50.0, y=5.0)
    bpy.ops.maskdrape.drape()
    before = job.config(bpy.context.scene)
    unnamed = job.folder(bpy.context.scene)
    file = tmp_path / "people" / "one.blend"
    file.parent.mkdir()
    bench().task.error = "something of the past"
    bpy.ops.wm.save_as_mainfile(filepath=str(file))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert not bench().photo.path
    bpy.ops.wm.open_mainfile(filepath=str(file))
    assert bench().task.error == ""
    assert bench().photo.licence == "CC0-1.0"
    assert job.folder(bpy.context.scene) == file.with_suffix(".maskdrape") != unnamed
    assert job.config(bpy.context.scene) == before
    assert (file.with_suffix(".maskdrape") / before["faces"]["landmarks"]).is_file()
    assert bpy.ops.maskdrape.choose_face(index=0) == {"FINISHED"}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "two.blend"))
    assert (job.folder(bpy.context.scene) / before["faces"]["landmarks"]).is_file()
    assert job.folder(bpy.context.scene) == tmp_path / "two.maskdrape"


def test_faces_are_found_again_where_the_bench_kept_nothing(addon, photo):
    from blender_addon import job

    bpy.ops.maskdrape.load_photo(filepath=photo())
    folder = job.folder(bpy.context.scene)
    for path in (folder / ".bench").iterdir():
        path.unlink()
    assert bpy.ops.maskdrape.choose_face(index=2) == {"FINISHED"}
    assert bench().photo.face == 2
    assert (folder / bench().photo.faces[2].file).is_file()


def test_a_drape_that_is_not_kept_says_so(addon, photo):
    from blender_addon import job

    bpy.ops.maskdrape.load_photo(filepath=photo())
    bpy.ops.maskdrape.drape()
    (job.folder(bpy.context.scene) / bench().drape.results[-1].file).unlink()
    bpy.ops.maskdrape.settle()
    assert "Drape again" in bench().task.error


def test_a_file_of_version_1_opens_with_paths_that_move_with_it(addon, photo, tmp_path):
    from blender_addon import job
    from blender_addon.version import VERSION

    bpy.ops.maskdrape.load_photo(filepath=photo())
    bpy.ops.maskdrape.drape()
    bpy.ops.maskdrape.composite()
    told = bench()
    expected = (told.photo.faces[1].file, told.drape.results[0].file, told.render.image)
    home = job.folder(bpy.context.scene)
    for thing, key in (
        *((face, "file") for face in told.photo.faces),
        *((moment, "name") for moment in told.drape.frames),
        (told.drape.results[0], "file"),
        (told.render, "image"),
    ):
        setattr(thing, key, str(home / getattr(thing, key)))
    told.version = 1
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "old.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "old.blend"))
    told = bench()
    assert told.version == VERSION
    assert (told.photo.faces[1].file, told.drape.results[0].file, told.render.image) == expected
    assert not any(Path(moment.name).is_absolute() for moment in told.drape.frames)
    assert bpy.ops.maskdrape.settle() == {"FINISHED"} and told.task.error == ""


def test_a_file_of_a_newer_version_says_so(addon, photo, tmp_path):
    bpy.ops.maskdrape.load_photo(filepath=photo())
    bench().version = 99
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "new.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "new.blend"))
    assert "newer MaskDrape" in bench().task.error
    assert bench().version == 99


def test_a_configuration_comes_back_from_the_panels_as_it_was_read(addon):
    from blender_addon import job

    scene = bpy.context.scene
    read = job.config(scene) | {
        "faces": {"max_faces": 3, "backend": "file", "landmarks": "landmarks/a.json"},
        "render": {"samples": 33, "denoise": False},
        "composite": {"grain": False},
        "also_jpeg": True,
        "light": {
            "ambient": [0.2, 0.3, 0.4],
            "lamps": [{"towards": [0.0, 0.6, -0.8], "irradiance": [1.0, 0.5, 0.25]}],
        },
    }
    job.apply(scene, json.loads(json.dumps(read)))
    bpy.context.view_layer.update()
    written = job.config(scene)
    lamp, known = written["light"]["lamps"][0], read["light"]["lamps"][0]
    assert lamp["towards"] == pytest.approx(known["towards"], abs=1e-6)
    assert lamp["irradiance"] == pytest.approx(known["irradiance"], rel=1e-6)
    written["light"]["lamps"] = read["light"]["lamps"]
    assert written == read


@pytest.mark.parametrize("value", [0.1, 0.25, 12.7, 1e-5, 123456.7])
def test_a_number_is_written_as_it_was_typed(addon, value):
    from blender_addon.decimals import shortest

    assert shortest(float(np.float32(value))) == value


def test_the_bench_ends_with_the_blender_that_started_it(tmp_path):
    fake = str(Path(__file__).parent / "fake_bench.py")
    root = str(Path(__file__).parents[2])
    script = (
        f"import sys, os; sys.path.insert(0, {root!r})\n"
        "import bpy\n"
        "from blender_addon.connection import process\n"
        f"process.command = lambda arguments: [sys.executable, {fake!r}]\n"
        "print('pid', process.start().popen.pid, flush=True)\n"
        "os._exit(9)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    pid = int(ran.stdout.split("pid ")[1].split()[0])
    end = time.monotonic() + 20
    while time.monotonic() < end and _runs(pid):
        time.sleep(0.1)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except (OSError, IndexError):
        return False
