"""The add-on before MaskDrape itself, on a person who does not exist."""

import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest
import real_bench
from PIL import Image

from pipeline.studio.portrait import Sitting, render_portrait


@pytest.mark.slow
def test_what_the_panels_make_is_what_the_command_line_makes(addon, tmp_path, monkeypatch):
    from blender_addon import job
    from blender_addon.connection import process

    real_bench.use(monkeypatch)
    sitting = Sitting(
        width=320, height=400, samples=6, denoise="FAST", subdivisions=1, strands=0, glasses=0.0
    )
    portrait = render_portrait(np.random.default_rng(36), sitting)
    picture = tmp_path / "person.png"
    Image.fromarray(portrait.pixels).save(picture)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    bench = scene.maskdrape
    assert bpy.ops.maskdrape.load_photo(filepath=str(picture)) == {"FINISHED"}, bench.task.error
    assert [face.verdict for face in bench.photo.faces] == ["ok"]

    head = scene.objects["Head"]
    points = np.array([vertex.co for vertex in head.data.vertices])[:, [0, 2, 1]] * (1, -1, 1)
    apart = np.linalg.norm(points - portrait.vertices, axis=1) / portrait.translation[2]
    assert np.median(apart) < 0.1, "the head stands where the person does, but for the distance"

    corner = int(np.argmin(np.abs(_landmarks(scene) - _landmarks(scene).mean(axis=0)).sum(axis=1)))
    u, v = _landmarks(scene)[corner]
    bench.head.reach_px = 10.0
    assert bpy.ops.maskdrape.pick_landmark(index=corner, x=u + 2.0, y=v) == {"FINISHED"}, bench.task.error
    assert _landmarks(scene)[corner] == pytest.approx((u + 2.0, v), abs=1e-3)

    bpy.ops.maskdrape.light_override()
    bench.light.ambient = (0.4, 0.3, 0.2)
    bpy.context.view_layer.update()
    bench.render.samples = 2
    assert bpy.ops.maskdrape.drape() == {"FINISHED"}, bench.task.error
    assert bench.drape.frames and bench.drape.results[-1].checks
    assert bpy.ops.maskdrape.composite() == {"FINISHED"}, bench.task.error
    folder = job.folder(scene)
    made = (folder / bench.render.image).read_bytes()

    config = folder / "config.yaml"
    config.write_text(job.text(job.config(scene)), encoding="utf-8")
    command = [sys.executable, str(process.WORKER), "run", str(config)]
    ran = subprocess.run(command, env=process.environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (image,) = Path(folder / "out" / "images" / "person").glob("*.png")
    assert image.read_bytes() == made


def _landmarks(scene) -> np.ndarray:
    from blender_addon.head.operators import points_of

    return points_of(bpy.context)
