"""What a mask lies on: lips are spanned, beards hold it off the skin."""

import numpy as np
import pytest

from pipeline.head.beard import grow_beard
from pipeline.head.model import load_head
from pipeline.masks.collider import head_collider
from pipeline.masks.proximity import closest, prepare


def face(**expression):
    head = load_head()
    weights = np.zeros(len(head.expression_names))
    for name, value in expression.items():
        weights[head.expression_names.index(name)] = value
    return head.shape(np.zeros(80), weights)


def open_edges(faces):
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    directed, count = np.unique(edges, axis=0, return_counts=True)
    assert (count == 1).all()  # no edge runs the same way twice: all triangles face outwards
    whole = {tuple(edge) for edge in directed.tolist()}
    return [edge for edge in whole if edge[::-1] not in whole]


def test_only_the_chest_is_open():
    collider = head_collider(load_head().mean)
    ends = np.array(open_edges(collider.faces))
    assert collider.vertices[ends, 1].max() < -0.3


@pytest.mark.parametrize("size", [0.85, 1.0])
def test_cloth_that_hangs_before_or_behind_the_neck_is_outside(size):
    head = load_head()
    collider = head_collider(head.mean * size)
    surface = prepare(collider.vertices, collider.faces)
    before, behind = np.array([0, -0.25, 0.04]), np.array([0, -0.2, -0.24])
    assert closest(surface, size * np.stack([before, behind])).distance.min() > 0.01
    # shoulders carry what lies on them
    shoulder = np.array([0.14, -0.15, -0.1])
    assert 0 < closest(surface, size * shoulder[None]).distance[0] < 0.05
    assert closest(surface, size * (shoulder[None] - [0, 0.08, 0])).distance[0] < 0


@pytest.mark.parametrize(
    "expression", [{}, {"jawOpen": 0.9}, {"mouthSmileLeft": 1, "mouthSmileRight": 1, "mouthUpperUpLeft": 0.6}]
)
def test_membrane_spans_the_mouth_and_holds_the_lips_inside(expression):
    head, vertices = load_head(), face(**expression)
    collider = head_collider(vertices)
    surface = prepare(collider.vertices, collider.faces)
    lips = vertices[np.intersect1d(np.flatnonzero(head.regions["lips"]), np.unique(head.collider_faces))]
    assert closest(surface, lips).distance.max() < 0.002
    # a thread hung across the mouth does not fall in
    upper, lower = (vertices[head.points[name]] for name in ("labiale_superius", "labiale_inferius"))
    between = upper + np.linspace(0.2, 0.8, 5)[:, None] * (lower - upper)
    assert closest(surface, between + np.array([0, 0, 0.003])).distance.min() > 0
    assert closest(surface, between - np.array([0, 0, 0.012])).distance.max() < 0


def test_beard_grows_on_the_chin_and_not_on_the_nose():
    head = load_head()
    thick = np.linalg.norm(grow_beard(head.mean, 0.01) - head.mean, axis=1)
    assert thick[head.points["pogonion"]] == pytest.approx(0.01, rel=0.05)
    assert thick[head.points["pronasale"]] == 0


@pytest.mark.parametrize("expression", [{}, {"jawOpen": 0.6}])
def test_a_collider_over_a_beard_lies_off_the_skin_and_spans_the_mouth(expression):
    head, vertices = load_head(), face(**expression)
    beard = head_collider(grow_beard(vertices, 0.012))
    surface = prepare(beard.vertices, beard.faces)
    skin = head_collider(vertices).vertices
    chin = skin[[head.points[name] for name in ("pogonion", "gnathion", "menton")]]
    np.testing.assert_allclose(closest(surface, chin).distance, -0.012, atol=0.0025)
    lips = skin[[head.points[name] for name in ("labiale_superius", "labiale_inferius")]]
    assert closest(surface, lips).distance.max() < -0.004
    assert np.array_equal(beard.vertices[head.points["pronasale"]], vertices[head.points["pronasale"]])
