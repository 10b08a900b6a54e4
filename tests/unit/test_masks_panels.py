"""Sewing patterns of flat panels: what is cut, what is sewn, and the shape in space that comes of it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ellipe, ellipk

from pipeline.assets import asset_folder
from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.envelope import Envelope
from pipeline.masks.library import DesignError, load_design, parse_design
from pipeline.masks.pattern.assemble import assemble
from pipeline.masks.pattern.coons import coons, length, smooth_curve
from pipeline.masks.pattern.grid import grid_faces, grid_ids
from pipeline.masks.pattern.panels import cut_panels
from pipeline.masks.pattern.sew import sew
from pipeline.masks.pattern.sewn_mask import sewn_mask
from pipeline.masks.place.hold import CLEARANCE, hold
from pipeline.masks.place.on_face import OFF, corners_on_face
from pipeline.masks.place.panels import lay_panels
from pipeline.masks.place.seat import find_seat
from pipeline.masks.proximity import closest, prepare

DESIGNS = ("cloth_two_panel", "kn95", "kf94", "duckbill", "pitta")
DOWN = np.array([0.0, -1.0, 0.0])


def text_of(name):
    return (asset_folder("mask_library") / f"{name}.yaml").read_text(encoding="utf-8")


def with_construction(construction):
    """The two-panel cloth mask with another construction, as the text of a design file."""
    text = text_of("cloth_two_panel")
    return text[: text.index("construction:")] + construction + text[text.index("fasteners:") :]


def rectangle(opened):
    return with_construction(f"""construction:
  kind: panels
  drawn_for: L
  panels:
    front:
      cut: on the fold
      corners: {{top_inner: [0, 50], top_outer: [100, 50], bottom_outer: [100, -50], bottom_inner: [0, -50]}}
  seams: []
  opened: {{width_mm: {opened}, lower_width_mm: {opened}}}
  hem_mm: 5
""")


def test_edges_are_straight_or_smooth_and_fill_with_an_even_grid():
    assert length(smooth_curve(np.array([[0.0, 0.0], [3.0, 4.0]]))) == pytest.approx(5)
    angle = np.linspace(0, np.pi / 2, 9)
    arc = smooth_curve(np.stack([np.cos(angle), np.sin(angle)], -1))
    assert length(arc) == pytest.approx(np.pi / 2, rel=0.002)
    across, down = np.linspace(0, 4, 5), np.linspace(0, 3, 7)
    line = np.zeros(5)
    grid = coons(
        np.stack([across, line], -1),
        np.stack([across, line + 3], -1),
        np.stack([down * 0, down], -1),
        np.stack([down * 0 + 4, down], -1),
    )
    np.testing.assert_allclose(grid, np.stack(np.meshgrid(across, down), -1), atol=1e-12)


def test_a_rectangle_bends_to_an_arch_that_is_as_wide_as_it_is_held_open():
    """Held at 160 of its 200 mm it is an elastica: Love, "A treatise on the mathematical theory of
    elasticity", section 263, gives its width 2 E / K - 1 and its rise k / K, as parts of its length."""
    design = parse_design("arch", rectangle(160))
    flat = cut_panels(design, "L")
    sewn = sew(design.construction, flat)
    shape, strain = assemble(design.construction, flat, sewn)
    points = shape[sewn.ids["front"]]
    assert np.abs(strain).max() < 0.002
    np.testing.assert_allclose(points[[0, -1], -1, 0], 0.080, atol=0.001)
    rise = points[0, 0, 2] - points[0, -1, 2]
    m = brentq(lambda m: 2 * ellipe(m) / ellipk(m) - 1 - 0.8, 1e-3, 0.9)
    assert rise == pytest.approx(0.2 * np.sqrt(m) / ellipk(m), rel=0.03)
    # it bends one way only, but for the last 2 cm, where its corners are held and not its sides
    np.testing.assert_allclose(np.ptp(points[:, :-4, 1], axis=0), 0.1, atol=0.0005)


@pytest.mark.parametrize("name", DESIGNS)
def test_designs_can_be_sewn_without_stretching(name):
    design = load_design(name)
    size = design.construction.drawn_for
    mask = sewn_mask(design, size)
    assert mask.strain < 0.005
    quads = mask.faces.reshape(-1, 2, 3)
    corners = np.concatenate([quads[:, 0], quads[:, 1, 2:]], axis=1)
    ends = np.sort(np.concatenate([corners[:, [k, (k + 1) % 4]] for k in range(4)]), axis=1)
    edges, sides = np.unique(ends, axis=0, return_counts=True)
    assert sides.max() == 2  # sewn, and no more than two layers at a seam
    rim = edges[sides == 1]
    assert (np.unique(rim, return_counts=True)[1] == 2).all()  # closed lines
    # the same as its mirror image, and threads as long as on the flat panels
    back = mask.rest[np.lexsort(np.round(mask.rest * [1, 1, 1], 6).T)]
    mirrored = (mask.rest * [-1, 1, 1])[np.lexsort(np.round(mask.rest * [-1, 1, 1], 6).T)]
    np.testing.assert_allclose(back, mirrored, atol=2e-6)
    uv = mask.uv.reshape(-1, 2, 3, 2)
    drawn = np.linalg.norm(uv[:, 0, 1] - uv[:, 0, 0], axis=1)
    sewn = np.linalg.norm(mask.rest[corners[:, 1]] - mask.rest[corners[:, 0]], axis=1)
    assert np.quantile(np.abs(sewn / drawn - 1), 0.99) < 0.03  # easing of the seams included
    middle = mask.rest[mask.upper_edge[len(mask.upper_edge) // 2]]
    np.testing.assert_allclose(middle, 0, atol=1e-9)


def test_the_kn95_has_the_size_on_the_box():
    design = load_design("kn95")
    for size, box in design.sizes.items():
        grid = cut_panels(design, size)["side"].grid
        assert 1000 * np.ptp(grid[..., 0]) == pytest.approx(box.width_mm, rel=0.01)
        assert 1000 * np.ptp(grid[..., 1]) == pytest.approx(box.height_mm, rel=0.01)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[side.inner, side.inner]", "[side.inner, side.outer]", ["side.inner", "side.outer", "differ"]),
        ("[side.inner, side.inner]", "[side.inner, site.inner]", ["no such edge: site.inner"]),
        ("[58, -50]", "[58, 90]", ["panel side overlaps itself"]),
    ],
)
def test_panels_that_do_not_go_together_are_named(old, new, said):
    text = text_of("cloth_two_panel")
    assert old in text
    with pytest.raises(DesignError) as error:
        sewn_mask(parse_design("wrong", text.replace(old, new, 1)), "L")
    for words in said:
        assert words in str(error.value)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_mask_is_held_clear_of_the_head_with_its_edge_at_the_bridge(seed):
    head = load_head()
    rng = np.random.default_rng(seed)
    vertices = head.shape(rng.normal(size=80), np.zeros(43))
    design = load_design("kn95")
    seat = find_seat(design, vertices, DOWN, "correct", rng)
    mask = sewn_mask(design, seat.size)
    upper, lower = (line[len(line) // 2] for line in (mask.upper_edge, mask.lower_edge))
    start = hold(mask.rest, mask.rest[upper], mask.rest[lower], seat)
    away = closest(prepare(vertices, head.collider_faces), start).distance.min()
    assert CLEARANCE - 1e-6 <= away < CLEARANCE + 0.002  # no farther off than need be
    assert start[upper, 1] == pytest.approx(seat.bridge, abs=1e-9)
    np.testing.assert_allclose(  # in one piece
        np.linalg.norm(start[upper] - start, axis=1),
        np.linalg.norm(mask.rest[upper] - mask.rest, axis=1),
        atol=1e-9,
    )


@pytest.mark.parametrize(("name", "wearing"), [("kf94", "askew"), ("duckbill", "correct")])
def test_the_wire_is_bent_to_a_face_without_stretching_the_edge(name, wearing):
    head = load_head()
    rng = np.random.default_rng(1)
    vertices = head.shape(rng.normal(size=80), np.zeros(43))
    design = load_design(name)
    seat = find_seat(design, vertices, DOWN, wearing, rng)
    laid, mask = lay_panels(design, seat, rng), sewn_mask(design, seat.size)
    rows = mask.upper_rows
    for one, two in ((rows[:, :-1], rows[:, 1:]), (rows[:-1], rows[1:])):
        long = np.linalg.norm(laid.targets[one] - laid.targets[two], axis=-1)
        rest = np.linalg.norm(mask.rest[one] - mask.rest[two], axis=-1)
        assert np.quantile(np.abs(long / rest - 1), 0.9) < 0.03
    middle = laid.targets[rows[0, rows.shape[1] // 2]]
    assert middle[1] == pytest.approx(seat.bridge, abs=2e-4)
    along = laid.targets[rows[0, -1]] - laid.targets[rows[0, 0]]
    assert np.arctan2(along[1], along[0]) == pytest.approx(seat.tilt, abs=np.radians(3))  # as tilted as asked
    skin = prepare(vertices, head.collider_faces)
    assert 0 < closest(skin, laid.targets[rows[0]]).distance.min() < 0.002
    chin = laid.targets[mask.lower_edge[len(mask.lower_edge) // 2]]  # drawn under the chin
    assert closest(skin, chin[None]).distance[0] < 0.002
    menton = face_points(vertices).menton
    assert 0.003 < menton[2] - chin[2] < seat.below_chin + 0.002


def test_corners_lie_as_far_around_a_round_face_as_the_mask_is_wide():
    design, radius, half = load_design("kn95"), 0.08, 0.09
    head = load_head().shape(np.zeros(80), np.zeros(43))
    seat = find_seat(design, head, DOWN, "correct", np.random.default_rng(0))
    angles = np.radians(np.arange(-109.5, 110, 1.5))
    heights = np.arange(-0.1, 0.1, 0.0025)
    round_face = Envelope(-0.03, heights, angles, np.full((heights.size, angles.size), radius))
    across = np.linspace(-half, half, 41)
    rest = np.stack(np.meshgrid(across, [0.01, 0.0, -0.01]), -1).reshape(-1, 2)
    rest = np.concatenate([rest, np.zeros((len(rest), 1))], 1)
    ids = grid_ids(3, 41)
    corners = {"upper left": ids[:2, [-3, -1]].T, "upper right": ids[:2, [2, 0]].T}
    found = corners_on_face(
        rest, grid_faces(ids), ids[:, 20], corners, rest[:, 1], replace(seat, skin=round_face, sideways=0.0)
    )
    turn = half / (radius + OFF)
    for side, sign in (("left", 1), ("right", -1)):
        expected = (sign * (radius + OFF) * np.sin(turn), 0.005, -0.03 + (radius + OFF) * np.cos(turn))
        np.testing.assert_allclose(found[f"upper {side}"], expected, atol=0.001)
