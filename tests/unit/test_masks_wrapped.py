"""Neck gaiters and bandanas: sheets all the way around the head."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.collider import head_collider
from pipeline.masks.design.wrapped import Kerchief, Tube
from pipeline.masks.library import load_design
from pipeline.masks.pattern.grid import quads_of, sides_of
from pipeline.masks.place.around import beside_ears
from pipeline.masks.place.kerchief import _gathered
from pipeline.masks.place.place import place_mask
from pipeline.masks.place.seat import find_seat
from pipeline.masks.place.sleeve import sleeve_around
from pipeline.masks.proximity import closest, prepare
from pipeline.records import RestMask

DOWN = np.array([0.0, -1.0, 0.0])


def _placed(name: str, wearing: str = "correct", seed: int = 0) -> tuple[np.ndarray, RestMask]:
    head = load_head()
    rng = np.random.default_rng(seed)
    vertices = head.shape(rng.normal(size=80) * (seed > 0), np.zeros(len(head.expression_names)))
    return vertices, place_mask(load_design(name), vertices, DOWN, wearing, rng)


def test_a_gaiter_is_a_tube() -> None:
    _, rest = _placed("gaiter")
    ids = rest.patches[0].ids
    assert np.array_equal(ids[:, 0], ids[:, -1])
    edges = np.concatenate([rest.faces[:, [k, (k + 1) % 3]] for k in range(3)])
    _, count = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    assert count.max() == 2
    assert (count == 1).sum() == 2 * (ids.shape[1] - 1)  # the upper and the lower rim


@pytest.mark.parametrize("name", ["gaiter", "bandana"])
@pytest.mark.parametrize("seed", [0, 2])
def test_a_wrapped_sheet_starts_off_the_skin_from_the_bridge_to_below_the_chin(name: str, seed: int) -> None:
    vertices, rest = _placed(name, seed=seed)
    collider = head_collider(vertices)
    above_collar = rest.start_vertices[rest.start_vertices[:, 1] > vertices[:, 1].min() + 0.03]
    assert closest(prepare(collider.vertices, collider.faces), above_collar).distance.min() > 0.001
    points = face_points(vertices)
    middle = rest.start_vertices[rest.upper_edge[len(rest.upper_edge) // 2]]
    level = points.pupils[:, 1].mean()
    assert middle[1] == pytest.approx(level - rest.parameters["upper_edge_m"], abs=0.004)
    assert rest.start_vertices[rest.lower_edge, 1].min() < points.menton[1] - 0.03
    edge = rest.start_vertices[rest.upper_edge]
    assert edge[0, 0] < 0 < edge[-1, 0]
    assert edge[:, 1].argmax() == pytest.approx(len(edge) // 2, abs=2)  # highest on the nose


@pytest.mark.parametrize("name", ["gaiter", "bandana"])
def test_pulled_down_the_nose_is_bare(name: str) -> None:
    vertices, rest = _placed(name, "under_nose")
    top = rest.start_vertices[rest.upper_edge]
    assert top[:, 1].max() < face_points(vertices).nose_base[1]
    assert (rest.pins[rest.upper_edge] < 1).any()


def test_a_gaiter_at_ease_is_as_wide_as_its_size_says_and_narrows_to_the_neck() -> None:
    _, rest = _placed("gaiter")
    ids = rest.patches[0].ids
    around = np.linalg.norm(np.diff(rest.rest_vertices[ids], axis=1), axis=2).sum(1)
    design = load_design("gaiter")
    box, cut = design.sizes[rest.size], design.construction
    assert isinstance(cut, Tube)
    assert around[0] == pytest.approx(2 * box.width_mm / 1000, rel=1e-3)
    assert around[-1] == pytest.approx(2 * box.width_mm / 1000 * cut.neck, rel=1e-3)
    assert (np.diff(around) < 1e-4).all()
    # the head stretches its upper edge; nowhere is it laid so that it would crumple
    worn = np.linalg.norm(np.diff(rest.start_vertices[ids], axis=1), axis=2).sum(1) / around
    assert 1.02 < worn[0] < 1.2
    assert (worn > 0.94).all()


def test_a_gaiter_has_gathers_below_the_chin_and_none_above() -> None:
    vertices, rest = _placed("gaiter")
    middle = rest.start_vertices[rest.patches[0].ids][:, rest.patches[0].ids.shape[1] // 2]
    bent = np.diff(middle[:, 2], 2)
    chin = face_points(vertices).menton[1]
    turns = np.diff(np.sign(bent)) != 0
    below = middle[1:-2, 1] < chin
    assert turns[below].sum() >= 4
    assert np.abs(bent[:-1][middle[1:-2, 1] > chin + 0.02]).max() < 0.5 * np.abs(bent[:-1][below]).max()


def test_a_bandana_at_ease_is_hardly_stretched_against_the_flat_cloth() -> None:
    _, rest = _placed("bandana")
    faces = rest.faces[: 2 * np.prod(np.array(rest.patches[0].ids.shape) - 1)]
    flat = np.zeros((len(rest.rest_vertices), 2))
    flat[faces] = rest.uv[: len(faces)]
    ends = sides_of(quads_of(faces))
    cloth = np.linalg.norm(flat[ends[:, 0]] - flat[ends[:, 1]], axis=1)
    laid = np.linalg.norm(rest.rest_vertices[ends[:, 0]] - rest.rest_vertices[ends[:, 1]], axis=1)
    low, middle, high = np.quantile(laid / cloth, [0.1, 0.5, 0.9])
    assert middle == pytest.approx(1, abs=0.015)
    assert 0.93 < low < high < 1.06


def test_a_bandana_is_tied_behind_the_head() -> None:
    vertices, rest = _placed("bandana", seed=2)
    sheet, lump, *tails = (rest.start_vertices[patch.ids] for patch in rest.patches)
    ends = np.stack([sheet[:, 0], sheet[:, -1]])
    assert np.linalg.norm(ends[0, 0] - ends[1, 0]) < 0.02
    assert np.abs(lump[..., 0].mean() - ends[..., 0].mean()) < 0.01  # on the gap between the ends
    assert lump[..., 2].min() < ends[..., 2].min()  # behind them
    collider = head_collider(vertices)
    skin = prepare(collider.vertices, collider.faces)
    for tail in tails:
        assert tail[-1, :, 1].max() < tail[0, :, 1].min() - 0.03
        assert closest(skin, tail.reshape(-1, 3)).distance.min() > 0.001
    for patch in rest.patches[1:]:
        assert (rest.pins[patch.ids] == 1).all()
        assert rest.bound[patch.ids].all()


def test_a_kerchief_is_gathered_by_turning_up_not_by_shortening() -> None:
    half, depth, tied = 0.39, 0.2, 0.1
    across = np.linspace(-half + tied, half - tied, 41)
    down = np.linspace(0, 1, 25)[:, None] * depth * (1 - np.abs(across) / half)
    cut = load_design("bandana").construction
    assert isinstance(cut, Kerchief)
    along, below, off = _gathered(across, down, half, depth, tied, cut)
    # every thread's end is as far from the corner as on the flat cloth
    far = np.hypot(half - np.abs(along), below)
    assert np.allclose(far, np.hypot(half - np.abs(across), down), atol=2e-4)
    assert below[-1, 0] == pytest.approx(cut.knot_mm / 1000, rel=0.3)
    assert (off > -1e-4).all() and np.abs(off[:, 20]).max() < 1e-3
    assert np.allclose(along[:, 20], 0, atol=0.005)


def test_a_sleeve_is_as_wide_as_the_cloth_and_off_the_skin() -> None:
    vertices = load_head().mean
    seat = find_seat(load_design("gaiter"), vertices, DOWN, "correct", np.random.default_rng(0))
    narrow = sleeve_around(seat, beside_ears(seat, "under"), 0.004, 0.0)
    wide = sleeve_around(seat, beside_ears(seat, "under"), 0.004, narrow.girth + 0.03)
    assert wide.girth == pytest.approx(narrow.girth + 0.03, abs=0.001)
    assert narrow.tight == pytest.approx(narrow.girth - 2 * np.pi * 0.0026, abs=1e-6)
    collider = head_collider(vertices)
    hung = narrow.hang(np.linspace(-0.1, 0.1, 9), np.linspace(0, 0.09, 9)[:, None] * np.ones(9), 0.05, DOWN)
    assert closest(prepare(collider.vertices, collider.faces), hung.reshape(-1, 3)).distance.min() > 0.002


def test_same_seed_same_start() -> None:
    assert np.array_equal(_placed("bandana")[1].start_vertices, _placed("bandana")[1].start_vertices)
