"""The fit against heads whose truth is known: no detector, no rendering."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.faces.camera import euler, from_euler, project
from pipeline.faces.fit import head_fit as fit
from pipeline.records import Camera

WIDTH, HEIGHT = 800, 600


@pytest.fixture(scope="module")
def model() -> fit.LandmarkModel:
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
    return fit.LandmarkModel(mean, np.array(modes), normals, np.full(200, 0.001), identities=10)


def picture(
    model: fit.LandmarkModel, rng: np.random.Generator, yaw: float = 20.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Landmarks (N, 2) px of a random head, and its coefficients, rotation and translation."""
    coefficients = np.concatenate([rng.normal(0, 1, 10), rng.uniform(0, 1, 2)])
    rotation = from_euler(*np.radians([yaw, 8.0, -12.0]))
    translation = np.array([0.12, -0.06, 1.2])
    points = (model.mean + np.tensordot(coefficients, model.basis, 1)) @ rotation.T + translation
    return project(points, Camera(1000.0, WIDTH, HEIGHT)), coefficients, rotation, translation


def test_jacobian_is_the_derivative(model: fit.LandmarkModel) -> None:
    rng = np.random.default_rng(0)
    landmarks, coefficients, rotation, translation = picture(model, rng)
    observed = landmarks - [WIDTH / 2, HEIGHT / 2]
    state = fit._State(rotation, translation[:2], np.log(900.0), np.log(1.1), coefficients * 0.9)
    unit = np.full(200, 2.0)
    jacobian, _ = fit._linearise(model, observed, unit, state)
    numeric = np.empty_like(jacobian)
    for column in range(jacobian.shape[1]):
        sides = []
        for sign in (1, -1):
            step = np.zeros(jacobian.shape[1])
            step[column] = sign * 1e-5
            error = fit._linearise(model, observed, unit, fit._moved(model, state, step))[1]
            sides.append(error.ravel())
        numeric[:, column] = (sides[0] - sides[1]) / 2e-5
    np.testing.assert_allclose(jacobian, numeric, atol=1e-6 * np.abs(jacobian).max())


@pytest.mark.parametrize("yaw", [-40.0, 0.0, 30.0])
def test_recovers_a_known_head(model: fit.LandmarkModel, yaw: float) -> None:
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


def test_the_same_photo_at_another_size_gives_the_same_head(model: fit.LandmarkModel) -> None:
    rng = np.random.default_rng(3)
    landmarks = picture(model, rng)[0] + rng.normal(0, 0.5, (200, 2))
    small = fit.fit_head(model, landmarks, np.ones(200), WIDTH, HEIGHT)
    large = fit.fit_head(model, landmarks * 5, np.ones(200), WIDTH * 5, HEIGHT * 5)
    np.testing.assert_allclose(large.rotation, small.rotation, atol=1e-3)
    np.testing.assert_allclose(large.translation, small.translation, rtol=1e-2, atol=1e-4)
    np.testing.assert_allclose(large.identity_coefficients, small.identity_coefficients, atol=0.02)
    assert large.residual_px == pytest.approx(5 * small.residual_px, rel=1e-2)


def test_the_mirrored_photo_gives_the_mirrored_head(model: fit.LandmarkModel) -> None:
    rng = np.random.default_rng(4)
    landmarks = picture(model, rng)[0]
    mirrored = np.roll(landmarks, 100, axis=0)
    mirrored[:, 0] = WIDTH - mirrored[:, 0]
    here = fit.fit_head(model, landmarks, np.ones(200), WIDTH, HEIGHT)
    there = fit.fit_head(model, mirrored, np.ones(200), WIDTH, HEIGHT)
    yaw, pitch, roll = euler(here.rotation)
    np.testing.assert_allclose(euler(there.rotation), [-yaw, pitch, -roll], atol=1e-3)
    np.testing.assert_allclose(there.translation, here.translation * [-1, 1, 1], atol=1e-3)


def test_expression_stays_in_its_box(model: fit.LandmarkModel) -> None:
    coefficients = np.concatenate([np.zeros(10), [1.5, 0.4]])
    points = model.mean + np.tensordot(coefficients, model.basis, 1)
    points = points @ from_euler(0, 0, 0).T + [0, 0, 1.2]
    landmarks = project(points, Camera(1000.0, WIDTH, HEIGHT))
    found = fit.fit_head(model, landmarks, np.ones(200), WIDTH, HEIGHT, focal_px=1000.0)
    assert found.expression_coefficients.min() >= 0
    assert found.expression_coefficients.max() <= 1
    assert found.expression_coefficients[0] > 0.9
