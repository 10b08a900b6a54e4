"""The flat drawing of a mask against the maker's dimensions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.head.model import load_head
from pipeline.masks.flat import flat_pattern
from pipeline.masks.library import load_design
from pipeline.masks.place.place import place_mask
from pipeline.records import Float, RestMask

WIDTH, HEIGHT = 0.175, 0.095 + 3 * 2 * 0.012  # m: size L, unfolded


@pytest.fixture(scope="module")
def rest() -> RestMask:
    down, rng = np.array([0.0, -1.0, 0.0]), np.random.default_rng(0)
    return place_mask(load_design("surgical"), load_head().mean, down, "correct", rng)


def length(lines: Float) -> float:
    return float(np.linalg.norm(lines[:, 0] - lines[:, 1], axis=1).sum())


def test_a_pleated_sheet_is_one_rectangle_with_six_folds(rest):
    drawn = flat_pattern(rest)
    assert rest.size == "L" and len(drawn.pieces) == 1
    np.testing.assert_allclose(drawn.extent, [WIDTH, HEIGHT], atol=1e-6)
    assert length(drawn.outlines) == pytest.approx(2 * (WIDTH + HEIGHT), abs=1e-6)
    assert length(drawn.folds) == pytest.approx(6 * WIDTH, abs=1e-6)
    sides = np.concatenate(list(drawn.areas.values()))
    a, b = sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0]
    assert np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / 2 == pytest.approx(WIDTH * HEIGHT, abs=1e-9)
    assert {"panel", "edge", "wire"} == set(drawn.areas)


def test_pieces_that_lie_on_each_other_are_drawn_apart(rest):
    faces = np.concatenate([rest.faces, rest.faces + len(rest.rest_vertices)]).astype(np.int32)
    twice = replace(
        rest,
        faces=faces,
        rest_vertices=np.concatenate([rest.rest_vertices] * 2),
        uv=np.concatenate([rest.uv, rest.uv + np.array([0.05, 0.013])]),
        parts=np.concatenate([rest.parts] * 2),
    )
    first, second = flat_pattern(twice).pieces
    for piece in (first, second):
        np.testing.assert_allclose(piece[1] - piece[0], [WIDTH, HEIGHT], atol=1e-6)
    assert (np.maximum(first[0], second[0]) > np.minimum(first[1], second[1])).any()
