"""The panel Mask before the real bench: designs, sliders, locks, prints, and what the job says of them."""

import json
from pathlib import Path

import bpy
import fake_bench
import numpy as np
import pytest
import real_bench

from pipeline.masks.library import design_names, load_design, open_library

DESIGNS = design_names()


@pytest.fixture
def working(addon, monkeypatch):
    """The add-on with MaskDrape itself behind it."""
    real_bench.use(monkeypatch)
    return addon


def mask():
    return bpy.context.scene.maskdrape.mask


def document():
    return json.loads(mask().document)


def config():
    from blender_addon import job

    return job.config(bpy.context.scene)


def folder():
    from blender_addon import job

    return job.folder(bpy.context.scene)


def written():
    """The design in the job's folder, as the pipeline reads it."""
    (name,) = config()["masks"]["designs"]
    return load_design(name, open_library(folder() / config()["masks"]["library"]))


def choose(name):
    assert bpy.ops.maskdrape.choose_design(name=name) == {"FINISHED"}, bpy.context.scene.maskdrape.task.error


def plain(design):
    return json.loads(design.model_dump_json(exclude={"name"}))


@pytest.fixture
def surgical(working):
    choose("surgical")
    return mask()


def test_every_parameter_has_a_property_that_blender_takes(addon):
    from blender_addon.mask import sliders
    from blender_addon.mask.parameters import GROUPS, parameters

    for kind, listed in parameters().items():
        group = getattr(mask(), f"{kind}_sliders")
        for one in listed:
            assert one.tip and not one.tip.endswith("."), one.path
            assert one.group in GROUPS
            for name in sliders.names(one):
                assert len(name) <= 63
                said = group.bl_rna.properties[name]
                assert said.description == one.tip
                if one.kind in ("float", "range", "vector"):
                    assert said.soft_min == pytest.approx(one.low, abs=1e-6)
                    assert said.soft_max == pytest.approx(one.high, rel=1e-6)
                    assert said.hard_min <= said.soft_min < said.soft_max <= said.hard_max


def test_opening_a_design_changes_nothing_of_it(working):
    from blender_addon.mask import sliders
    from blender_addon.mask.document import get, kind_of, same
    from blender_addon.mask.parameters import of_kind
    from blender_addon.mask.properties import path_of, slider_group

    for name in DESIGNS:
        choose(name)
        assert document() == plain(load_design(name))
        shown = 0
        for parameter in of_kind(kind_of(document())):
            path = path_of(mask(), parameter)
            value = get(document(), path) if path else None
            if value is not None:
                slider = sliders.read(slider_group(mask(), parameter), parameter, value)
                assert same(slider, value), f"{name}: {path}"
                shown += 1
        assert shown > 20
        assert config()["masks"]["designs"] == {name: 1.0}
        assert config()["masks"]["library"] is None


def test_only_parameters_of_the_designs_kind_are_shown(surgical):
    from blender_addon.mask.document import kind_of
    from blender_addon.mask.parameters import of_kind
    from blender_addon.mask.properties import path_of

    def shown():
        return {path_of(mask(), one) for one in of_kind(kind_of(document()))} - {""}

    assert {"construction.pleats.depth_mm", "wire.length_mm", f"sizes.{surgical.size}.width_mm"} <= shown()
    assert "valve.width_mm" not in shown()
    choose("n95_valve")
    assert {"construction.dome.depth", "valve.width_mm"} <= shown()
    assert "construction.pleats.depth_mm" not in shown()
    assert "fasteners.length_mm" not in shown()  # of ear loops


def test_a_slider_makes_a_design_of_its_own_that_the_pipeline_reads(surgical):
    surgical.pleated_sliders.construction_pleats_depth_mm = 14.3
    assert config()["masks"]["designs"] == {"surgical_edited": 1.0}
    own, before = written(), load_design("surgical")
    assert own.construction.pleats.depth_mm == 14.3  # and not what single precision makes of it
    changed = plain(own)
    changed["construction"]["pleats"]["depth_mm"] = before.construction.pleats.depth_mm
    assert changed == plain(before)


def test_sliders_back_where_they_were_are_the_design_itself(surgical):
    surgical.common_sliders.fabric_tension = (12.3, 45.6)
    assert config()["masks"]["library"] == "designs"
    surgical.common_sliders.fabric_tension = (50.0, 70.0)
    assert surgical.document == surgical.base
    assert config()["masks"] == config()["masks"] | {"library": None, "designs": {"surgical": 1.0}}


def test_the_end_of_a_range_that_is_moved_takes_the_other_along(surgical):
    surgical.common_sliders.fabric_tension[0] = 90.0
    assert document()["fabric"]["tension"] == [90.0, 90.0]
    surgical.common_sliders.fabric_tension[1] = 60.0
    assert document()["fabric"]["tension"] == [60.0, 60.0]


def test_sliders_of_a_size_are_of_the_chosen_one(surgical):
    surgical.size = "S"
    assert surgical.common_sliders.sizes_any_width_mm == 120.0
    surgical.common_sliders.sizes_any_width_mm = 126.0
    surgical.size = "L"
    assert surgical.common_sliders.sizes_any_width_mm == 175.0
    surgical.size = "S"
    assert surgical.common_sliders.sizes_any_width_mm == 126.0
    surgical.wearing = "under_nose"
    assert surgical.common_sliders.wearing_any_measured_from == "nose"


@pytest.mark.parametrize("name", ["surgical", "cloth_two_panel", "n95_cup"])
def test_a_locked_size_is_worn_by_every_face(working, name):
    from pipeline.masks.size import choose_size

    choose(name)
    for size in load_design(name).sizes:
        mask().size = size
        assert mask().size_locked
        own = written()
        assert {choose_size(own, arc) for arc in (0.15, 0.22, 0.27, 0.35)} == {size}
        assert list(own.sizes) == list(load_design(name).sizes)
    mask().size_locked = False
    assert config()["masks"]["library"] is None


def test_kinds_of_values(working):
    choose("surgical")
    common = mask().common_sliders
    common.material_hem_rows = "3"
    common.material_hem_kind = "bound"
    common.wire_outside = True
    common.material_inside = (1.0, 0.5, 0.0)
    common.material_loops_match_outside = "always"
    common.material_inside_matches_outside = "black, grey"
    mask().colour = "pink"
    common.material_colours_any_srgb = (0.0, 0.0, 1.0)
    mask().pleated_sliders.construction_pleats_at_height[0] = 0.3
    own = written()
    assert (own.material.hem.rows, own.material.hem.kind, own.wire.outside) == (3, "bound", True)
    assert (own.material.inside, own.material.colours["pink"].srgb) == ("#ff8000", "#0000ff")
    assert own.material.loops_match_outside == "always"
    assert own.material.inside_matches_outside == ("black", "grey")
    assert own.construction.pleats.at_height == (0.3, 0.53, 0.72)
    assert own.material.colours["blue"] == load_design("surgical").material.colours["blue"]


def test_what_is_usual_can_be_said_and_left_again(surgical):
    assert document()["material"]["gloss"] is None
    assert bpy.ops.maskdrape.set_parameter(path="material.gloss") == {"FINISHED"}
    low, high = written().material.gloss
    surgical.common_sliders.material_gloss = (0.2, 0.4)
    assert written().material.gloss == (0.2, 0.4)
    assert bpy.ops.maskdrape.reset_parameter(path="material.gloss") == {"FINISHED"}
    assert surgical.document == surgical.base
    assert 0 <= low <= high <= 1


def test_a_value_of_another_kind_is_refused_and_changes_nothing(surgical):
    before = surgical.document
    path = "construction.pleats.depth_mm"
    assert bpy.ops.maskdrape.set_parameter(path=path, value='"abc"') == {"CANCELLED"}
    assert surgical.document == before


def test_reset_of_one_parameter_and_of_all(surgical):
    surgical.pleated_sliders.construction_pleats_depth_mm = 15.0
    surgical.common_sliders.wire_length_mm = 90.0
    assert bpy.ops.maskdrape.reset_parameter(path="wire.length_mm") == {"FINISHED"}
    assert surgical.common_sliders.wire_length_mm == 100.0
    assert document()["construction"]["pleats"]["depth_mm"] == 15.0
    assert bpy.ops.maskdrape.reset_parameter() == {"FINISHED"}
    assert surgical.pleated_sliders.construction_pleats_depth_mm == 12.0
    assert surgical.document == surgical.base
    assert not bpy.ops.maskdrape.reset_parameter.poll()


def test_a_pleat_more_and_less(surgical):
    path = "construction.pleats.at_height"
    assert bpy.ops.maskdrape.resize_list(path=path, more=False) == {"FINISHED"}
    assert written().construction.pleats.at_height == (0.34, 0.53)
    assert bpy.ops.maskdrape.reset_parameter(path=path) == {"FINISHED"}
    assert bpy.ops.maskdrape.resize_list(path=path) == {"FINISHED"}
    assert written().construction.pleats.at_height == (0.34, 0.53, 0.72, 0.86)
    for _ in range(4):
        bpy.ops.maskdrape.resize_list(path=path, more=False)
    assert document()["construction"]["pleats"]["at_height"] == [0.34]


def test_parts_are_added_and_taken_away(surgical):
    assert bpy.ops.maskdrape.toggle_part(path="valve") == {"FINISHED"}
    surgical.common_sliders.valve_width_mm = 30.0
    assert written().valve.width_mm == 30.0
    assert bpy.ops.maskdrape.toggle_part(path="wire") == {"FINISHED"}
    assert written().wire is None
    assert bpy.ops.maskdrape.toggle_part(path="wire") == {"FINISHED"}
    assert written().wire == load_design("surgical").wire
    choose("cloth_two_panel")
    assert load_design("cloth_two_panel").wire is None
    bpy.ops.maskdrape.toggle_part(path="wire")
    assert written().wire.length_mm > 20
    bpy.ops.maskdrape.toggle_part(path="material.hem.sides")
    assert written().material.hem.sides.rows == 1


def test_locked_fields_are_the_only_ones_that_can_be_drawn(surgical):
    surgical.colour, surgical.coverage, surgical.fabric = "pink", "low", "spunbond"
    masks = config()["masks"]
    assert (masks["colours"], masks["coverage"]) == ({"pink": 1.0}, {"low": 1.0})
    assert (masks["fabrics"], masks["prints"]) == ({"spunbond": 1.0}, {})
    surgical.colour_locked = False
    assert config()["masks"]["colours"] == {}
    surgical.coverage = "as designed"
    assert config()["masks"]["coverage"] == {}
    surgical.wearing_locked = False
    assert set(config()["masks"]["wearing"]) == set(load_design("surgical").wearing)
    surgical.design_locked = False
    assert set(config()["masks"]["designs"]) == set(DESIGNS)


def test_the_pipeline_takes_what_any_locks_come_to(working):
    from pipeline.recipe import Job, check_masks, read_config

    rng = np.random.default_rng(5)
    for name in rng.choice(DESIGNS, 4, replace=False):
        choose(str(name))
        for field in ("design", "size", "wearing", "fabric", "colour", "print"):
            setattr(mask(), f"{field}_locked", bool(rng.random() < 0.5))
        check_masks(Job(read_config(config()), folder()))


def test_another_design_knows_other_names(surgical):
    surgical.colour = "lilac"
    choose("n95_cup")
    assert mask().colour_name in load_design("n95_cup").material.colours
    assert not mask().colour_locked
    assert mask().size in load_design("n95_cup").sizes


def test_lying_flat_it_has_its_size(surgical):
    from blender_addon.viewport.collection import object_of

    surgical.size = "M"
    assert bpy.ops.maskdrape.show_flat() == {"FINISHED"}, bpy.context.scene.maskdrape.task.error
    flat = object_of(bpy.context.scene, "flat")
    points = np.empty(3 * len(flat.data.vertices), np.float32)
    flat.data.vertices.foreach_get("co", points)
    points = points.reshape(-1, 3)
    assert np.ptp(points[:, 1]) == pytest.approx(0.095, abs=0.012)
    assert np.ptp(points[:, 0]) > 0.144
    surgical.common_sliders.sizes_any_height_mm = 70.0
    bpy.ops.maskdrape.show_flat()
    flat.data.vertices.foreach_get("co", points.reshape(-1))
    assert np.ptp(points[:, 1]) == pytest.approx(0.070, abs=0.012)


def test_a_design_that_cannot_be_is_refused_in_words(surgical):
    mask().pleated_sliders.construction_pleats_at_height[1] = 0.2
    assert bpy.ops.maskdrape.show_flat() == {"CANCELLED"}
    assert "at_height must rise" in bpy.context.scene.maskdrape.task.error


def picture(tmp_path, name="logo.png"):
    path = tmp_path / name
    path.write_bytes(fake_bench.png(np.full((32, 48, 3), 200, np.uint8)))
    return path


def test_a_picture_is_printed_and_travels_with_the_job(surgical, tmp_path):
    path = picture(tmp_path)
    assert bpy.ops.maskdrape.load_print(filepath=str(path)) == {"FINISHED"}
    surgical.picture_width, surgical.picture_licence = (60.0, 90.5), "CC-BY-4.0"
    masks = config()["masks"]
    assert masks["prints"] == {"picture": 1.0}
    assert masks["pictures"] == [
        {"path": "pictures/logo.png", "licence": "CC-BY-4.0", "width_mm": [60.0, 90.5]}
    ]
    assert (folder() / "pictures" / "logo.png").read_bytes() == path.read_bytes()
    surgical.print_locked = False
    assert config()["masks"]["prints"] == {"plain": 1.0, "picture": 1.0}
    assert bpy.ops.maskdrape.remove_print() == {"FINISHED"}
    assert (config()["masks"]["prints"], config()["masks"]["pictures"]) == ({}, [])


def test_what_is_painted_is_saved_and_the_file_that_was_loaded_is_not(surgical, tmp_path):
    path = picture(tmp_path)
    before = path.read_bytes()
    bpy.ops.maskdrape.load_print(filepath=str(path))
    surgical.picture.pixels[0] = 0.0
    assert surgical.picture.is_dirty
    config()
    assert path.read_bytes() == before
    assert (folder() / "pictures" / "logo.png").read_bytes() not in (b"", before)
    assert bpy.ops.maskdrape.new_print() == {"FINISHED"}
    (entry,) = config()["masks"]["pictures"]
    assert (folder() / entry["path"]).read_bytes().startswith(b"\x89PNG")


def test_no_picture_is_said_to_be_none(surgical, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    assert bpy.ops.maskdrape.load_print(filepath=str(text)) == {"CANCELLED"}
    assert surgical.picture is None


def test_drawing_says_what_was_drawn_and_keeps_what_is_locked(working, photo, monkeypatch):
    from blender_addon.mask import operators

    choose("surgical")
    mask().wearing_locked = False
    mask().colour = "pink"
    asked = []

    def answer(context, request, done, words, *_, **__):
        asked.append(request["do"])
        done(
            context,
            {
                "choice": {"design": "surgical", "size": "M", "wearing": "askew", "coverage": ""},
                "material": {"fabric": "spunbond", "colour_name": "dyed", "print": {"name": "dots"}},
            },
        )
        return {"FINISHED"}

    monkeypatch.setattr(operators, "ask", answer)
    monkeypatch.setattr(operators.MASKDRAPE_OT_randomise, "poll", classmethod(lambda cls, context: True))
    bpy.context.scene.maskdrape.photo.faces.add()
    assert bpy.ops.maskdrape.randomise(seed=7) == {"FINISHED"}
    assert asked == ["draw"]
    assert (mask().seed, config()["seed"]) == (7, 7)
    assert (mask().wearing, mask().size, mask().colour) == ("askew", "M", "pink")
    assert not (mask().wearing_locked or mask().size_locked or mask().coverage_locked)
    assert mask().colour_locked
    assert mask().print in load_design("surgical").material.prints
    assert json.loads(mask().drawn)["print"] == "dots"
    assert mask().coverage == "as designed"
    assert config()["masks"]["library"] is None


@pytest.mark.slow
def test_the_bench_draws_for_a_face_and_what_it_draws_is_locked_to_be_drawn_again(working, tmp_path):
    from PIL import Image
    from skimage.data import astronaut

    path = tmp_path / "astronaut.png"
    Image.fromarray(astronaut()).save(path)
    assert bpy.ops.maskdrape.load_photo(filepath=str(path)) == {"FINISHED"}
    bench = bpy.context.scene.maskdrape
    choose("surgical")
    mask().design_locked = mask().wearing_locked = False
    looks = set()
    for seed in (3, 4, 5):
        assert bpy.ops.maskdrape.randomise(seed=seed) == {"FINISHED"}, bench.task.error
        drawn = json.loads(mask().drawn)
        assert mask().design_name == drawn["design"]
        assert document() == plain(load_design(drawn["design"]))
        known = {*document()["material"]["colours"], drawn["size"], drawn["wearing"], drawn["fabric"]}
        for field in ("size", "wearing", "fabric", "colour"):
            assert getattr(mask(), field) == drawn[field] or drawn[field] not in known
        looks.add((drawn["design"], drawn["wearing"], drawn["colour"]))
    assert len(looks) > 1
    assert bpy.ops.maskdrape.randomise(seed=3) == {"FINISHED"}
    first = json.loads(mask().drawn)
    assert (first["design"], first["wearing"], first["colour"]) in looks
    for field in ("design", "size", "wearing"):
        setattr(mask(), f"{field}_locked", True)
    assert bpy.ops.maskdrape.randomise(seed=4) == {"FINISHED"}
    again = json.loads(mask().drawn)
    assert (again["size"], again["wearing"]) == (first["size"], first["wearing"])
    assert again["design"].startswith(first["design"])


@pytest.mark.parametrize(
    "masks",
    [
        {},
        {"designs": {"kn95": 2.0}, "wearing": {"under_nose": 1.0}, "colours": {"white": 3.0}},
        {"designs": {"kn95": 2.0, "kf94": 1.0}, "wearing": {"correct": 4.0, "askew": 1.0}},
        {"coverage": {"high": 1.0, "low": 2.0}, "fabrics": {"spunbond": 1.0}, "beard_mm": 4.0, "drapes": 3},
        {"prints": {"picture": 1.0}, "pictures": ["a.png", "more"], "drape": "carry"},
    ],
)
def test_a_configuration_comes_back_as_it_was(addon, masks):
    from blender_addon import job
    from pipeline.recipe import read_config

    whole = {"photos": {"table": "photos.csv"}, "output": "out", "seed": 9, "masks": masks}
    job.apply(bpy.context.scene, whole)
    assert read_config(config()) == read_config(whole)


def test_an_edited_design_comes_back_from_its_file(surgical):
    from blender_addon import job
    from blender_addon.mask.config import absolute

    surgical.pleated_sliders.construction_pleats_depth_mm = 14.3
    whole, text = config(), (folder() / "designs" / "surgical_edited.yaml").read_text()
    surgical.property_unset("document")
    job.apply(bpy.context.scene, absolute(whole, folder()))
    assert bpy.ops.maskdrape.choose_design() == {"FINISHED"}, bpy.context.scene.maskdrape.task.error
    assert mask().design_name == "surgical_edited"
    assert mask().pleated_sliders.construction_pleats_depth_mm == pytest.approx(14.3)
    assert config()["masks"] == whole["masks"]
    assert (folder() / "designs" / "surgical_edited.yaml").read_text() == text


def test_a_blend_file_keeps_the_edited_design(surgical, tmp_path):
    from blender_addon.connection import known

    surgical.pleated_sliders.construction_pleats_depth_mm = 14.3
    before, blend = surgical.document, str(tmp_path / "work.blend")
    config()
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.open_mainfile(filepath=blend)
    assert mask().document == before
    assert mask().pleated_sliders.construction_pleats_depth_mm == pytest.approx(14.3)
    assert config()["masks"]["designs"] == {"surgical_edited": 1.0}
    assert Path(folder()).name == "work.maskdrape"
    # Before the bench has said anything in another Blender, what may be drawn is known.
    known.forget()
    mask().design_locked = mask().wearing_locked = False
    assert set(config()["masks"]["designs"]) == set(DESIGNS)
    assert {"correct", "askew", "loops_crossed"} <= set(config()["masks"]["wearing"])
