"""The panel Library: designs as YAML that the pipeline reads, and as assets that Blender reads."""

import json

import bpy
import fake_bench
import numpy as np
import pytest
import real_bench

from pipeline.masks.library import design_names, load_design, open_library


@pytest.fixture
def shelf(addon, monkeypatch, tmp_path):
    """The add-on with MaskDrape itself behind it, an edited design, and an empty folder for the library."""
    real_bench.use(monkeypatch)
    assert bpy.ops.maskdrape.choose_design(name="surgical") == {"FINISHED"}
    bench().library.folder = str(tmp_path / "shelf")
    bench().mask.pleated_sliders.construction_pleats_depth_mm = 14.3
    return tmp_path / "shelf"


def bench():
    return bpy.context.scene.maskdrape


def document():
    return json.loads(bench().mask.document)


def fill(name="deep_pleats", **more):
    facts = {"author": "A. Tailor", "licence": "CC-BY-4.0", "title": "Deep pleats", **more}
    bench().library.save_name = name
    for key, value in facts.items():
        setattr(bench().library, key, value)


def save(name="deep_pleats", **more):
    fill(name, **more)
    assert bpy.ops.maskdrape.save_design() == {"FINISHED"}, bench().task.error
    assert bench().task.error == ""


def counted():
    return {
        kind: len(getattr(bpy.data, kind))
        for kind in ("objects", "meshes", "materials", "images", "libraries", "collections")
    }


def appended(path):
    with bpy.data.libraries.load(str(path), link=False, assets_only=True) as (there, wanted):
        wanted.objects = list(there.objects)
    (found,) = wanted.objects
    return found


def test_what_is_saved_is_a_design_that_the_pipeline_reads(shelf):
    save()
    library = open_library(shelf)
    assert design_names(library)[-1] == "deep_pleats"
    own = load_design("deep_pleats", library)
    assert (own.author, own.licence, own.title) == ("A. Tailor", "CC-BY-4.0", "Deep pleats")
    wanted = document() | {"author": own.author, "licence": own.licence, "title": own.title}
    assert json.loads(own.model_dump_json(exclude={"name"})) == wanted
    assert [line.name for line in bench().library.designs] == ["deep_pleats"]


def test_it_is_an_asset_with_a_preview_and_nothing_of_it_stays_here(shelf):
    before = counted()
    save(description="For small faces.", tags="pleats, blue ,")
    assert counted() == before
    made = appended(shelf / "deep_pleats.blend")
    data = made.asset_data
    assert data.author == "A. Tailor"
    assert "For small faces." in data.description
    assert "CC-BY-4.0" in (data.license if hasattr(data, "license") else data.description)
    assert [tag.name for tag in data.tags] == ["pleats", "blue"]
    catalogues = (shelf / "blender_assets.cats.txt").read_text()
    assert f"{data.catalog_id}:MaskDrape:MaskDrape" in catalogues
    width, height = made.preview.image_size
    pixels = np.empty(width * height * 4, np.float32)
    made.preview.image_pixels_float.foreach_get(pixels)
    alpha = pixels.reshape(height, width, 4)[..., 3]
    # The mask lies in the middle, wider than high, and around it there is nothing.
    rows, columns = np.flatnonzero(alpha.max(1) > 0.5), np.flatnonzero(alpha.max(0) > 0.5)
    assert np.ptp(columns) > 1.2 * np.ptp(rows) > 40
    assert alpha[height // 2, width // 2] > 0.99
    assert alpha[[0, -1]].max() == alpha[:, [0, -1]].max() == 0
    points = np.empty(3 * len(made.data.vertices), np.float32)
    made.data.vertices.foreach_get("co", points)
    extent = np.ptp(points.reshape(-1, 3), axis=0)
    assert extent[0] > extent[2] > 10 * extent[1]  # upright, seen from the front


def test_the_catalogue_joins_those_of_the_folder(shelf):
    shelf.mkdir()
    other = "VERSION 1\n\n00000000-0000-0000-0000-000000000001:Others:Others\n"
    (shelf / "blender_assets.cats.txt").write_text(other)
    save()
    save("another")
    text = (shelf / "blender_assets.cats.txt").read_text()
    assert text.startswith(other)
    assert text.count("MaskDrape:MaskDrape") == 1


@pytest.mark.parametrize("field, word", [("save_name", "name"), ("author", "author"), ("licence", "licence")])
def test_what_is_needed_is_asked_for(shelf, field, word):
    fill()
    setattr(bench().library, field, "  ")
    assert bpy.ops.maskdrape.save_design() == {"CANCELLED"}
    assert word in bench().task.error
    assert not shelf.exists()


def test_nothing_is_written_over_unasked(shelf):
    save()
    first = (shelf / "deep_pleats.yaml").read_bytes()
    bench().mask.pleated_sliders.construction_pleats_depth_mm = 10.0
    fill()
    assert bpy.ops.maskdrape.save_design() == {"CANCELLED"}
    assert "deep_pleats.yaml already" in bench().task.error
    assert (shelf / "deep_pleats.yaml").read_bytes() == first
    save(overwrite=True)
    assert load_design("deep_pleats", open_library(shelf)).construction.pleats.depth_mm == 10.0
    assert not bench().library.overwrite


@pytest.mark.parametrize("name, word", [("surgical", "built-in"), ("Deep Pleats", "allowed")])
def test_a_name_that_cannot_be_is_refused_in_words(shelf, name, word):
    fill(name)
    assert bpy.ops.maskdrape.save_design() == {"CANCELLED"}
    assert word in bench().task.error
    assert not list(shelf.glob("*"))


def test_loading_sets_the_panel_and_the_job_takes_the_design_along(shelf):
    from blender_addon import job

    save()
    saved = (shelf / "deep_pleats.yaml").read_bytes()
    bpy.ops.maskdrape.choose_design(name="kn95")
    assert bpy.ops.maskdrape.load_design(name="deep_pleats") == {"FINISHED"}, bench().task.error
    assert bench().mask.pleated_sliders.construction_pleats_depth_mm == pytest.approx(14.3)
    assert bench().library.author == "A. Tailor"
    config = job.config(bpy.context.scene)
    assert config["masks"]["designs"] == {"deep_pleats": 1.0}
    copy = load_design("deep_pleats", open_library(job.folder(bpy.context.scene) / "designs"))
    assert copy == load_design("deep_pleats", open_library(shelf))
    bench().mask.pleated_sliders.construction_pleats_depth_mm = 9.0
    assert job.config(bpy.context.scene)["masks"]["designs"] == {"deep_pleats_edited": 1.0}
    assert (shelf / "deep_pleats.yaml").read_bytes() == saved


def test_an_object_gives_its_design_back(shelf):
    save()
    wanted = load_design("deep_pleats", open_library(shelf))
    thing = appended(shelf / "deep_pleats.blend")
    bpy.ops.maskdrape.choose_design(name="kn95")
    assert not bpy.ops.maskdrape.design_from_object.poll()
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.view_layer.objects.active = thing
    assert bpy.ops.maskdrape.design_from_object() == {"FINISHED"}
    assert bench().mask.design_name == "deep_pleats"
    assert document() == json.loads(wanted.model_dump_json(exclude={"name"}))
    thing["maskdrape_design"] = "no design"
    assert not bpy.ops.maskdrape.design_from_object.poll()


def test_an_own_print_goes_into_the_library(shelf, tmp_path):
    path = tmp_path / "logo.png"
    path.write_bytes(fake_bench.png(np.full((32, 48, 3), 200, np.uint8)))
    bpy.ops.maskdrape.load_print(filepath=str(path))
    bench().mask.picture_width = (60.0, 70.0)
    save()
    own = load_design("deep_pleats", open_library(shelf))
    assert list(own.material.prints) == ["logo"]
    assert (own.material.prints["logo"].file, own.material.prints["logo"].size_mm) == ("logo.png", (60, 70))
    assert (shelf / "prints" / "logo.png").read_bytes() == path.read_bytes()
    # and on to the job, and to another library
    from blender_addon import job

    bpy.ops.maskdrape.remove_print()
    bpy.ops.maskdrape.load_design(name="deep_pleats")
    job.config(bpy.context.scene)
    copied = job.folder(bpy.context.scene) / "designs" / "prints" / "logo.png"
    assert copied.read_bytes() == path.read_bytes()
    bench().library.folder = str(tmp_path / "other")
    save("again")
    assert (tmp_path / "other" / "prints" / "logo.png").is_file()


def test_a_broken_file_in_the_folder_is_named_and_the_others_stay(shelf):
    save()
    (shelf / "broken.yaml").write_text("title: [")
    assert bpy.ops.maskdrape.refresh_library() == {"FINISHED"}
    assert [line.name for line in bench().library.designs] == ["deep_pleats"]
    assert "broken.yaml" in bench().library.problems


def test_the_folder_is_registered_when_asked(shelf):
    libraries = bpy.context.preferences.filepaths.asset_libraries
    before = len(libraries)
    save()
    assert len(libraries) == before
    assert bpy.ops.maskdrape.register_library() == {"FINISHED"}
    assert (len(libraries), libraries[-1].name) == (before + 1, "MaskDrape")
    assert not bpy.ops.maskdrape.register_library.poll()


@pytest.mark.parametrize("name", ["n95_cup", "gaiter", "duckbill"])
def test_masks_of_other_kinds_are_saved(shelf, name):
    bpy.ops.maskdrape.choose_design(name=name)
    save("own")
    assert appended(shelf / "own.blend").preview.image_size[0] > 0
