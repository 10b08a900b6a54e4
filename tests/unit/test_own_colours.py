"""What is of the colour of sure hair is hair, and what no bare face has is a thing; else nothing is told."""

import numpy as np
import pytest

from pipeline.faces.occluders.own_colours import like_others, unlike_the_face

SKIN, HAIR = np.array([0.0, 0.0, 0.0]), np.array([-0.9, -1.0, -1.1])


@pytest.fixture
def cells():
    """Colours (40, 40, 3): skin, hair in the left quarter, and a lock of it over the middle; and the lock."""
    rng = np.random.default_rng(0)
    hair = np.zeros((40, 40), bool)
    hair[:, :10] = True
    lock = np.zeros((40, 40), bool)
    lock[10:30, 18:22] = True
    colours = np.where((hair | lock)[..., None], HAIR, SKIN) + rng.normal(0, 0.05, (40, 40, 3))
    return colours, hair, lock


def test_a_lock_of_the_hair_beside_it_is_found_and_skin_beside_the_lock_is_not(cells):
    colours, hair, lock = cells
    chance = np.where(hair, 0.9, 0.03)
    chance[8:32, 15:25] = 0.3
    found = like_others(chance, colours, chance < 0.08, np.ones((40, 40), bool))
    assert found[lock].min() > 0.9
    assert found[~lock & ~hair].max() < 0.1


def test_where_hair_and_what_is_behind_it_are_alike_nothing_is_told(cells):
    _, hair, _ = cells
    colours = HAIR + np.random.default_rng(1).normal(0, 0.05, (40, 40, 3))
    chance = np.where(hair, 0.9, 0.03)
    chance[8:32, 15:25] = 0.3
    found = like_others(chance, colours, chance < 0.08, np.ones((40, 40), bool))
    assert np.median(found[8:32, 15:25]) == pytest.approx(0.3, abs=0.1)


def test_hair_that_is_not_seen_for_sure_tells_nothing(cells):
    colours, hair, _ = cells
    chance = np.where(hair, 0.6, 0.03)
    assert (like_others(chance, colours, chance < 0.08, np.ones((40, 40), bool)) == chance).all()


def test_a_colour_that_the_face_has_nowhere_is_a_things(cells):
    colours, hair, lock = cells
    chance = np.full((40, 40), 0.03)
    chance[8:32, 15:25] = 0.35
    bare = (chance < 0.08) & ~hair
    found = unlike_the_face(chance, colours, bare, np.ones((40, 40), bool))
    assert found[lock].min() > 0.9
    assert np.median(found[8:32, 15:25][~lock[8:32, 15:25]]) < 0.35
    # ... but not where the network sees no sign of one.
    assert found[hair].max() < 0.6
