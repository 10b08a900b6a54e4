"""Ways of wearing, simulated: a wire that no one bent, and one mask over another."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from pipeline.draping import ground, real_draping  # noqa: E402
from pipeline.head.model import load_head  # noqa: E402
from pipeline.masks.balance import AS_DESIGNED, Choice  # noqa: E402
from pipeline.masks.checks import MOST_EDGE_GAP  # noqa: E402
from pipeline.masks.over_mask import put_under  # noqa: E402
from pipeline.masks.proximity import closest, prepare  # noqa: E402
from pipeline.masks.worn_place import misplaced  # noqa: E402
from pipeline.records import CORDS, Rejected  # noqa: E402

DOWN = np.array([0.0, -1.0, 0.0])


def put_on(choice, under=None, seed=5):
    """As the flow does it: the next settings where the first drape fails its checks."""
    draping, on = real_draping(), ground(load_head().mean, under)
    rest = draping.place(choice, on.head, DOWN, np.random.default_rng(seed))
    for attempt in range(draping.attempts):
        draped, motion = draping.drape(rest, on, DOWN, attempt)
        try:
            return draping.check(rest, draped, on, motion)
        except Rejected:
            if attempt == draping.attempts - 1:
                raise
    raise AssertionError


@pytest.mark.slow
def test_an_edge_whose_wire_is_not_bent_stands_off_farther_than_a_pressed_one_may():
    worn = put_on(Choice("surgical", "wire_unbent", AS_DESIGNED))
    assert worn.checks["edge_gap_mm"] > 2 * 1000 * MOST_EDGE_GAP
    assert worn.checks["penetration_mm"] == 0
    assert misplaced(worn, load_head().mean) == ""


@pytest.mark.slow
def test_a_mask_comes_to_rest_over_another_and_lies_outside_it():
    head, choice = load_head().mean, Choice("cloth_two_panel", "double", AS_DESIGNED)
    below = real_draping().inner(choice, np.random.default_rng(0))
    assert below == Choice("surgical", "correct", AS_DESIGNED)
    inner = put_on(below, seed=1)
    outer = put_on(choice, inner, seed=2)
    both = put_under(outer, inner, head)
    assert both.under is not None and both.under.checks["penetration_mm"] <= 0.3
    assert outer.checks["motion_mm"] < 0.02 and outer.checks["penetration_mm"] == 0
    # nothing of the inner sheet comes through the outer one, away from its border
    sheet = both.faces[~np.isin(both.parts, CORDS)]
    skin = prepare(both.vertices, sheet)
    points = both.under.vertices[np.unique(both.under.faces[~np.isin(both.under.parts, CORDS)])]
    near = closest(skin, points, 0.004)
    edges = np.concatenate([sheet[:, [0, 1]], sheet[:, [1, 2]], sheet[:, [2, 0]]])
    ends, count = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    rim = both.vertices[ends[count == 1]].mean(1)
    away = np.linalg.norm(points[:, None] - rim[None, ::3], axis=2).min(1) > 0.006
    through = (near.distance > 0) & (near.distance < 0.004) & away
    assert away.sum() > 0.8 * len(points) and not through.any()
