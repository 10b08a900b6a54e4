"""Moulded shells, the straps that hold them, and valves in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.collider import head_collider
from pipeline.masks.design.moulded import Moulded
from pipeline.masks.hardware import add_valve, flatten_seat
from pipeline.masks.library import DesignError, load_design, parse_design
from pipeline.masks.loops import SPACING, taut
from pipeline.masks.pattern.moulded import cut_shell
from pipeline.masks.place.place import place_mask
from pipeline.masks.place.straps import around_head
from pipeline.masks.proximity import closest, prepare
from pipeline.records import PARTS, Hardware

DOWN = np.array([0.0, -1.0, 0.0])
CUP = load_design("n95_cup")


def test_shell_has_the_makers_size_and_no_gap_between_its_patches() -> None:
    shell, box = cut_shell(CUP, "regular"), CUP.sizes["regular"]
    extent = np.ptp(shell.points, axis=0) * 1000
    assert extent[0] == pytest.approx(box.width_mm, abs=0.5)
    assert extent[1] == pytest.approx(box.height_mm, abs=0.5)
    cut = CUP.construction
    assert isinstance(cut, Moulded)
    assert shell.points[:, 2].max() * 1000 == pytest.approx(cut.dome.depth * box.height_mm, abs=0.5)
    rim = shell.points[shell.rings[-1]] * 1000
    for down, out, forward in cut.outline:
        place = np.array([out * box.width_mm / 2, -down * box.height_mm, forward])
        assert np.linalg.norm(rim - place, axis=1).min() < 3.5  # within a step of the grid
    # every edge has two faces but those of the rim, which is one closed line
    edges = np.concatenate([shell.faces[:, [k, (k + 1) % 3]] for k in range(3)])
    _, first, count = np.unique(np.sort(edges, axis=1), axis=0, return_index=True, return_counts=True)
    assert count.max() == 2
    assert set(edges[first[count == 1]].ravel()) == set(shell.rings[-1])
    assert (count == 1).sum() == shell.rings.shape[1]


def test_shell_is_symmetric_faces_outwards_and_has_nearly_square_quads() -> None:
    shell = cut_shell(CUP, "regular")
    assert cKDTree(shell.points).query(shell.points * [-1, 1, 1])[0].max() < 1e-6
    quads = shell.points[np.concatenate([shell.faces[::2], shell.faces[1::2, 2:]], axis=1)]
    normal = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
    assert (normal[:, 2] > 0).all()
    sides = np.linalg.norm(np.roll(quads, -1, 1) - quads, axis=2)
    assert (sides.max(1) / sides.min(1)).max() < 2.6


def test_the_clip_is_as_long_as_the_design_says() -> None:
    shell = cut_shell(CUP, "regular")
    wire = shell.points[np.unique(shell.faces[shell.parts == PARTS.index("wire")])]
    assert CUP.wire is not None
    middle = wire[np.argsort(wire[:, 0])]
    along = np.linalg.norm(np.diff(middle[::2], axis=0), axis=1).sum() * 1000
    assert along == pytest.approx(CUP.wire.length_mm, rel=0.2)
    assert np.linalg.norm(wire.mean(0)[0]) < 1e-6


def test_a_band_around_a_ball_is_a_circle() -> None:
    head = load_head()
    away = head.mean - head.mean.mean(0)
    ball = 0.1 * away / np.linalg.norm(away, axis=1, keepdims=True)
    hooks, back = np.array([[0.08, 0.0, 0.06], [-0.08, 0.0, 0.06]]), np.array([0.0, 0.03, -0.09])
    line = around_head(ball, hooks, back)
    assert np.allclose(line[[0, -1]], hooks, atol=1e-6)
    normal = np.cross(hooks[0] - hooks[1], back - hooks.mean(0))
    assert np.abs((line - hooks[0]) @ (normal / np.linalg.norm(normal))).max() < 1e-6
    reach = np.linalg.norm(line[4:-4], axis=1)
    assert reach.min() > 0.095 and reach.max() < 0.1001  # chords of the ball's facets


def test_long_cords_have_points_close_together() -> None:
    floor = prepare(np.array([[0.3, -1.0, 0], [0.32, -1, 0], [0.3, -1, 0.02]]), np.array([[0, 2, 1]]))
    path = np.array([[0.0, 0.01, 0], [0.01, 0.01, 0], [0.3, 0.3, 0.0], [0.69, 0.01, 0], [0.7, 0.01, 0]])
    line = taut(path, 2, floor, 0.001)
    assert np.linalg.norm(np.diff(line[1:-1], axis=0), axis=1).max() < 1.2 * SPACING


def test_straps_pass_above_and_below_the_ears_and_are_pinned_there() -> None:
    head = load_head()
    rest = place_mask(CUP, head.mean, DOWN, "correct", np.random.default_rng(0))
    ears = face_points(head.mean).ear_creases
    upper, lower = rest.fasteners
    assert upper.part == PARTS.index("strap")
    assert upper.over[0, 1] > ears[0][:, 1].max() and lower.over[0, 1] < ears[0][:, 1].min()
    assert upper.over[:, 1].max() > upper.over[0, 1] + 0.02  # it rises to the crown
    for band in (upper, lower):
        for strand in band.strands:
            assert (rest.pins[strand[-1]] == 1).all()
            slack = np.linalg.norm(np.diff(rest.rest_vertices[strand].mean(1), axis=0), axis=1).sum()
            taut_ = np.linalg.norm(rest.pin_targets[strand[-1]].mean(0) - rest.pin_targets[strand[0]].mean(0))
            assert taut_ > 1.1 * slack


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_the_cup_starts_outside_the_head_and_reaches_over_the_chin(seed: int) -> None:
    head = load_head()
    rng = np.random.default_rng(seed)
    vertices = head.shape(rng.normal(size=80) * (seed > 0), np.zeros(len(head.expression_names)))
    rest = place_mask(CUP, vertices, DOWN, "correct", rng)
    collider = head_collider(vertices)
    assert closest(prepare(collider.vertices, collider.faces), rest.start_vertices).distance.min() > 0
    sheet = np.unique(np.concatenate([patch.ids.ravel() for patch in rest.patches]))
    seated = rest.start_vertices[sheet]
    assert seated[:, 1].min() < face_points(vertices).menton[1]


def test_a_valve_sits_on_the_sheet_where_it_should() -> None:
    shell = cut_shell(CUP, "regular")
    hardware = Hardware(np.array([0.0, -0.085]), 0.034, 0.030, 0.008, rectangular=True)
    piece = add_valve(hardware, shell.points, shell.faces, shell.uv)
    gap = cKDTree(shell.points).query(piece.vertices)[0]
    assert gap.max() < 0.012
    assert np.ptp(piece.vertices[:, 0]) == pytest.approx(0.034, abs=1e-4)
    foot = shell.uv.reshape(-1, 2)[
        cKDTree(shell.points[shell.faces.ravel()]).query(piece.vertices.mean(0))[1]
    ]
    assert np.allclose(foot, hardware.at, atol=0.006)
    corner = piece.vertices[piece.faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    assert (normal * (corner.mean(1) - piece.vertices.mean(0))).sum() > 0  # faces away from its middle
    with pytest.raises(ValueError, match="beside the mask"):
        add_valve(replace(hardware, at=np.array([0.5, 0.5])), shell.points, shell.faces, shell.uv)


def test_the_sheet_is_flat_under_a_valve_and_unchanged_away_from_it() -> None:
    shell = cut_shell(CUP, "regular")
    hardware = Hardware(np.array([0.0, -0.085]), 0.034, 0.030, 0.008, rectangular=True)
    flat = flatten_seat(hardware, shell.points, shell.faces, shell.uv)
    under = (np.abs(shell.uv.mean(1) - hardware.at) < [0.016, 0.014]).all(1)
    seat, before = (np.unique(shell.faces[under]), shell.points)
    off = [np.linalg.svd(p[seat] - p[seat].mean(0))[1][2] for p in (flat, before)]
    assert off[0] < 0.1 * off[1]
    away = np.linalg.norm(before - before[seat].mean(0), axis=1) > 0.045
    assert away.any() and np.array_equal(flat[away], before[away])


def test_a_strap_that_is_undone_hangs_below_the_mask_as_long_as_it_is() -> None:
    head = load_head()
    rest = place_mask(CUP, head.mean, DOWN, "strap_hanging", np.random.default_rng(0))
    upper, lower = rest.fasteners
    assert len(upper.over) and not len(lower.over)
    left, right = (rest.pin_targets[strand].mean(1) for strand in lower.strands)
    assert np.linalg.norm(left[-1] - right[-1]) < 1e-3  # its halves meet in the middle
    assert left[-1, 1] < face_points(head.mean).menton[1] - 0.02
    assert (rest.pins[lower.strands[0]] < 0.5).all()
    worn = place_mask(CUP, head.mean, DOWN, "correct", np.random.default_rng(0))
    band = worn.fasteners[1]
    ends = [worn.pin_targets[root[1]].mean(0) for root in band.roots]
    way = np.concatenate([ends[:1], band.over, ends[1:]])
    taut_ = np.linalg.norm(np.diff(way, axis=0), axis=1).sum()
    shape = [rest.rest_vertices[ids].mean(0) for ids in (lower.roots[0][1], lower.strands[0][-1])]
    slack = 2 * np.linalg.norm(shape[1] - shape[0])
    assert slack == pytest.approx(taut_ / 1.4, rel=0.03)  # but for the steps of its depth


def test_an_outline_that_goes_back_up_is_an_error() -> None:
    text = """
construction:
  kind: moulded
  outline: [[0, 0, 20], [0.5, 1, 0], [0.4, 0.8, 0], [1, 0, 5]]
"""
    with pytest.raises(DesignError, match="ever downwards"):
        parse_design("broken", text)
