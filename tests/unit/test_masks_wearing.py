"""Ways of wearing a mask, before the solver runs: what each covers, and how its loops run."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.checks import judge
from pipeline.masks.collider import head_collider
from pipeline.masks.cords import lace
from pipeline.masks.library import load_design
from pipeline.masks.place.place import place_mask
from pipeline.masks.proximity import closest, prepare
from pipeline.masks.worn_place import PLACES, covers, misplaced
from pipeline.records import CORDS, Rejected, WornMask

DOWN = np.array([0.0, -1.0, 0.0])
DESIGNS = ("surgical", "surgical_ties", "cloth_pleated", "window")


def started(rest):
    """The mask where the solver starts, as if it were worn so."""
    return WornMask(
        rest.design, rest.size, rest.wearing, rest.parameters, rest.start_vertices, rest.faces, rest.uv,
        rest.parts, rest.upper_edge, rest.lower_edge, {},
    )  # fmt: skip


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_way_of_wearing_starts_outside_the_head_and_covers_what_it_should(design, seed):
    head, made = load_head(), load_design(design)
    vertices = head.shape(np.random.default_rng(seed).normal(size=80) * (seed > 0), np.zeros(43))
    under = head_collider(vertices)  # what hangs from one ear reaches below the head model, to the chest
    skin = prepare(under.vertices, under.faces)
    for wearing in made.wearing:
        rest = place_mask(made, vertices, DOWN, wearing, np.random.default_rng(seed))
        sheet = np.unique(rest.faces[~np.isin(rest.parts, CORDS)])
        assert closest(skin, rest.start_vertices[sheet]).distance.min() > 0.0, wearing
        assert wearing in PLACES
        assert misplaced(started(rest), vertices) == "", wearing


def test_a_wrong_way_of_wearing_is_named():
    vertices = load_head().mean
    rest = place_mask(load_design("surgical"), vertices, DOWN, "under_nose", np.random.default_rng(1))
    worn = started(rest)
    assert misplaced(replace(worn, wearing="correct"), vertices) == "the mask leaves the tip of the nose bare"
    assert misplaced(replace(worn, wearing="one_ear"), vertices) == "the mask covers the mouth"


def test_cloth_covers_what_lies_behind_it():
    square = np.array([[0, 0, 0.0], [0, 1, 0], [1, 1, 0], [1, 0, 0]])
    worn = started(
        place_mask(load_design("surgical"), load_head().mean, DOWN, "correct", np.random.default_rng(1))
    )
    worn = replace(
        worn, vertices=square, faces=np.array([[0, 1, 2], [0, 2, 3]], np.int32), parts=np.ones(2, np.uint8)
    )
    points = np.array([[0.2, 0.7, -0.5], [0.7, 0.2, -0.5], [0.5, 0.5, 0.5], [1.2, 0.5, -0.5]])
    assert covers(worn, points).tolist() == [True, True, False, False]


def test_crossed_loops_run_below_the_ear_first():
    vertices = load_head().mean
    straight, crossed = (
        place_mask(load_design("surgical"), vertices, DOWN, wearing, np.random.default_rng(2))
        for wearing in ("correct", "loops_crossed")
    )
    for one, other in zip(straight.fasteners, crossed.fasteners, strict=True):
        np.testing.assert_array_equal(one.over, other.over[::-1])
        ends = [crossed.pin_targets[strand[-1]].mean(0)[1] for strand in other.strands]
        assert ends[0] < ends[1]  # the upper corner's strand ends at the lobe


def test_a_mask_on_one_ear_has_one_loop_that_dangles():
    vertices, design = load_head().mean, load_design("surgical")
    rest = place_mask(design, vertices, DOWN, "one_ear", np.random.default_rng(3))
    free = [fastener for fastener in rest.fasteners if not len(fastener.over)]
    held = [fastener for fastener in rest.fasteners if len(fastener.over)]
    assert len(free) == len(held) == 1
    # the loop that holds it is as long as the maker's, its way behind the ear included, and hardly stretched
    around = np.linalg.norm(np.diff(held[0].over, axis=0), axis=1).sum()
    reach = sum(
        np.linalg.norm(rest.start_vertices[root[1]].mean(0) - rest.pin_targets[strand[-1]].mean(0))
        for root, strand in zip(held[0].roots, held[0].strands, strict=True)
    )
    assert 0.95 < (reach + around) / (design.fasteners.length_mm / 1000) < 1.12
    # the other hangs lowest of all, and is as long
    cord = lace(free[0], rest.start_vertices, prepare(vertices, load_head().collider_faces))
    sheet = np.unique(rest.faces[~np.isin(rest.parts, CORDS)])
    assert cord.vertices[:, 1].min() < rest.start_vertices[sheet, 1].min()
    middle = cord.vertices[:-2].reshape(-1, 8, 3).mean(1)[1:-1]
    long = np.linalg.norm(np.diff(middle, axis=0), axis=1).sum()
    assert long == pytest.approx(design.fasteners.length_mm / 1000, rel=0.08)


def test_the_window_is_before_the_mouth_and_nowhere_else():
    vertices = load_head().mean
    worn = started(place_mask(load_design("window"), vertices, DOWN, "correct", np.random.default_rng(1)))
    film = worn.vertices[np.unique(worn.faces[worn.parts == 7])]
    mouth = vertices[load_head().points["labiale_inferius"]]
    assert (film.min(0)[:2] < mouth[:2]).all() and (film.max(0)[:2] > mouth[:2]).all()
    nose, chin = face_points(vertices).nose_tip[1], face_points(vertices).menton[1]
    assert chin < film[:, 1].min() and film[:, 1].max() < nose + 0.005


def test_a_drape_that_slid_from_where_its_label_says_is_rejected():
    vertices = load_head().mean
    rest = place_mask(load_design("surgical"), vertices, DOWN, "under_nose", np.random.default_rng(1))
    measured = dict.fromkeys(("penetration_mm", "motion_mm", "p99_stretch", "p99_strain"), 0.0)
    worn = replace(started(rest), checks={**measured, "self_penetration_mm": 0.0})
    judge(worn, vertices)
    with pytest.raises(Rejected, match="worn one ear, the mask covers the mouth"):
        judge(replace(worn, wearing="one_ear"), vertices)
