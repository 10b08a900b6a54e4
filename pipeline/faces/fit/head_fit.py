"""Fit the morphable head to the landmarks of one face, under an exact pinhole.

Unknowns: rotation, sideways shift, scale s = focal / distance, distance, identity and expression
coefficients. The most probable head given how the detector strays (`pipeline.head.landmarks.Habits`), by
Levenberg-Marquardt (Marquardt 1963) with Geman-McClure weights (Geman & McClure 1987) against landmarks
that are off beyond that, and projection onto the box of the expression coefficients.

Residuals are measured in metres at the face's distance, not in pixels, so that the same photo at
another size gives the same head.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.transform import Rotation

from pipeline.faces.fit.landmark_model import LandmarkModel
from pipeline.faces.fit.landmark_model import landmark_model as landmark_model
from pipeline.faces.fit.landmark_model import with_vertices as with_vertices
from pipeline.faces.fit.prediction import POSE_UNKNOWNS, State, linearise, moved, predict, shape
from pipeline.faces.fit.view import view_of
from pipeline.records import Camera, Float

DISTANCE_M = 1.2
DISTANCE_SIGMA = 0.45  # of log distance: one view hardly tells it, photographs of people do
FOCAL_SIGMA = 0.02  # of log focal length, when the photo's EXIF gives it
EXPRESSION_SIGMA = 0.35
ROBUST_SCALE = 3.0  # in sigmas: where a landmark begins to lose its say
# Detector errors of neighbouring landmarks go together: N landmarks are worth about 68. Their covariance,
# measured on generated people and used in full, turned heads of real people wrongly.
INDEPENDENT_LANDMARKS = 68
# The first rounds find the pose with a patient weight function; the last one decides.
ROUNDS = ((4.0, 8), (2.0, 8), (1.0, 30))  # of ROBUST_SCALE; steps at most


@dataclass(frozen=True)
class HeadFit:
    identity_coefficients: Float  # (80,)
    expression_coefficients: Float  # (43,)
    rotation: Float  # (3, 3) head to camera
    translation: Float  # (3,) m
    camera: Camera
    residuals_mm: Float  # (N,) distance of each landmark from its place, at the face's distance
    weights: Float  # (N,) in [0, 1]: how far each landmark was believed
    residual_mm: float  # median over the usable landmarks
    residual_px: float


@dataclass(frozen=True)
class _Errors:
    """How landmarks err in one view."""

    sigma: Float  # (N, 2) m, of u and v of an upright face; inf for landmarks that say nothing
    trust: Float  # (N,)


def fit_head(
    model: LandmarkModel,
    landmarks: Float,
    confidence: Float,
    width: int,
    height: int,
    focal_px: float | None = None,
    held: Float | None = None,
) -> HeadFit:
    """Head, pose and camera that best explain landmarks (N, 2) px with confidence (N,).

    `width` and `height` are the photo's, whose centre is the principal point. With `focal_px` (from
    EXIF) the focal length is held; without it the distance follows its prior. `held` (K,) are coefficients,
    identity before expression, that are known, NaN where they are to be found.
    """
    observed = landmarks - np.array([width / 2, height / 2])
    usable = np.isfinite(model.sigma) & np.isfinite(landmarks).all(axis=1) & (confidence > 0)
    model = replace(model, sigma=np.where(usable, model.sigma, np.inf))
    observed = np.where(usable[:, None], observed, 0.0)
    known = np.full(len(model.basis), np.nan) if held is None else held
    state = replace(_first_guess(model, observed, focal_px), coefficients=np.nan_to_num(known))
    # A pinhole's picture may be turned about its centre: with the face upright, u and v mean the same
    # for every face.
    upright = view_of(state.rotation, state.translation()).axes * [[1.0], [-1.0]]
    state, observed = _rolled(state, upright), observed @ upright.T
    for patience, steps in ROUNDS:
        errors = _errors(model, confidence, state)
        fixed = ~np.isnan(known)
        state = _descend(model, errors, observed, focal_px, state, fixed, patience * ROBUST_SCALE, steps)
    return _report(model, confidence, observed, usable, _rolled(state, upright.T), upright, width, height)


def _rolled(state: State, turn: Float) -> State:
    """The state after the picture was turned by (2, 2) about its centre."""
    about = np.eye(3)
    about[:2, :2] = turn
    return replace(state, rotation=about @ state.rotation, shift=turn @ state.shift)


def _first_guess(model: LandmarkModel, observed: Float, focal_px: float | None) -> State:
    """Weak-perspective pose of the mean head, by the linear affine camera made orthonormal."""
    usable = np.isfinite(model.sigma)
    weight = 1 / model.sigma[usable]
    design = np.column_stack([model.mean[usable], np.ones(usable.sum())])
    affine = np.linalg.lstsq(design * weight[:, None], observed[usable] * weight[:, None], rcond=None)[0].T
    left, singular, right = np.linalg.svd(affine[:, :3], full_matrices=False)
    rows = left @ right
    rotation = np.vstack([rows, np.cross(rows[0], rows[1])])
    scale = float(singular.mean())
    distance = DISTANCE_M if focal_px is None else focal_px / scale
    # An affine camera looks along the ray to the face; the pinhole looks along its own axis.
    ray = np.array([*(affine[:, 3] / (scale * distance)), 1.0])
    towards, _ = Rotation.align_vectors([ray / np.linalg.norm(ray)], [[0.0, 0.0, 1.0]])
    return State(
        np.asarray(towards.as_matrix() @ rotation),
        np.asarray(affine[:, 3] / scale),
        math.log(scale),
        math.log(distance),
        np.zeros(len(model.basis)),
    )


def _errors(model: LandmarkModel, confidence: Float, state: State) -> _Errors:
    """How landmarks err in the view of a state, by the nearest view that was measured."""
    known = np.isfinite(model.sigma)
    if model.habits is None:
        sigma = np.repeat(model.sigma[:, None], 2, axis=1)
        trust = np.where(known, confidence, 0) * _visibility(model, state)
        return _Errors(sigma, trust)
    habits = model.habits
    azimuth = view_of(state.rotation, state.translation()).azimuth
    nearest = int(np.abs(habits.azimuths - abs(azimuth)).argmin())
    spread = habits.spread[nearest]
    if azimuth < 0:
        spread = spread[habits.mirror]
    return _Errors(np.where(known[:, None], spread, np.inf), np.where(known, confidence, 0))


def _visibility(model: LandmarkModel, state: State) -> Float:
    """Weight (N,) that falls from 1 to 0.1 as a landmark's skin turns away from the camera."""
    view = -state.translation() - shape(model, state) @ state.rotation.T
    view = view / np.linalg.norm(view, axis=1, keepdims=True)
    facing = np.einsum("nd,nd->n", model.normals @ state.rotation.T, view)
    ramp = np.clip((facing + 0.1) / 0.4, 0, 1)
    return np.asarray(0.1 + 0.9 * ramp * ramp * (3 - 2 * ramp))


def _prior(model: LandmarkModel) -> tuple[Float, float]:
    """Precision (K,) of the coefficients, and the factor all priors are scaled by."""
    precision = np.ones(len(model.basis))
    precision[model.identities :] = EXPRESSION_SIGMA**-2
    return precision, np.isfinite(model.sigma).sum() / INDEPENDENT_LANDMARKS


def _descend(
    model: LandmarkModel,
    errors: _Errors,
    observed: Float,
    focal_px: float | None,
    start: State,
    fixed: NDArray[np.bool_],
    robust_scale: float,
    steps: int,
) -> State:
    """Levenberg-Marquardt from `start`, with unit scale, errors and the `fixed` ones of the coefficients (K,)
    held as they are there."""
    trust = errors.trust
    unit = errors.sigma * math.exp(start.log_scale)  # px that one sigma covers
    precision, factor = _prior(model)
    boxed = np.zeros(POSE_UNKNOWNS + len(precision), bool)
    boxed[POSE_UNKNOWNS + model.identities :] = True

    def distance_terms(state: State) -> tuple[float, float, Float]:
        """Residual, precision, and gradient over (log scale, log distance) of the distance prior."""
        if focal_px is None:
            return state.log_distance - math.log(DISTANCE_M), DISTANCE_SIGMA**-2, np.array([0.0, 1.0])
        return state.log_scale + state.log_distance - math.log(focal_px), FOCAL_SIGMA**-2, np.ones(2)

    def cost(state: State) -> float:
        error = (predict(model, state) - observed) / unit
        squared = (error**2).sum(axis=1)
        away, stiffness, _ = distance_terms(state)
        data = (trust * squared / (1 + squared / robust_scale**2)).sum()
        return float(data + factor * (precision @ state.coefficients**2 + stiffness * away**2))

    state, damping = start, 1e-3
    now = cost(state)
    for _ in range(steps):
        jacobian, image = linearise(model, state)
        error = (image - observed) / unit
        squared = (error**2).sum(axis=1)
        root = (np.sqrt(trust) / (1 + squared / robust_scale**2))[:, None]
        jacobian *= (root / unit)[..., None]
        jacobian = jacobian.reshape(-1, jacobian.shape[2])
        hessian = jacobian.T @ jacobian
        gradient = jacobian.T @ (root * error).ravel()
        away, stiffness, slope = distance_terms(state)
        hessian[5:7, 5:7] += factor * stiffness * np.outer(slope, slope)
        gradient[5:7] += factor * stiffness * away * slope
        diagonal = np.einsum("ii->i", hessian)
        diagonal[POSE_UNKNOWNS:] += factor * precision
        gradient[POSE_UNKNOWNS:] += factor * precision * state.coefficients

        value = np.concatenate([np.full(POSE_UNKNOWNS, 0.5), state.coefficients])
        stuck = boxed & (((value <= 0) & (gradient > 0)) | ((value >= 1) & (gradient < 0)))
        stuck[POSE_UNKNOWNS:] |= fixed
        free = np.flatnonzero(~stuck)
        better = False
        for _ in range(8):
            damped = hessian[np.ix_(free, free)].copy()
            np.einsum("ii->i", damped)[:] *= 1 + damping
            step = np.zeros(len(gradient))
            step[free] = -cho_solve(cho_factor(damped), gradient[free])
            proposal = moved(model, state, step)
            then = cost(proposal)
            if then < now:
                better, damping = True, max(damping / 5, 1e-9)
                break
            damping *= 6
        if not better:
            break
        gain, state, now = now - then, proposal, then
        if gain < 1e-6 * now:
            break
    return state


def _report(
    model: LandmarkModel,
    confidence: Float,
    observed: Float,
    usable: NDArray[np.bool_],
    state: State,
    upright: Float,
    width: int,
    height: int,
) -> HeadFit:
    scale, distance = math.exp(state.log_scale), math.exp(state.log_distance)
    errors = _errors(model, confidence, state)
    away = (predict(model, state) @ upright.T - observed) / scale
    off = np.linalg.norm(away, axis=1)
    sigmas = np.where(usable[:, None], away / errors.sigma, 0)
    believed = errors.trust / (1 + (sigmas**2).sum(axis=1) / ROBUST_SCALE**2) ** 2
    median = float(np.median(off[usable]))
    return HeadFit(
        state.coefficients[: model.identities].copy(),
        state.coefficients[model.identities :].copy(),
        state.rotation,
        np.array([*state.shift, distance]),
        Camera(scale * distance, width, height),
        np.where(usable, off * 1e3, np.nan),
        np.where(usable, believed, 0),
        median * 1e3,
        median * scale,
    )
