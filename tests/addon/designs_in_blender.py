"""Run inside a Blender executable: every operator of the core, before a bench that only speaks.

``blender -b --factory-startup --python-exit-code 1 --python in_blender.py -- ROOT PYTHON FOLDER``
"""

import sys
from pathlib import Path

import bpy

ROOT, PYTHON, FOLDER = sys.argv[sys.argv.index("--") + 1 :]
HERE = Path(ROOT) / "tests" / "addon"
sys.path[:0] = [ROOT, str(HERE)]

import addon_utils  # noqa: E402
import fake_bench  # noqa: E402
import numpy as np  # noqa: E402

folder = Path(FOLDER)
picture = folder / "person.png"
picture.write_bytes(fake_bench.png(np.full((80, 64, 3), 90, np.uint8)))

assert addon_utils.enable("blender_addon", default_set=True) is not None
from blender_addon import job  # noqa: E402
from blender_addon.connection import process, set_up  # noqa: E402

fake = [PYTHON, str(HERE / "fake_bench.py")]
real = process.command
process.command = lambda arguments: [*fake, *arguments]
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "one.blend"))


def bench():
    return bpy.context.scene.maskdrape


def do(name, **values):
    result = getattr(bpy.ops.maskdrape, name)(**values)
    assert result == {"FINISHED"}, (name, result, bench().task.error)


do("load_photo", filepath=str(picture))
do("find_faces")
do("choose_face", index=1)
do("pick_landmark", index=3, x=40.0, y=30.0)
do("hold_coefficients", which="expression")
do("light_override")
do("add_lamp")
do("remove_lamp", lamp="Lamp 1")
do("light_from_photo")
do("drape")
do("play")
do("settle")
do("preview")
do("composite")
do("before_after")
do("cancel")
assert len(bench().drape.results[0].checks) == 3
assert job.config(bpy.context.scene)["faces"]["backend"] == "file"

bpy.ops.wm.save_mainfile()
bpy.ops.wm.read_homefile(use_empty=True)
addon_utils.enable("blender_addon", default_set=True)
bpy.ops.wm.open_mainfile(filepath=str(folder / "one.blend"))
assert bench().photo.faces[1].verdict == "ok"
do("undo_drape")
assert not bench().drape.results

result = bpy.ops.maskdrape.load_photo(filepath=str(picture.with_name("none.png")))
assert result == {"CANCELLED"}
refused = picture.rename(folder / "refused.png")
assert bpy.ops.maskdrape.load_photo(filepath=str(refused)) == {"CANCELLED"}
assert bench().task.error == "This photo is too small."
do("copy_report")

assert real(["bench"])[0] == bpy.app.binary_path
assert set_up.command()[2] == bpy.app.binary_path and Path(set_up.command()[1]).is_file()
set_up.command = lambda: [PYTHON, "-c", "print('installing'); print('done')"]
do("set_up")
assert set_up.last_words() == "done"
set_up.command = lambda: [PYTHON, "-c", "import sys; sys.exit('no internet')"]
assert bpy.ops.maskdrape.set_up() == {"CANCELLED"}
assert "no internet" in bench().task.error

addon_utils.disable("blender_addon", default_set=True)
assert not hasattr(bpy.types.Scene, "maskdrape")
assert not [name for name in dir(bpy.types) if "maskdrape" in name.lower()]
print("ALL DONE", bpy.app.version_string)
