"""The flat sheet and the design file, against sizes that can be worked out by hand."""

import numpy as np
import pytest

from pipeline.masks.library import DesignError, load_design, parse_design
from pipeline.masks.material import draw_material
from pipeline.masks.pattern.grid import grid_faces, grid_ids
from pipeline.masks.pattern.pleated import cut_sheet, fold


@pytest.mark.parametrize(
    ("size", "width", "height"), [("S", 0.120, 0.075), ("M", 0.145, 0.095), ("L", 0.175, 0.095)]
)
def test_shut_sheet_has_the_size_on_the_box(size, width, height):
    design = load_design("surgical")
    sheet = cut_sheet(design, size)
    down, out = fold(sheet, np.zeros(sheet.columns.size))
    assert np.ptp(sheet.columns) == pytest.approx(width)
    assert np.ptp(down) == pytest.approx(height, abs=0.001)
    assert np.ptp(out) < 0.004
    unfolded = height + 6 * design.construction.pleats.depth_mm / 1000 * height / 0.095
    assert sheet.rows[-1] == pytest.approx(unfolded)


@pytest.mark.parametrize("opening", [0.0, 0.3, 0.7, 1.0])
def test_folding_keeps_every_length_down_the_columns(opening):
    sheet = cut_sheet(load_design("surgical"), "L")
    down, out = fold(sheet, np.full(sheet.columns.size, opening))
    step = np.hypot(np.diff(down, axis=0), np.diff(out, axis=0))
    np.testing.assert_allclose(step, np.broadcast_to(np.diff(sheet.rows)[:, None], step.shape), rtol=1e-9)
    assert np.ptp(out) < 0.014  # the pleats step in as far as they step out


def test_faces_look_away_from_the_face_and_pair_up_to_quads():
    sheet = cut_sheet(load_design("surgical"), "L")
    down, out = fold(sheet, np.ones(sheet.columns.size))
    points = np.stack([np.broadcast_to(sheet.columns, down.shape), -down, out], -1).reshape(-1, 3)
    faces = grid_faces(grid_ids(*down.shape))
    a, b, c = (points[faces[:, k]] for k in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()
    pairs = faces.reshape(-1, 2, 3)
    assert (pairs[:, 0, 0] == pairs[:, 1, 0]).all() and (pairs[:, 0, 2] == pairs[:, 1, 1]).all()
    assert set(np.unique(sheet.parts)) == {1, 2, 3}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("depth_mm: 12", "depth_mm: deep", ["construction.pleats.depth_mm", "deep"]),
        ("depth_mm: 12", "depth_cm: 1", ["pleats.depth_cm", "unknown key"]),
        ("bending: [1.7, 2.8]", "bending: [2.8, 1.7]", ["fabric.bending", "first number"]),
        ("[0.34, 0.53, 0.72]", "[0.34, 0.93, 0.72]", ["pleats", "at_height must rise"]),
        ("[black]", "[navy]", ["material", "navy"]),
        ("srgb: \"#9cc3dc\"", "srgb: blueish", ["light blue", "blueish"]),
        ("kind: pleated", "kind: !!python/object:os.system pleated", ["python/object", "not allowed"]),
    ],
)  # fmt: skip
def test_mistakes_in_a_design_are_named(old, new, said):
    from pipeline.assets import asset_folder

    text = (asset_folder("mask_library") / "surgical.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DesignError) as error:
        parse_design("surgical", text.replace(old, new, 1))
    for words in said:
        assert words in str(error.value)


def test_a_mistake_is_named_with_its_line():
    from pipeline.assets import asset_folder

    text = (asset_folder("mask_library") / "surgical.yaml").read_text(encoding="utf-8")
    for old, new in (("depth_mm: 12", "depth_mm: deep"), ("shear: [", "sheer: [")):
        line = text[: text.index(old)].count("\n") + 1
        with pytest.raises(DesignError, match=rf"surgical\.yaml line {line}: "):
            parse_design("surgical", text.replace(old, new, 1))


def test_unknown_design_lists_the_known_ones():
    with pytest.raises(DesignError, match="surgical"):
        load_design("plague doctor")


def test_material_is_reproducible_and_follows_the_weights():
    design = load_design("surgical")
    assert draw_material(design, np.random.default_rng(3)) == draw_material(design, np.random.default_rng(3))
    rng = np.random.default_rng(0)
    names = [draw_material(design, rng)["colour_name"] for _ in range(600)]
    total = sum(colour.weight for colour in design.material.colours.values())
    assert names.count("light blue") / 600 == pytest.approx(6 / total, abs=0.06)
