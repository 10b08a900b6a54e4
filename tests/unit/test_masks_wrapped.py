"""Neck gaiters and bandanas: sheets all the way around the head."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.collider import head_collider
from pipeline.masks.envelope import Envelope
from pipeline.masks.library import load_design
from pipeline.masks.place.around import DOWN_STEP, along_ring, meridians
from pipeline.masks.place.place import place_mask
from pipeline.masks.proximity import closest, prepare
from pipeline.records import RestMask

DOWN = np.array([0.0, -1.0, 0.0])


def _placed(name: str, wearing: str = "correct", seed: int = 0) -> tuple[np.ndarray, RestMask]:
    head = load_head()
    rng = np.random.default_rng(seed)
    vertices = head.shape(rng.normal(size=80) * (seed > 0), np.zeros(len(head.expression_names)))
    return vertices, place_mask(load_design(name), vertices, DOWN, wearing, rng)


def test_meridians_of_a_cone_keep_their_length() -> None:
    heights, angles = np.arange(-0.2, 0.1, 0.0025), np.radians(np.arange(-180.0, 181.0, 1.5))
    radius = np.broadcast_to(0.1 + 0.5 * heights[:, None], (heights.size, angles.size))
    cone = Envelope(-0.08, heights, angles, np.ascontiguousarray(radius))
    lines = meridians(cone, np.linspace(-np.pi, np.pi, 9), np.full(9, 0.05), 0.1)
    steps = np.linalg.norm(np.diff(lines.points, axis=1), axis=2)
    assert np.allclose(steps, DOWN_STEP, rtol=1e-3)
    assert np.allclose(np.linalg.norm(lines.outward, axis=2), 1)
    # outwards is at right angles to the way down
    along = np.diff(lines.points, axis=1)
    assert np.abs((along * lines.outward[:, :-1]).sum(2)).max() < 1e-2 * DOWN_STEP


def test_lengths_along_a_ring_are_counted_from_its_middle() -> None:
    turn = np.linspace(-np.pi, np.pi, 721)
    ring = 0.1 * np.stack([np.sin(turn), np.zeros_like(turn), np.cos(turn)], -1)
    assert np.allclose(along_ring(ring), 0.1 * turn, atol=1e-5)


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


def test_more_cloth_lies_below_the_chin_than_the_way_is_long() -> None:
    vertices, rest = _placed("gaiter")
    ids = rest.patches[0].ids
    column = rest.start_vertices[ids[:, ids.shape[1] // 2]]
    below = column[column[:, 1] < face_points(vertices).menton[1]]
    cloth = np.linalg.norm(np.diff(below, axis=0), axis=1).sum()
    way = np.linalg.norm(below[-1] - below[0])
    assert 1.1 < cloth / way < 1 + 2 * rest.parameters["bunching"]


def test_same_seed_same_start() -> None:
    assert np.array_equal(_placed("bandana")[1].start_vertices, _placed("bandana")[1].start_vertices)
