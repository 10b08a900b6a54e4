"""The fit against heads whose truth is known: no detector, no rendering."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.faces.camera import euler, from_euler, project
from pipeline.faces.fit import head_fit as fit
from pipeline.faces.fit.landmark_model import LandmarkModel, landmark_model
from pipeline.faces.fit.prediction import State, linearise, moved, predict
from pipeline.faces.fit.view import FEATURES, ODD, features, view_of
from pipeline.head.landmarks import Habits
from pipeline.records import Camera

WIDTH, HEIGHT = 800, 600


@pytest.fixture(scope="module")
def model() -> LandmarkModel:
    """A head-sized bowl of 200 mirrored landmarks with smooth random modes, the mirror built in."""
    rng = np.random.default_rng(5)
    half = rng.uniform([0.005, -0.09, 0], [0.07, 0.06, 0], (100, 3))
    half[:, 2] = 0.05 - 6 * half[:, 0] ** 2 - 4 * half[:, 1] ** 2 + rng.normal(0, 0.01, 100)
    mean = np.concatenate([half, half * [-1, 1, 1]])
    modes = []
    for index in range(12):
        wave = np.sin(half @ rng.normal(0, 20, (3, 3)) + rng.uniform(0, 6, 3)) * 0.003
        side = 1 if index % 3 else -1
        modes.append(np.concatenate([wave, side * wave * [-1, 1, 1]]))
    # Left and right expressions are units of their own, as in the head: modes 10 and 11.
    right = np.roll(modes[10], 100, axis=0) * [-1, 1, 1]
    modes[11] = right
    normals = np.tile([0.0, 0.0, 1.0], (200, 1))
    return LandmarkModel(mean, np.array(modes), normals, np.full(200, 0.001), identities=10)


def picture(
    model: LandmarkModel, rng: np.random.Generator, yaw: float = 20.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Landmarks (N, 2) px of a random head, and its coefficients, rotation and translation."""
    coefficients = np.concatenate([rng.normal(0, 1, 10), rng.uniform(0, 1, 2)])
    rotation = from_euler(*np.radians([yaw, 8.0, -12.0]))
    translation = np.array([0.12, -0.06, 1.2])
    points = (model.mean + np.tensordot(coefficients, model.basis, 1)) @ rotation.T + translation
    return project(points, Camera(1000.0, WIDTH, HEIGHT)), coefficients, rotation, translation


@pytest.fixture(scope="module")
def straying(model: LandmarkModel) -> LandmarkModel:
    """The same for a detector whose landmarks slide as the head turns."""
    rng = np.random.default_rng(8)
    mirror = np.roll(np.arange(200), 100).astype(np.int32)
    offsets = rng.normal(0, 0.002, (FEATURES, 200, 2))
    offsets = (offsets + np.where(ODD, -1, 1)[:, None, None] * [-1, 1] * offsets[:, mirror]) / 2
    habits = Habits(
        drift=np.zeros_like(model.basis),
        offsets=offsets,
        azimuths=np.radians([0.0, 40.0]),
        spread=np.full((2, 200, 2), 0.0005),
        mirror=mirror,
    )
    return replace(model, habits=habits)


@pytest.mark.parametrize("which", ["model", "straying"])
def test_jacobian_is_the_derivative(which: str, request: pytest.FixtureRequest) -> None:
    model: LandmarkModel = request.getfixturevalue(which)
    rng = np.random.default_rng(0)
    _, coefficients, rotation, translation = picture(model, rng)
    state = State(rotation, translation[:2], np.log(900.0), np.log(1.1), coefficients * 0.9)
    jacobian, _ = linearise(model, state)
    numeric = np.empty_like(jacobian)
    for column in range(jacobian.shape[2]):
        sides = []
        for sign in (1, -1):
            step = np.zeros(jacobian.shape[2])
            step[column] = sign * 1e-5
            sides.append(predict(model, moved(model, state, step)))
        numeric[:, :, column] = (sides[0] - sides[1]) / 2e-5
    # Habits are differentiated by steps.
    np.testing.assert_allclose(jacobian, numeric, atol=1e-4 * np.abs(jacobian).max())


@pytest.mark.parametrize("yaw", [-60.0, 25.0, 70.0])
def test_habits_of_the_detector_are_seen_through(straying: LandmarkModel, yaw: float) -> None:
    assert straying.habits is not None
    rng = np.random.default_rng(6)
    landmarks, _, rotation, translation = picture(straying, rng, yaw)
    view = view_of(rotation, translation)
    offsets = np.tensordot(features(view), straying.habits.offsets, 1)
    astray = offsets @ view.axes
    landmarks = landmarks + 1000 / 1.2 * astray + rng.normal(0, 0.2, landmarks.shape)
    found = fit.fit_head(straying, landmarks, np.ones(200), WIDTH, HEIGHT, focal_px=1000.0)
    blind = fit.fit_head(
        replace(straying, habits=None), landmarks, np.ones(200), WIDTH, HEIGHT, focal_px=1000.0
    )
    off, without = (np.degrees(np.linalg.norm(euler(f.rotation) - euler(rotation))) for f in (found, blind))
    assert off < 1.0
    assert off < 0.5 * without


def test_mirrored_landmarks_give_exactly_the_mirrored_fit() -> None:
    model = landmark_model("mediapipe")
    assert model.habits is not None
    rng = np.random.default_rng(2)
    coefficients = np.concatenate([rng.normal(0, 1, 80), rng.uniform(0, 0.3, 43)])
    points = model.mean + np.tensordot(coefficients, model.basis, 1)
    points = points @ from_euler(*np.radians([35.0, 8.0, -12.0])).T + [0.05, -0.02, 0.7]
    landmarks = project(points, Camera(900.0, WIDTH, HEIGHT)) + rng.normal(0, 1, (len(points), 2))
    mirrored = landmarks[model.habits.mirror] * [-1, 1] + [WIDTH, 0]
    trust = np.ones(len(points))
    here = fit.fit_head(model, landmarks, trust, WIDTH, HEIGHT)
    there = fit.fit_head(model, mirrored, trust, WIDTH, HEIGHT)
    for name in ("rotation", "translation"):
        flip = np.array([-1, 1, 1])
        there_flipped = getattr(there, name) * (np.outer(flip, flip) if name == "rotation" else flip)
        np.testing.assert_allclose(there_flipped, getattr(here, name), atol=1e-4)
    shapes = [
        model.mean
        + np.tensordot(
            np.concatenate([found.identity_coefficients, found.expression_coefficients]), model.basis, 1
        )
        for found in (here, there)
    ]
    np.testing.assert_allclose(shapes[1][model.habits.mirror] * [-1, 1, 1], shapes[0], atol=1e-5)


@pytest.mark.parametrize("yaw", [-40.0, 0.0, 30.0])
def test_recovers_a_known_head(model: LandmarkModel, yaw: float) -> None:
    rng = np.random.default_rng(int(yaw) + 100)
    landmarks, coefficients, rotation, _ = picture(model, rng, yaw)
    landmarks = landmarks + rng.normal(0, 0.3, landmarks.shape)
    landmarks[::17] += 40.0  # a few landmarks that are plainly wrong
    found = fit.fit_head(model, landmarks, np.ones(200), WIDTH, HEIGHT, focal_px=1000.0)
    off = np.degrees(np.linalg.norm(euler(found.rotation) - euler(rotation)))
    assert off < 1.0
    truth = np.tensordot(coefficients, model.basis, 1)
    mine = np.concatenate([found.identity_coefficients, found.expression_coefficients])
    error = np.linalg.norm(np.tensordot(mine, model.basis, 1) - truth, axis=1)
    assert np.median(error) < 0.25 * np.median(np.linalg.norm(truth, axis=1))
    assert found.residual_mm < 0.8
    assert found.weights[::17].max() < 0.05


def test_the_same_photo_at_another_size_gives_the_same_head(model: LandmarkModel) -> None:
    rng = np.random.default_rng(3)
    landmarks = picture(model, rng)[0] + rng.normal(0, 0.5, (200, 2))
    small = fit.fit_head(model, landmarks, np.ones(200), WIDTH, HEIGHT)
    large = fit.fit_head(model, landmarks * 5, np.ones(200), WIDTH * 5, HEIGHT * 5)
    np.testing.assert_allclose(large.rotation, small.rotation, atol=1e-3)
    np.testing.assert_allclose(large.translation, small.translation, rtol=1e-2, atol=1e-4)
    np.testing.assert_allclose(large.identity_coefficients, small.identity_coefficients, atol=0.02)
    assert large.residual_px == pytest.approx(5 * small.residual_px, rel=1e-2)


def test_the_mirrored_photo_gives_the_mirrored_head(model: LandmarkModel) -> None:
    rng = np.random.default_rng(4)
    landmarks = picture(model, rng)[0]
    mirrored = np.roll(landmarks, 100, axis=0)
    mirrored[:, 0] = WIDTH - mirrored[:, 0]
    here = fit.fit_head(model, landmarks, np.ones(200), WIDTH, HEIGHT)
    there = fit.fit_head(model, mirrored, np.ones(200), WIDTH, HEIGHT)
    yaw, pitch, roll = euler(here.rotation)
    np.testing.assert_allclose(euler(there.rotation), [-yaw, pitch, -roll], atol=1e-3)
    np.testing.assert_allclose(there.translation, here.translation * [-1, 1, 1], atol=1e-3)


def test_expression_stays_in_its_box(model: LandmarkModel) -> None:
    coefficients = np.concatenate([np.zeros(10), [1.5, 0.4]])
    points = model.mean + np.tensordot(coefficients, model.basis, 1)
    points = points @ from_euler(0, 0, 0).T + [0, 0, 1.2]
    landmarks = project(points, Camera(1000.0, WIDTH, HEIGHT))
    found = fit.fit_head(model, landmarks, np.ones(200), WIDTH, HEIGHT, focal_px=1000.0)
    assert found.expression_coefficients.min() >= 0
    assert found.expression_coefficients.max() <= 1
    assert found.expression_coefficients[0] > 0.9


def test_held_coefficients_stay_and_the_rest_is_found(model: LandmarkModel) -> None:
    points, truth, rotation, translation = picture(model, np.random.default_rng(3))
    held = np.where(np.arange(12) < 10, truth, np.nan)
    found = fit.fit_head(model, points, np.ones(200), WIDTH, HEIGHT, 1000.0, held)
    assert np.array_equal(found.identity_coefficients, truth[:10])
    # The two expressions of this head do the same: their sum is what a picture tells.
    assert abs(found.expression_coefficients.sum() - truth[10:].sum()) < 0.02
    assert np.allclose(found.rotation, rotation, atol=0.01) and np.allclose(
        found.translation, translation, atol=0.02
    )
    wrong = np.where(np.arange(12) < 10, np.nan, 0.5)
    found = fit.fit_head(model, points, np.ones(200), WIDTH, HEIGHT, 1000.0, wrong)
    assert found.expression_coefficients.tolist() == [0.5, 0.5]


def test_nothing_held_is_the_same_to_the_last_bit(model: LandmarkModel) -> None:
    points, *_ = picture(model, np.random.default_rng(4))
    one, other = (
        fit.fit_head(model, points, np.ones(200), WIDTH, HEIGHT, None, held)
        for held in (None, np.full(12, np.nan))
    )
    assert np.array_equal(one.rotation, other.rotation)
    assert np.array_equal(one.identity_coefficients, other.identity_coefficients)
