"""Drives the panels Mask, Library and Batch inside a whole Blender in the background; see
test_library_in_blender.py. Variables: CHECKOUT, WORK, PYTHON."""

import json
import os
import sys
import time
import traceback
from pathlib import Path

import bpy

sys.path.insert(0, os.environ["CHECKOUT"])
WORK = Path(os.environ["WORK"])


def main() -> dict:
    import blender_addon
    import blender_addon.job
    from blender_addon.connection import process

    blender_addon.register()
    # Answers by MaskDrape's own Python; a run that needs the standard library alone.
    fake = str(Path(os.environ["CHECKOUT"]) / "tests" / "addon" / "fake_run.py")
    process.command = lambda given: [
        os.environ["PYTHON"],
        *((fake,) if given[0] == "run" else (str(process.WORKER),)),
        *given,
    ]
    bpy.utils.user_resource = lambda kind, path="", **_: str(WORK / "user" / path)
    bench, ours = bpy.context.scene.maskdrape, bpy.ops.maskdrape
    told = {"blender": list(bpy.app.version)}

    assert ours.choose_design(name="surgical") == {"FINISHED"}, bench.task.error
    bench.mask.pleated_sliders.construction_pleats_depth_mm = 14.3
    bench.mask.colour = "pink"
    assert ours.show_flat() == {"FINISHED"}, bench.task.error

    bench.library.folder = str(WORK / "shelf")
    bench.library.save_name, bench.library.tags = "deep_pleats", "pleats"
    bench.library.author, bench.library.licence = "A. Tailor", "CC-BY-4.0"
    assert ours.save_design() == {"FINISHED"} and not bench.task.error, bench.task.error
    with bpy.data.libraries.load(str(WORK / "shelf" / "deep_pleats.blend"), assets_only=True) as (
        there,
        wanted,
    ):
        wanted.objects = list(there.objects)
    (thing,) = wanted.objects
    data = thing.asset_data
    told["asset"] = {
        "author": data.author,
        "licence": getattr(data, "license", "") or data.description,
        "tags": [tag.name for tag in data.tags],
        "preview": list(thing.preview.image_size),
    }
    ours.choose_design(name="kn95")
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.view_layer.objects.active = thing
    assert ours.design_from_object() == {"FINISHED"}
    told["depth"] = json.loads(bench.mask.document)["construction"]["pleats"]["depth_mm"]

    picture = WORK / "logo.png"
    before = picture.read_bytes()
    assert ours.load_print(filepath=str(picture)) == {"FINISHED"}
    bench.mask.picture.pixels[0] = 0.0
    (entry,) = blender_addon.job.config(bpy.context.scene)["masks"]["pictures"]
    painted = (blender_addon.job.folder(bpy.context.scene) / entry["path"]).read_bytes()
    told["painted"] = [picture.read_bytes() == before, painted != before, painted[:4] == b"\x89PNG"]

    bench.batch.folder = str(WORK / "slow")
    assert ours.start_batch() == {"FINISHED"}, bench.task.error
    told["states"] = [until(lambda: bench.batch.done == 3)]
    ours.stop_batch()
    told["states"].append(until(lambda: bench.batch.state == "stopped"))
    ours.start_batch()
    told["states"].append(until(lambda: bench.batch.state == "finished"))
    told["rejects"] = [one.reason for one in bench.batch.rejects]
    blender_addon.unregister()
    told["left"] = [name for name in dir(bpy.types) if "maskdrape" in name.lower()]
    return told


def until(true) -> str:
    end = time.monotonic() + 20.0
    while not true() and time.monotonic() < end:
        bpy.ops.maskdrape.refresh_batch()
        time.sleep(0.05)
    return bpy.context.scene.maskdrape.batch.state


if __name__ == "__main__":
    code = 1
    try:
        (WORK / "told.json").write_text(json.dumps(main()))
        code = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
