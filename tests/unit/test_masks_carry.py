"""Drapes carried to other heads, and the bank that keeps them. The drapes are masks as they are laid."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.balance import AS_DESIGNED, Choice
from pipeline.masks.carry import bank
from pipeline.masks.carry.bank import Maker, Slot, fetch, filled, slot_for, slots
from pipeline.masks.carry.carry import Settled, bind_drape, carry_drape
from pipeline.masks.carry.field import bind, carry_points, face_skin, similarity
from pipeline.masks.carry.references import SHAPES, nearest_shape, reference_head
from pipeline.masks.collider import head_collider
from pipeline.masks.library import load_design
from pipeline.masks.place.place import place_mask
from pipeline.masks.proximity import closest, prepare
from pipeline.masks.size import choose_size, face_arc
from pipeline.masks.strain import thread_strain
from pipeline.records import CORDS, Rejected

DOWN = np.array([0.0, -1.0, 0.0])
CORRECT = Choice("surgical", "correct", AS_DESIGNED)


def place(choice, vertices, gravity, rng):
    return place_mask(load_design(choice.design), vertices, gravity, choice.wearing, rng)


def skin_of(vertices):
    under = head_collider(vertices)
    return prepare(under.vertices, under.faces)


def turned(degrees):
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])


@pytest.fixture(scope="module")
def on_mean_head():
    """A mask 1 cm off the mean head, its threads as long as they are where it hangs."""
    head = load_head().mean
    rest = place(CORRECT, head, DOWN, np.random.default_rng(3))
    rest = replace(rest, rest_vertices=rest.start_vertices)
    return bind_drape(Settled(rest, rest.start_vertices, 1e-5, head), skin_of(head))


def test_a_similarity_and_a_smooth_change_of_the_head_carry_points_with_them():
    head = load_head().mean
    rng = np.random.default_rng(0)
    points = head[rng.choice(face_skin(), 200)] + rng.normal(0, 0.004, (200, 3))
    moved = 1.07 * head @ turned(20).T + [0.01, 0.02, 0.03]
    scale, rotation, translation = similarity(head, moved, np.full(len(head), 1 / len(head)))
    assert scale == pytest.approx(1.07)
    np.testing.assert_allclose(rotation, turned(20), atol=1e-9)
    np.testing.assert_allclose(translation, [0.01, 0.02, 0.03], atol=1e-9)
    field = bind(points, head, face_skin())
    there, rotation = carry_points(field, points, moved)
    np.testing.assert_allclose(there, 1.07 * points @ turned(20).T + [0.01, 0.02, 0.03], atol=1e-9)

    def bulge(at):
        return at + np.stack([0 * at[:, 0], 0 * at[:, 0], 0.004 * np.sin(at[:, 0] / 0.04)], -1)

    there, _ = carry_points(field, points, bulge(head))
    assert np.median(np.linalg.norm(there - bulge(points), axis=1)) < 0.0004


def test_on_its_own_head_a_drape_stays_and_on_a_moved_one_it_moves_along(on_mean_head):
    settled = on_mean_head.settled
    sheet = np.unique(settled.rest.faces[~np.isin(settled.rest.parts, CORDS)])
    rest, vertices = carry_drape(on_mean_head, settled.head, skin_of(settled.head))
    assert np.linalg.norm(vertices - settled.vertices, axis=1)[sheet].max() < 0.0003
    assert rest.parameters["upper_edge_m"] == pytest.approx(settled.rest.parameters["upper_edge_m"])
    moved = settled.head @ turned(15).T + [0.0, 0.01, 0.0]
    _, there = carry_drape(on_mean_head, moved, skin_of(moved))
    away = np.linalg.norm(there - (vertices @ turned(15).T + [0.0, 0.01, 0.0]), axis=1)
    assert away[sheet].max() < 0.0005


@pytest.mark.parametrize("broader", [0.93, 1.07])
def test_on_another_head_threads_keep_their_length_and_loops_go_behind_its_ears(on_mean_head, broader):
    head = load_head()
    shape = np.random.default_rng(5).normal(size=80)
    vertices = head.shape(shape, np.zeros(43)) * broader
    skin = skin_of(vertices)
    rest, there = carry_drape(on_mean_head, vertices, skin)
    sheet = np.unique(rest.faces[~np.isin(rest.parts, CORDS)])
    assert np.quantile(np.abs(thread_strain(rest, there)), 0.99) < 0.03
    assert closest(skin, there[sheet]).distance.min() > -0.0003
    points = face_points(vertices)
    assert points.nose_tip[1] < there[rest.upper_edge[len(rest.upper_edge) // 2], 1] < points.pupils[0, 1]
    assert there[rest.lower_edge[len(rest.lower_edge) // 2], 1] < points.menton[1]
    for fastener, crease in zip(rest.fasteners, (head.ear_sulcus_left, head.ear_sulcus_right), strict=True):
        away = np.linalg.norm(fastener.over[:, None] - vertices[crease][None], axis=2).min(1)
        assert away.max() < 0.001


def test_every_size_has_reference_heads_that_are_given_it():
    design = load_design("surgical")
    for size in design.sizes:
        for shape in range(len(SHAPES)):
            head = reference_head(design, size, shape)
            assert choose_size(design, face_arc(head, face_points(head))) == size
            assert nearest_shape(design, size, head @ turned(10).T + 0.01) == shape


def made_by(counter, lost=()):
    """A maker whose drapes hang where they are laid; those of reference heads ``lost`` fail."""

    def settle(rest, vertices, gravity):
        counter.append(rest.parameters["tension"])
        if any(vertices is one or np.array_equal(vertices, one) for one in lost):
            raise Rejected("masks", "it slid off")
        return rest.start_vertices, 1e-5

    return Maker(load_design, place, settle, lambda design: "code")


def test_what_is_fetched_is_the_same_whether_it_was_stored_before_and_in_which_order(tmp_path):
    some = [Slot(CORRECT, "L", 0, number) for number in (0, 1)]
    first, second = [], []
    one = [fetch(tmp_path / "a", slot, made_by(first)) for slot in some]
    again = [fetch(tmp_path / "a", slot, made_by(first)) for slot in some]
    other = [fetch(tmp_path / "b", slot, made_by(second)) for slot in reversed(some)][::-1]
    assert len(first) == 2 and sorted(first) == sorted(second) and first[0] != first[1]
    for a, b, c in zip(one, again, other, strict=True):
        assert a.vertices.tobytes() == b.vertices.tobytes() == c.vertices.tobytes()
        assert a.rest.start_vertices.tobytes() == b.rest.start_vertices.tobytes()
        assert np.abs(a.vertices - a.rest.start_vertices).max() <= 0.51 * bank.STEP
    files = list((tmp_path / "a").glob("??/*.npz"))
    assert len(files) == 2 and max(file.stat().st_size for file in files) < 25_000


def test_a_drape_of_other_code_is_not_used_and_a_failure_is_kept_as_such(tmp_path):
    slot, calls = Slot(CORRECT, "L", 1, 0), []
    lost = made_by(calls, [reference_head(load_design("surgical"), "L", 1)])
    for _ in range(2):
        with pytest.raises(Rejected, match="slid off"):
            fetch(tmp_path, slot, lost)
    assert len(calls) == bank.DRAWS and filled(tmp_path, slot, lost)
    newer = replace(made_by(calls), digest=lambda design: "newer code")
    assert not filled(tmp_path, slot, newer)
    fetch(tmp_path, slot, newer)
    assert len(calls) == bank.DRAWS + 1


def test_a_draw_that_does_not_settle_gives_way_to_the_next(tmp_path):
    slot, calls = Slot(CORRECT, "L", 1, 0), []

    def settle(rest, vertices, gravity):
        calls.append(rest.parameters["tension"])
        if len(calls) == 1:
            raise Rejected("masks", "it slid off")
        return rest.start_vertices, 1e-5

    stubborn = replace(made_by([]), settle=settle)
    made = fetch(tmp_path, slot, stubborn)
    assert made.rest.parameters["tension"] == calls[1] != calls[0]
    assert fetch(tmp_path, slot, stubborn).rest.start_vertices.tobytes() == made.rest.start_vertices.tobytes()
    assert len(calls) == 2


def test_a_face_is_given_the_slot_of_its_size_and_a_tilted_head_none():
    head, design = load_head(), load_design("surgical")

    def slot(vertices=head.mean, gravity=DOWN, choice=CORRECT, number=0):
        return slot_for(design, choice, vertices, gravity, np.random.default_rng(number))

    small = slot(head.mean * 0.7)
    assert small.size == "S" and small in set(slots(design, CORRECT))
    assert {slot(number=number).number for number in range(20)} == set(range(bank.NUMBERS))
    tilted = np.array([0.0, -np.cos(0.4), np.sin(0.4)])
    assert slot(gravity=tilted).size == "L"
    with pytest.raises(Rejected, match="tilted"):
        slot(gravity=tilted, choice=Choice("surgical", "one_ear", AS_DESIGNED))
