"""The gallery: people who wear masks where they are, and pictures that are not made twice."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("bpy")

from pipeline.assets import asset_folder
from pipeline.cli.app import invoke
from pipeline.cli.masks import gallery
from pipeline.cli.masks.heads import CAST
from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.library import load_design
from pipeline.masks.material import draw_material
from pipeline.masks.size import choose_size, face_arc
from pipeline.records import PARTS, WornMask
from pipeline.studio import sitter
from pipeline.studio.materials.dress import PLAIN

SIZE = (80, 100)


@pytest.mark.slow
def test_a_person_wears_the_mask_where_it_is():
    head, ids = CAST[0].head(), load_head().points
    middle = head[ids["labiale_superius"]] + [0.0, 0.0, 0.06]
    corners = np.array([[-1, 1], [-1, -1], [1, -1], [1, 1]]) * 0.03
    faces, edge = np.array([[0, 1, 2], [0, 2, 3]], np.int32), np.array([0, 3], np.int32)
    plate = WornMask(
        "surgical",
        "L",
        "correct",
        {},
        middle + np.column_stack([corners, np.zeros(4)]),
        faces,
        corners[faces],
        np.full(2, PARTS.index("panel"), np.uint8),
        edge,
        edge[::-1],
        {},
    )
    material = draw_material(load_design("surgical"), np.random.default_rng(0))
    material |= {"colour": [0.6, 0.01, 0.01], "back_colour": [0.6, 0.01, 0.01], "print": None}
    front, side = sitter.render_sitter(
        CAST[0].person(), head, plate, material, PLAIN, [(0.0, 0.0), (88.0, 0.0)], SIZE, 4, seed=3
    )
    assert front.shape == (SIZE[1], SIZE[0], 3)
    colours = front.astype(int)
    rows, columns = np.nonzero((colours[..., 0] > 2.5 * colours[..., 1]) & (colours[..., 0] > 60))
    pixel = sitter.pixel_size(head, SIZE)
    assert len(rows) == pytest.approx((0.06 / pixel) ** 2, rel=0.3)
    assert columns.mean() == pytest.approx(SIZE[0] / 2 - 0.5, abs=1.5)
    # The wall is the same wherever the camera stands, and the person is before it.
    np.testing.assert_allclose(side[2, :3].astype(int), front[2, :3].astype(int), atol=6)
    assert np.abs(front[50, 40].astype(int) - front[2, 2]).max() > 20


def test_the_cast_has_heads_of_many_sizes():
    design = load_design("surgical")
    sizes = {choose_size(design, face_arc(one.head(), face_points(one.head()))) for one in CAST}
    assert len(sizes) > 1
    tones = sorted(one.person().complexion.melanin for one in CAST)
    assert tones[0] < 0.1 and tones[-1] > 0.7


def test_a_picture_is_made_once_for_the_same_design(tmp_path, monkeypatch, capfd):
    made = []

    def show(draping, design, number, say):
        made.append(design.name)
        return Image.new("RGB", gallery.LARGE, (90, 20 * number, 40))

    monkeypatch.setattr(gallery, "show_design", show)
    mine, out = tmp_path / "designs", tmp_path / "gallery"
    mine.mkdir()
    text = (asset_folder("mask_library") / "surgical.yaml").read_text(encoding="utf-8")
    (mine / "mine.yaml").write_text(text, encoding="utf-8")
    words = ["gallery", "mine", "kn95", "--library", str(mine), "--output", str(out)]
    assert invoke(words) == 0 and made == ["mine", "kn95"]
    assert invoke(words) == 0 and made == ["mine", "kn95"]
    (mine / "mine.yaml").write_text(text + "\n# changed\n", encoding="utf-8")
    assert invoke(words) == 0 and made == ["mine", "kn95", "mine"]
    page = (out / "README.md").read_text(encoding="utf-8")
    assert "(mine.jpg)" in page and "(kn95.jpg)" in page and "(surgical.jpg)" not in page
    assert {file.name for file in out.iterdir()} == {"README.md", "library.jpg", "mine.jpg", "kn95.jpg"}
    assert str(out / "README.md") in capfd.readouterr().out
