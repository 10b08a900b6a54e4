"""The panels' operators, headless, before a bench that only speaks."""

import json
from pathlib import Path

import bpy
import fake_bench
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view


def bench():
    return bpy.context.scene.maskdrape


def object_of(role):
    from blender_addon.viewport.collection import object_of

    return object_of(bpy.context.scene, role)


def coordinates(thing):
    points = np.empty(3 * len(thing.data.vertices), np.float32)
    thing.data.vertices.foreach_get("co", points)
    return points.reshape(-1, 3)


@pytest.fixture
def loaded(addon, photo):
    assert bpy.ops.maskdrape.load_photo(filepath=photo()) == {"FINISHED"}
    return addon


def test_a_photo_shows_its_faces_and_the_best_one_is_chosen(loaded):
    told = bench().photo
    assert (told.width, told.height, told.identity) == (64, 80, "person")
    assert [face.verdict for face in told.faces] == ["flagged", "ok", "rejected"]
    assert told.face == 1
    assert "61 degrees" in told.faces[0].reason
    assert bench().task.error == ""


def test_what_is_said_of_rights_is_in_the_table(loaded):
    from blender_addon import job

    bench().photo.licence = 'CC0, "really"'
    bench().photo.consent = "signed"
    config = job.config(bpy.context.scene)
    table = (job.folder(bpy.context.scene) / config["photos"]["table"]).read_text()
    path = Path(bench().photo.path).as_posix()
    assert table == f'path,identity,source,licence,consent\n{path},person,,"CC0, ""really""",signed\n'


@pytest.mark.parametrize("width, height, focal", [(64, 80, 90.0), (640, 480, 1230.5), (333, 1000, 800.0)])
def test_blenders_camera_sees_what_the_pinhole_formula_says(addon, width, height, focal):
    from blender_addon.viewport import camera, frames

    placed = camera.place_camera(bpy.context.scene, width, height, focal)
    bpy.context.view_layer.update()
    points = np.random.default_rng(3).uniform((-0.3, -0.3, 0.5), (0.3, 0.3, 2.0), (50, 3))
    expected = focal * points[:, :2] / points[:, 2:] + (width / 2, height / 2)
    for point, (u, v) in zip(frames.to_world(points), expected, strict=True):
        seen = world_to_camera_view(bpy.context.scene, placed, type(placed.location)(point))
        assert seen.x * width == pytest.approx(u, abs=0.1)
        assert (1 - seen.y) * height == pytest.approx(v, abs=0.1)


def test_the_head_lies_over_the_photo(loaded):
    from blender_addon import job

    scene = bpy.context.scene
    bpy.context.view_layer.update()
    head = object_of("head")
    with np.load(job.folder(scene) / bench().photo.faces[1].file) as fitted:
        vertices = fitted["vertices"]
    focal = bench().photo.faces[1].focal_px
    expected = focal * vertices[:, :2] / vertices[:, 2:] + (32, 40)
    for vertex, (u, v) in zip(head.data.vertices, expected, strict=True):
        seen = world_to_camera_view(scene, scene.camera, head.matrix_world @ vertex.co)
        assert (seen.x * 64, (1 - seen.y) * 80) == pytest.approx((u, v), abs=0.1)
    behind = scene.camera.data.background_images[0]
    assert scene.camera.data.show_background_images and behind.display_depth == "BACK"
    assert tuple(behind.image.size) == (64, 80)


def test_opacity_and_wireframe_change_how_the_head_is_drawn(loaded):
    bench().head.opacity = 0.2
    bench().head.wireframe = True
    head = object_of("head")
    assert head.data.materials[0].diffuse_color[3] == pytest.approx(0.2)
    assert head.show_wire
    bench().head.opacity = 0.0
    assert head.display_type == "WIRE"
    bench().head.wireframe = False
    assert head.hide_get()


def test_another_face_is_shown_when_it_is_chosen(loaded):
    before = coordinates(object_of("head")).mean(axis=0)
    assert bpy.ops.maskdrape.choose_face(index=0) == {"FINISHED"}
    moved = coordinates(object_of("head")).mean(axis=0) - before
    assert moved == pytest.approx((-0.22, 0, 0), abs=1e-6)
    assert bpy.ops.maskdrape.choose_face(index=9) == {"CANCELLED"}
    assert bench().photo.face == 0


def test_a_moved_landmark_fits_the_head_anew_and_is_in_the_configuration(loaded):
    from blender_addon import job

    before = coordinates(object_of("head")).mean(axis=0)
    assert bpy.ops.maskdrape.pick_landmark(index=5, x=100.0, y=20.0) == {"FINISHED"}
    assert coordinates(object_of("head")).mean(axis=0) - before == pytest.approx((0.01, 0, 0), abs=1e-6)
    assert bench().photo.face == 1
    faces = job.config(bpy.context.scene)["faces"]
    assert faces["backend"] == "file"
    written = json.loads((job.folder(bpy.context.scene) / faces["landmarks"]).read_text())
    assert written["moves"] == [[5, 100.0, 20.0]]


def test_held_coefficients_are_asked_for(loaded):
    from blender_addon import job

    assert bpy.ops.maskdrape.hold_coefficients(which="identity") == {"FINISHED"}
    scene = bpy.context.scene
    file = job.folder(scene) / job.config(scene)["faces"]["landmarks"]
    assert json.loads(file.read_text())["hold"] == ["identity"]
    assert bpy.ops.maskdrape.hold_coefficients(which="identity") == {"FINISHED"}
    assert json.loads(file.read_text())["hold"] == []


def test_another_photo_forgets_what_was_set_right_in_the_last(loaded, photo):
    from blender_addon import job

    bpy.ops.maskdrape.pick_landmark(index=5, x=100.0, y=20.0)
    bpy.ops.maskdrape.drape()
    bpy.ops.maskdrape.load_photo(filepath=photo("nobody.png"))
    assert object_of("head") is None and object_of("mask") is None
    assert not bench().drape.results and not bench().drape.frames
    assert "backend" not in job.config(bpy.context.scene).get("faces", {})


def test_estimated_lamps_are_suns_and_their_light_comes_back_as_it_was(loaded):
    from blender_addon import job
    from blender_addon.viewport import lamps

    scene = bpy.context.scene
    assert "light" not in job.config(scene)
    bpy.ops.maskdrape.light_override()
    bpy.context.view_layer.update()
    light = job.config(scene)["light"]
    assert light["ambient"] == fake_bench.LIGHT["ambient"]
    assert light["around"] == fake_bench.LIGHT["around"]
    for read, known in zip(light["lamps"], fake_bench.LIGHT["lamps"], strict=True):
        assert read["towards"] == pytest.approx(known["towards"], abs=1e-5)
        assert read["irradiance"] == pytest.approx(known["irradiance"], rel=1e-5)
    bpy.ops.maskdrape.add_lamp()
    assert len(job.config(scene)["light"]["lamps"]) == 3
    bpy.ops.maskdrape.remove_lamp(lamp=lamps.suns(scene)[0].name)
    assert len(job.config(scene)["light"]["lamps"]) == 2
    bpy.ops.maskdrape.light_from_photo()
    assert "light" not in job.config(scene)
    assert len(lamps.suns(scene)) == 2


def test_a_turned_lamp_is_a_turned_light(loaded):
    from blender_addon import job
    from blender_addon.viewport import lamps

    bpy.ops.maskdrape.light_override()
    sun = lamps.suns(bpy.context.scene)[0]
    sun.rotation_mode = "XYZ"
    sun.rotation_euler = (0.0, 0.0, 0.0)  # shines straight down
    bpy.context.view_layer.update()
    assert job.config(bpy.context.scene)["light"]["lamps"][0]["towards"] == pytest.approx(
        [0, -1, 0], abs=1e-6
    )


def test_a_drape_is_recorded_checked_played_and_taken_back(loaded):
    assert bpy.ops.maskdrape.drape() == {"FINISHED"}
    drape = bench().drape
    assert len(drape.frames) == fake_bench.FRAMES
    assert [check.state for check in drape.results[-1].checks] == ["good", "near", "bad"]
    mask = object_of("mask")
    worn, _ = fake_bench.sheet(0.0)
    assert coordinates(mask) == pytest.approx(worn, abs=1e-6)
    assert np.array(mask.matrix_world.translation) == pytest.approx((0.02, 0.9, -0.03), abs=1e-6)
    drape.frame = 2
    assert coordinates(mask) == pytest.approx(fake_bench.sheet(0.04)[0], abs=1e-6)
    assert bpy.ops.maskdrape.settle() == {"FINISHED"}
    assert coordinates(mask) == pytest.approx(worn, abs=1e-6)
    bpy.ops.maskdrape.drape()
    bpy.ops.maskdrape.undo_drape()
    assert object_of("mask") is not None and len(drape.results) == 1
    bpy.ops.maskdrape.undo_drape()
    assert object_of("mask") is None and not drape.results


def test_a_drape_belongs_to_its_face(loaded):
    bpy.ops.maskdrape.drape()
    bpy.ops.maskdrape.choose_face(index=0)
    assert object_of("mask") is None and not bench().drape.results


def test_preview_and_picture_are_images(loaded):
    from blender_addon.viewport.image import find_image

    bench().render.preview_samples = 3
    assert bpy.ops.maskdrape.preview() == {"FINISHED"}
    assert bench().render.is_preview and bench().render.image.endswith("picture-3.png")
    assert bpy.ops.maskdrape.composite() == {"FINISHED"}
    assert not bench().render.is_preview
    assert tuple(find_image("result").size) == (30, 20)
    assert bpy.ops.maskdrape.before_after() == {"FINISHED"}


def test_a_picture_of_another_photo_is_not_held_against_this_one(loaded, photo):
    bpy.ops.maskdrape.preview()
    bpy.ops.maskdrape.load_photo(filepath=photo("other.png"))
    assert not bpy.ops.maskdrape.before_after.poll()


def test_what_is_refused_is_said_and_can_be_copied(addon, photo):
    assert bpy.ops.maskdrape.load_photo(filepath=photo("refused.png")) == {"CANCELLED"}
    assert bench().task.error == "This photo is too small."
    assert bpy.ops.maskdrape.copy_report() == {"FINISHED"}
    assert "Blender" in bench().task.report and "refused.png" in bench().task.report


def test_what_breaks_is_said_with_a_report(addon, photo):
    bpy.ops.maskdrape.load_photo(filepath=photo("broken.png"))
    assert bench().task.error == "Something broke."
    assert "Traceback: here" in bench().task.report


def test_a_bench_that_dies_is_reported_and_another_one_started(addon, photo):
    bpy.ops.maskdrape.load_photo(filepath=photo("dies.png"))
    assert "ended" in bench().task.error and "the last words" in bench().task.report
    assert bpy.ops.maskdrape.load_photo(filepath=photo()) == {"FINISHED"}
    assert bench().task.error == ""


def test_a_photo_without_faces_says_so(addon, photo):
    bpy.ops.maskdrape.load_photo(filepath=photo("nobody.png"))
    assert "No face" in bench().task.error
    assert not bench().photo.faces


def test_a_file_that_is_not_there_is_no_photo(addon, tmp_path):
    assert bpy.ops.maskdrape.load_photo(filepath=str(tmp_path / "none.png")) == {"CANCELLED"}
    assert bench().photo.path == ""


def test_an_answer_that_cannot_be_shown_is_reported_and_the_next_one_is_shown(loaded):
    from blender_addon.connection import ask

    def show(context, result):
        raise KeyError("vertices")

    assert ask(bpy.context, {"do": "hello"}, show, "Trying") == {"CANCELLED"}
    assert "vertices" in bench().task.error and "KeyError" in bench().task.report
    assert bpy.ops.maskdrape.preview() == {"FINISHED"}
