import json
import re

import numpy as np
import pytest
from PIL import Image

from pipeline.assets import asset_names
from pipeline.colour import encode
from pipeline.config import MasksConfig
from pipeline.masks.design.material import Hem, Print, Wear
from pipeline.masks.library import load_design
from pipeline.masks.look import cloth_look
from pipeline.masks.material import draw_material, linear
from pipeline.masks.prints.picture import find_pictures


def with_look(**changes):
    design = load_design("surgical")
    return design.model_copy(update={"material": design.material.model_copy(update=changes)})


@pytest.mark.parametrize("design", asset_names("mask_library"))
def test_the_colours_of_the_nist_study_exist_by_name(design):
    """Ngan, Grother and Hanaoka, NISTIR 8331 (2020), masked faces in these four."""
    assert {"light blue", "white", "black", "red"} <= load_design(design).material.colours.keys()


def test_a_material_is_json_and_the_same_from_the_same_seed():
    design = with_look(prints={"buds": Print(kind="flowers", weight=1)}, wear=Wear(dirt=(0.1, 0.2)))
    first, again = (draw_material(design, np.random.default_rng(3)) for _ in range(2))
    assert first == again == json.loads(json.dumps(first))
    assert first["print"]["kind"] == "flowers" and 0.1 <= first["dirt"] <= 0.2
    assert first != draw_material(design, np.random.default_rng(4))


def test_weights_from_outside_stand_in_for_the_design_s_own():
    design = load_design("surgical")
    for seed in range(6):
        drawn = draw_material(design, np.random.default_rng(seed), colours={"red": 1, "no such": 5})
        assert drawn["colour_name"] == "red"
        red = encode(np.array(drawn["colour"]))
        assert red[0] > 2 * red[1]
    names = {
        draw_material(design, np.random.default_rng(s), colours={"none": 1})["colour_name"] for s in range(30)
    }
    assert len(names) > 3


def test_a_print_on_its_own_ground_dyes_the_cloth():
    design = with_look(prints={"ours": Print(kind="dots", weight=1, ground="#a01c24", inks=("#ffffff",))})
    drawn = draw_material(design, np.random.default_rng(0))
    np.testing.assert_allclose(drawn["colour"], linear("#a01c24"))
    assert drawn["colour_name"] == "printed"


def test_the_look_fades_to_plain_cloth_from_afar():
    drawn = draw_material(
        with_look(prints={"d": Print(kind="dots", weight=1, size_mm=(3, 3))}), np.random.default_rng(0)
    )
    near, far = cloth_look(drawn, 2e-4), cloth_look(drawn, 2e-2)
    assert near.weave is not None and near.print is not None and far.print is not None
    assert near.print.pixels[..., 3].std() > 0.3 and far.print.pixels[..., 3].std() < 0.02
    assert near.print.pixels.mean() == pytest.approx(far.print.pixels.mean(), abs=0.01)


def test_a_user_s_picture_takes_the_place_of_the_print(tmp_path):
    (tmp_path / "mine").mkdir()
    Image.fromarray(np.full((32, 64, 3), (255, 255, 0), np.uint8)).save(tmp_path / "mine/sun.png")
    Image.fromarray(np.full((32, 64, 3), (0, 0, 255), np.uint8)).save(tmp_path / "sea.png")
    (tmp_path / "mine/notes.txt").write_text("no picture")
    wanted = MasksConfig(
        pictures=[{"path": "mine", "licence": "CC0", "width_mm": [60.0, 90.0]}, "sea.png"],
        prints={"picture": 1.0},
    )
    pictures = find_pictures(wanted.pictures, tmp_path)
    assert [picture.file for picture in pictures] == ["mine/sun.png", "sea.png"]
    drawn = [
        draw_material(load_design("surgical"), np.random.default_rng(k), {}, {}, wanted.prints, pictures)
        for k in range(8)
    ]
    prints = {one["print"]["file"]: one["print"] for one in drawn}
    assert prints.keys() == {"mine/sun.png", "sea.png"}  # no path of this machine in the labels
    sun = prints["mine/sun.png"]
    assert sun["name"] == "picture" and sun["licence"] == "CC0" and 0.06 <= sun["size_m"] <= 0.09
    assert prints["sea.png"]["licence"] is None and sun["sha256"] != prints["sea.png"]["sha256"]
    one = next(one for one in drawn if one["print"]["file"] == "mine/sun.png")
    tile = cloth_look(one, 1e-3, tmp_path).print
    assert tile is not None and not tile.repeats
    np.testing.assert_allclose(tile.pixels[5, 5], [1, 1, 0, 1], atol=1e-5)


def test_a_weight_mixes_pictures_with_a_design_s_own_prints(tmp_path):
    Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(tmp_path / "a.png")
    pictures = find_pictures(MasksConfig(pictures=["a.png"], prints={"picture": 1.0}).pictures, tmp_path)
    design = load_design("cloth_two_panel")
    weights = {"picture": 3.0, "dots": 1.0}
    prints = [
        draw_material(design, np.random.default_rng(k), {}, {}, weights, pictures)["print"]["name"]
        for k in range(200)
    ]
    assert set(prints) == {"picture", "dots"}
    assert abs(prints.count("picture") - 150) < 4 * np.sqrt(200 * 0.75 * 0.25)


def test_hems_and_folds_come_in_metres():
    design = with_look(
        hem=Hem(kind="stitched", from_edge_mm=4, stitch_mm=2.5, thread="#ffffff"),
        wear=Wear(creases=(0.5, 1), folds_across_mm=(0,), folds_down_mm=(48,)),
    )
    drawn = draw_material(design, np.random.default_rng(1))
    assert drawn["hem"]["row_m"] == 0.004 and drawn["hem"]["thread"] == [1, 1, 1]
    assert abs(drawn["folds_u_m"][0]) < 0.004 and drawn["folds_v_m"][0] == pytest.approx(-0.048, abs=0.004)


def test_a_stamp_stands_where_the_design_says_and_is_pressed_in():
    stamp = Print(kind="stamp", weight=1, text=("KN95",), at_mm=(50, 70))
    drawn = draw_material(with_look(prints={"stamp": stamp}), np.random.default_rng(1))
    np.testing.assert_allclose(drawn["print"]["origin"], [0.050, -0.070], atol=0.006)
    np.testing.assert_allclose(drawn["print"]["inks"], [0.82 * np.array(drawn["colour"])])
    assert drawn["print"]["text"] == ["KN95"]
    numbered = with_look(prints={"stamp": Print(kind="stamp", weight=1, text=("% @-##", "FFP2"))})
    texts = [draw_material(numbered, np.random.default_rng(s))["print"]["text"] for s in range(9)]
    assert all(re.fullmatch(r"[A-Z]+ [A-Z]-\d\d", first) and second == "FFP2" for first, second in texts)
    assert len({first for first, _ in texts}) == 9
    for wrong in ({"kind": "stamp"}, {"kind": "dots", "text": ("a",)}, {"kind": "dots", "at_mm": (0, 1)}):
        with pytest.raises(ValueError, match=r"stamp|at_mm"):
            Print(weight=1, **wrong)


def test_pale_strips_bind_dyed_masks_with_pale_loops_only():
    drawn = {
        name: [
            draw_material(load_design("surgical"), np.random.default_rng(s), colours={name: 1})["hem"][
                "binding"
            ]
            for s in range(40)
        ]
        for name in ("light blue", "black")
    }
    assert all(binding is None for binding in drawn["black"])
    assert 10 < sum(binding["sides"] for binding in drawn["light blue"]) < 30
