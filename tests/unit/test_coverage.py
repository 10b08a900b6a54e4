"""What a worn mask covers, measured on flat sheets held before the mean head, whose truth is known."""

import numpy as np
import pytest

from pipeline.head.model import load_head
from pipeline.masks.anatomy import face_points
from pipeline.masks.coverage import Coverage, measure_coverage
from pipeline.masks.front_view import CELL, from_front, front_grid
from pipeline.records import PARTS, WornMask

HEAD = load_head()
POINTS = face_points(HEAD.mean)
APART = np.linalg.norm(POINTS.pupils[0] - POINTS.pupils[1])
MIDDLE = POINTS.pupils.mean(axis=0)
BEFORE = 0.2  # m in front of the eyes


def sheet(left, right, top, bottom, z=BEFORE):
    """Corners (4, 3) m and triangles of an upright sheet; sides and heights in inter-eye distances."""
    x = MIDDLE[0] + APART * np.array([left, -right, -right, left])
    y = MIDDLE[1] - APART * np.array([top, top, bottom, bottom])
    return np.stack([x, y, np.full(4, z)], axis=-1), np.array([[0, 1, 2], [0, 2, 3]])


def measured(*pieces) -> Coverage:
    """Coverage of pieces (vertices, triangles, name of the part)."""
    count = np.cumsum([0, *(len(piece[0]) for piece in pieces)])
    faces = [piece[1] + first for piece, first in zip(pieces, count, strict=False)]
    parts = [np.full(len(piece[1]), PARTS.index(piece[2]), np.uint8) for piece in pieces]
    vertices = np.concatenate([piece[0] for piece in pieces])
    corners = np.concatenate(faces).astype(np.int32)
    worn = WornMask(
        design="sheet",
        size="M",
        wearing="correct",
        parameters={},
        vertices=vertices,
        faces=corners,
        uv=vertices[corners][..., :2],
        parts=np.concatenate(parts),
        upper_edge=np.array([1, 0], np.int32),
        lower_edge=np.array([2, 3], np.int32),
        checks={},
    )
    return measure_coverage(worn, HEAD.mean)


def test_edges_of_a_sheet_are_where_it_was_held():
    found = measured((*sheet(0.9, 1.1, 0.3, 1.7), "panel"))
    chin = (MIDDLE[1] - POINTS.menton[1]) / APART
    cell = CELL / APART
    truth = {"bridge": 0.3, "cheek_left": 0.3, "cheek_right": 0.3, "lowest": 1.7}
    truth |= {"end_left": 0.3, "end_right": 0.3}
    truth |= {"side_left": 0.9, "side_right": 1.1, "below_chin": 1.7 - chin}
    for name, value in truth.items():
        assert getattr(found, name) == pytest.approx(value, abs=cell), name


def test_a_tilted_edge_is_told_by_the_cheeks():
    corners, faces = sheet(1, 1, 0.3, 1.7)
    corners[[0, 1], 1] += APART * np.array([0.1, -0.1])  # up at the wearer's left, down at the right
    found = measured((corners, faces, "panel"))
    assert found.cheek_left == pytest.approx(0.25, abs=0.02)
    assert found.bridge == pytest.approx(0.3, abs=0.02)
    assert found.cheek_right == pytest.approx(0.35, abs=0.02)
    assert (found.end_left, found.end_right) == pytest.approx((0.2, 0.4))


@pytest.mark.parametrize(("part", "name"), [(0.9, "high"), (0.5, "medium"), (0.1, "low"), (-0.1, "none")])
def test_nose_coverage_goes_by_thirds_of_the_nose(part, name):
    tip, root = (HEAD.mean[HEAD.points[point], 1] for point in ("pronasale", "sellion"))
    top = (MIDDLE[1] - (tip + part * (root - tip))) / APART
    assert measured((*sheet(1, 1, top, 2), "panel")).nose == name


def test_loops_are_no_part_of_the_sheet():
    bare = measured((*sheet(0.8, 0.8, 0.4, 1.8), "panel"))
    assert measured((*sheet(0.8, 0.8, 0.4, 1.8), "panel"), (*sheet(1.4, 1.4, -1, 3), "loop")) == bare


def test_what_the_head_hides_is_not_covered():
    found = measured((*sheet(0.5, 0.5, 0.3, 1.5, z=-0.1), "panel"))
    assert found.nose == "none"
    assert np.isnan([found.bridge, found.cheek_left, found.lowest, found.side_left]).all()
    assert found.lower_face == 0


def test_share_of_the_lower_face():
    assert measured((*sheet(2, 2, 0, 3), "panel")).lower_face == 1
    left, right = (measured((*sheet(*sides, 0, 3), "panel")).lower_face for sides in ((2, 0), (0, 2)))
    assert left + right == pytest.approx(1, abs=0.02)
    assert left == pytest.approx(right, abs=0.02)  # the mean head is symmetric


def test_way_from_the_eye_to_the_ear():
    eye, ear = (HEAD.mean[HEAD.points[f"{name}_left"]] for name in ("exocanthion", "tragion"))
    high = HEAD.mean[HEAD.points["pronasale"], 1] + 0.01
    for part in (0.2, 0.6):
        corners = np.repeat((eye + part * (ear - eye))[None], 3, axis=0) - [
            [0, 0, 0],
            [0.001, 0, 0],
            [0, 0.001, 0],
        ]
        corners[:, 1] += high - corners[2, 1]
        found = measured((corners, np.array([[0, 1, 2]]), "panel"))
        assert found.ear_left == pytest.approx(part, abs=0.02)
        assert np.isnan(found.ear_right)
    assert measured((*sheet(1.5, 1.5, 0.3, 1.7, z=-0.15), "panel")).ear_left == 1


def test_front_view_sees_the_foremost_of_slanted_triangles():
    corners = np.array([[0, 0, 0], [0.02, 0, 0.02], [0, 0.03, 0], [0, 0, -1], [0.02, 0, -1], [0, 0.03, -1]])
    view = from_front(corners, np.array([[0, 1, 2], [4, 3, 5]], np.int32), *front_grid(corners))
    seen = np.isfinite(view.z)
    x, y = np.meshgrid(view.x, view.y)
    np.testing.assert_array_equal(seen, x / 0.02 + y / 0.03 <= 1 + 1e-9)
    np.testing.assert_allclose(view.z[seen], x[seen], atol=1e-12)
