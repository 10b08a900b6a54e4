"""Weights over what designs know: what is drawn, how often, and what cannot be."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipeline.config import MasksConfig
from pipeline.dataset.distribution import distribution, kinds_of
from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.balance import AS_DESIGNED, Offer, draw_choice, offer_of, problems, shares
from pipeline.masks.library import load_design
from pipeline.masks.material import draw_material
from pipeline.masks.nose import LEVELS, cover_nose
from pipeline.masks.place.place import place_mask
from pipeline.seeds import spread_out

CUP = Offer(("correct",), ("correct",), {"felt": 1.0}, {"white": 1.0}, {"plain": 1.0})
SOFT = Offer(
    ("correct", "under_nose", "one_ear"),
    ("correct",),
    {"cotton": 3.0, "denim": 1.0},
    {"white": 1.0, "red": 1.0, "black": 2.0},
    {"plain": 1.0, "dots": 1.0},
)
OFFERS = {"surgical": SOFT, "cup": CUP}


def config(**values) -> MasksConfig:
    # Only the packaged design passes the schema's own check of names; the other one is added behind it.
    designs = values.pop("designs", {"surgical": 1.0, "cup": 1.0})
    return MasksConfig.model_validate(values).model_copy(update={"designs": designs})


def test_draws_come_as_often_as_their_shares_say():
    wanted = config(
        designs={"surgical": 3.0, "cup": 1.0},
        wearing={"correct": 1.0, "under_nose": 1.0},
        coverage={"high": 1.0, "low": 3.0},
    )
    expected = shares(wanted, OFFERS)
    # Known by hand: the cup is only worn correctly, and coverage is only drawn where the nose is covered.
    assert expected["design"] == pytest.approx({"surgical": 0.75, "cup": 0.25})
    assert expected["wearing"] == pytest.approx({"correct": 0.625, "under_nose": 0.375})
    assert expected["nose"] == pytest.approx({"high": 0.625 / 4, "low": 0.625 * 3 / 4, "none": 0.375})
    assert expected["colour"] == pytest.approx({"white": 0.25 + 0.75 / 4, "red": 0.75 / 4, "black": 0.75 / 2})
    count = 4000
    drawn = [draw_choice(wanted, OFFERS, np.random.default_rng([7, k]).random(3)) for k in range(count)]
    for kind in ("design", "wearing"):
        seen = Counter(getattr(one, kind) for one in drawn)
        for name, share in expected[kind].items():
            assert abs(seen[name] - count * share) < 4 * np.sqrt(count * share * (1 - share))
    assert all((one.coverage == AS_DESIGNED) == (one.wearing != "correct") for one in drawn)


def test_the_variants_of_one_face_are_spread_out():
    wanted = config(designs={"surgical": 2.0, "cup": 1.0})

    def cups(points: list[np.ndarray]) -> float:
        return float(np.mean([draw_choice(wanted, OFFERS, point).design == "cup" for point in points]))

    faces = [lambda face=face: np.random.default_rng([3, face]) for face in range(200)]
    spread = [cups([spread_out(rng(), variant) for variant in range(6)]) for rng in faces]
    chance = [cups([point for point in rng().random((6, 3))]) for rng in faces]
    assert abs(np.mean(spread) - 1 / 3) < 0.02
    assert np.std(spread) < 0.7 * np.std(chance)


def test_a_design_that_lacks_what_is_asked_for_is_not_drawn():
    wanted = config(colours={"red": 1.0, "black": 1.0}, prints={"dots": 1.0})
    drawn = {draw_choice(wanted, OFFERS, np.random.default_rng(k).random(3)).design for k in range(50)}
    assert drawn == {"surgical"} and shares(wanted, OFFERS)["colour"] == {"red": 0.5, "black": 0.5}
    assert problems(wanted, OFFERS) == []


def test_cloth_of_its_print_s_ground_is_expected_under_a_colour_of_its_own():
    design = load_design("bandana")
    expected = shares(config(designs={"bandana": 1.0}), {"bandana": offer_of(design)})["colour"]
    count = 1500
    drawn = Counter(draw_material(design, np.random.default_rng([5, k]))["colour_name"] for k in range(count))
    assert expected.keys() >= drawn.keys() and 0 < expected["printed"] < 1
    for name, share in expected.items():
        assert abs(drawn[name] - count * share) < 4 * np.sqrt(count * share * (1 - share))


def test_every_design_can_wear_a_picture():
    wanted = config(prints={"picture": 1.0}, pictures=["a.png"])
    assert problems(wanted, OFFERS) == []
    assert shares(wanted, OFFERS)["print"] == {"picture": 1.0}


def test_the_order_of_the_weights_changes_nothing():
    one = config(designs={"surgical": 1.0, "cup": 2.0}, wearing={"correct": 1.0, "one_ear": 2.0})
    other = config(designs={"cup": 2.0, "surgical": 1.0}, wearing={"one_ear": 2.0, "correct": 1.0})
    for k in range(50):
        first, second = (draw_choice(c, OFFERS, np.random.default_rng(k).random(3)) for c in (one, other))
        assert first == second


def test_what_no_draw_can_come_of_is_named():
    (unknown,) = problems(config(wearing={"correct": 1.0, "undernose": 2.0}), OFFERS)
    assert unknown == (
        "masks.wearing.undernose = 2: no chosen design knows it; allowed: correct, one_ear, under_nose"
    )
    nothing = config(designs={"cup": 1.0}, wearing={"one_ear": 1.0})
    (left,) = problems(nothing, OFFERS)
    assert "no design is left" in left and "cup" in left and "masks.wearing (one_ear)" in left
    with pytest.raises(ValueError, match="no design is left"):
        draw_choice(nothing, OFFERS, np.zeros(3))


def test_coverage_is_only_drawn_where_the_nose_is_covered():
    offer = offer_of(load_design("surgical"))
    bare = {"under_nose", "under_chin", "one_ear"}
    assert set(offer.covering) == set(offer.wearing) - bare and bare <= set(offer.wearing)


@pytest.mark.parametrize("seed", range(6))
def test_nose_coverage_puts_the_upper_edge_into_its_third(seed):
    head = load_head()
    vertices = head.shape(np.random.default_rng(seed).normal(size=80), np.zeros(43))
    tip, root = (vertices[head.points[name], 1] for name in ("pronasale", "sellion"))
    level = face_points(vertices).pupils[:, 1].mean()
    for third, name in enumerate(("low", "medium", "high")):
        design = cover_nose(load_design("surgical"), "correct", name, vertices)
        rest = place_mask(
            design, vertices, np.array([0.0, -1.0, 0.0]), "correct", np.random.default_rng(seed)
        )
        edge = (level - rest.parameters["upper_edge_m"] - tip) / (root - tip)
        assert third / 3 < edge < (third + 1) / 3
    assert set(LEVELS) == {"low", "medium", "high"}


def test_a_data_set_is_counted_beside_what_was_wanted():
    def row(wearing: str, printed: str | None) -> dict[str, str]:
        material = {"fabric": "cotton", "colour_name": "red", "print": printed and {"name": printed}}
        mask = {"design": "surgical", "size": "M", "wearing": wearing, "coverage": {"nose": "high"}}
        return kinds_of({"mask": {**mask, "material": material}})

    rows = [row("correct", None), row("correct", "dots"), row("under_nose", None), row("correct", None)]
    found = distribution(rows, {"wearing": {"correct": 0.5, "askew": 0.5}})
    assert found["wearing"]["correct"] == {"samples": 3, "share": 0.75, "wanted": 0.5}
    assert found["wearing"]["askew"] == {"samples": 0, "share": 0.0, "wanted": 0.5}
    assert found["wearing"]["under_nose"]["wanted"] == 0.0
    assert found["print"] == {
        "dots": {"samples": 1, "share": 0.25, "wanted": None},
        "plain": {"samples": 3, "share": 0.75, "wanted": None},
    }
