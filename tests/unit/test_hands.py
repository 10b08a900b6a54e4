"""Hands near a face, drawn from known landmarks before, behind and beside a generated head."""

import numpy as np
import pytest
from bald_head import pixel_of, portrait, seen_before
from drawn_hand import cover, posed, with_hand

from pipeline.faces.detect.crop import Square
from pipeline.faces.occluders.hand_shape import RADII, hand_outline
from pipeline.faces.occluders.hands import find_hands
from pipeline.faces.occluders.hands_before import EDGED, POSSIBLE, edged
from pipeline.records import Camera

CAMERA = Camera(700.0, 400, 400)
AT = np.array([0.0, -0.08, 0.6])
PER_M = 1.1 * CAMERA.focal_px / AT[2]  # a hand a little before the face
WHOLE = Square(np.array([200.0, 200.0]), 400.0)


@pytest.fixture(scope="module")
def scene():
    """The photo, its vertices, and which pixels show the head."""
    pixels, vertices, spot = portrait(AT, CAMERA)
    return pixels, vertices, np.isfinite(spot[..., 0])


def look(pixels, vertices):
    return seen_before(pixels, vertices, AT, CAMERA)


def at(point):
    return pixel_of(point, AT, CAMERA)


@pytest.mark.parametrize("angle", [0.0, 0.5, -1.2])
def test_a_drawn_hand_is_found_where_it_is(angle):
    points = posed((200.0, 280.0), 1000.0, angle)
    (hand,) = find_hands(with_hand(np.full((400, 400, 3), 150, np.uint8), points, 1000.0), WHOLE)
    assert hand.score > 0.9
    assert np.linalg.norm(hand.points - points, axis=1).mean() < 8
    assert 0.75 < hand.px_per_m / 1000.0 < 1.35


def test_a_face_is_no_hand(scene, astronaut):
    for pixels in (scene[0], astronaut[:400, 20:420]):
        assert all(hand.score < POSSIBLE for hand in find_hands(pixels, WHOLE))


def test_an_outline_is_as_broad_as_a_finger():
    points = posed((64.0, 120.0), 550.0)
    outline = hand_outline(points, 550.0, 128)
    row = int((points[10, 1] + points[11, 1]) / 2)  # across the middle finger, between two joints
    column = int(points[10, 0])
    breadth = outline[row, column - 8 : column + 9].sum()
    assert breadth == pytest.approx(550.0 * (RADII[10] + RADII[11]), abs=1.0)


def test_a_hand_before_mouth_and_chin_stays_in_front(scene):
    pixels, vertices, seen = scene
    points = posed(at([0.02, -0.24, 0.0]), PER_M)
    front, full = look(with_hand(pixels, points, PER_M), vertices)
    there = cover(points, PER_M, pixels.shape[:2])
    face = seen & (np.indices(seen.shape)[0] < at([0, -0.1, 0])[1])
    assert front.hand == 0.0 and front.hidden > 0.1
    assert full[there & face].mean() > 0.8
    assert full[seen & ~there & face].mean() < 0.1


def test_a_hand_behind_the_head_covers_nothing_of_it(scene):
    pixels, vertices, seen = scene
    held = with_hand(pixels, posed(at([0.12, -0.15, 0.0]), PER_M, -0.6), PER_M)
    held[seen] = pixels[seen]
    bare, behind = look(pixels, vertices)[0], look(held, vertices)[0]
    assert behind.hidden < bare.hidden + 0.02


def test_a_hand_beside_the_face_changes_nothing(scene):
    pixels, vertices, _ = scene
    waving = with_hand(pixels, posed(at([0.17, -0.12, 0.0]), PER_M), PER_M)
    front = look(waving, vertices)[0]
    assert front.hidden < 0.01 and front.hand == 0.0


def test_edges_tell_a_hand_from_one_that_is_made_up(scene):
    pixels = scene[0]
    points = posed(at([0.02, -0.24, 0.0]), PER_M)
    outline = hand_outline(points, PER_M, 400)
    zone = np.zeros((400, 400), bool)
    zone[200:290, 140:260] = True
    assert edged(with_hand(pixels, points, PER_M), outline, zone) > EDGED
    assert edged(pixels, outline, zone) < EDGED


def test_networks_are_read_as_their_authors_do():
    solutions = pytest.importorskip("mediapipe.python.solutions")
    points = posed((200.0, 280.0), 1000.0, 0.3)
    pixels = with_hand(np.full((400, 400, 3), 150, np.uint8), points, 1000.0)
    package = solutions.hands.Hands(static_image_mode=True, max_num_hands=1, model_complexity=0)
    found = package.process(pixels).multi_hand_landmarks
    assert found
    theirs = np.array([[p.x, p.y] for p in found[0].landmark]) * 400
    (ours,) = find_hands(pixels, WHOLE)
    assert np.linalg.norm(ours.points - theirs, axis=1).mean() < 5
