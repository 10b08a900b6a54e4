"""Fit the morphable head to the landmarks of one face, under an exact pinhole.

Unknowns: rotation, sideways shift, scale s = focal / distance, distance, identity and expression
coefficients. Solved by Levenberg-Marquardt (Marquardt 1963) with an analytic Jacobian, Geman-McClure
weights (Geman & McClure 1987) against landmarks that are off, and projection onto the box of the
expression coefficients.

Residuals are measured in metres at the face's distance, not in pixels, so that the same photo at
another size gives the same head.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.transform import Rotation

from pipeline.records import Camera, Float, Int

DISTANCE_M = 1.2
DISTANCE_SIGMA = 0.45  # of log distance: one view hardly tells it, photographs of people do
FOCAL_SIGMA = 0.02  # of log focal length, when the photo's EXIF gives it
EXPRESSION_SIGMA = 0.35
ROBUST_SCALE = 3.0  # in sigmas: where a landmark begins to lose its say
# Detector errors of neighbouring landmarks go together: N landmarks are worth about 68.
INDEPENDENT_LANDMARKS = 68
POSE_UNKNOWNS = 7  # rotation 3, shift 2, log scale, log distance


@dataclass(frozen=True)
class LandmarkModel:
    """The morphable head at a detector's landmarks, head frame, metres."""

    mean: Float  # (N, 3)
    basis: Float  # (K, N, 3): identity modes, then expression units
    normals: Float  # (N, 3) unit, outward, of the mean head
    sigma: Float  # (N,) m; inf for landmarks that say nothing
    identities: int  # how many of the K are identity modes


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
class _State:
    rotation: Float
    shift: Float  # (2,) m
    log_scale: float  # px per m at the head's origin
    log_distance: float
    coefficients: Float  # (K,)


@cache
def landmark_model(backend: str) -> LandmarkModel:
    """The package's head at the landmarks of a backend, by its calibrated table."""
    from pipeline.head.landmarks import load_landmarks
    from pipeline.head.model import load_head

    head = load_head()
    table = load_landmarks(backend)
    basis = np.concatenate([head.identity_basis, head.expression_basis])
    corners = table.vertices
    weights = table.weights

    def at_landmarks(per_vertex: Float) -> Float:
        return np.asarray(np.einsum("...ncd,nc->...nd", per_vertex[..., corners, :], weights))

    normals = at_landmarks(vertex_normals(head.mean, head.faces))
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    sigma = np.where(table.usable, table.sigma, np.inf)
    # Contiguous: the fit flattens the basis at every step.
    basis = np.ascontiguousarray(at_landmarks(basis))
    return LandmarkModel(at_landmarks(head.mean), basis, normals, sigma, len(head.identity_basis))


def with_vertices(model: LandmarkModel, vertices: NDArray[np.int64], sigma: float) -> LandmarkModel:
    """The model with vertices (n,) of the package's head behind its landmarks, each known to `sigma` m."""
    from pipeline.head.model import load_head

    head = load_head()
    basis = np.concatenate([head.identity_basis[:, vertices], head.expression_basis[:, vertices]])
    return LandmarkModel(
        np.concatenate([model.mean, head.mean[vertices]]),
        np.concatenate([model.basis, basis], axis=1),
        np.concatenate([model.normals, vertex_normals(head.mean, head.faces)[vertices]]),
        np.concatenate([model.sigma, np.full(len(vertices), sigma)]),
        model.identities,
    )


def vertex_normals(vertices: Float, faces: Int) -> Float:
    """Area-weighted unit normals (V, 3) of a triangle mesh; zero where no triangle touches."""
    corners = vertices[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], across)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-15))


def fit_head(
    model: LandmarkModel,
    landmarks: Float,
    confidence: Float,
    width: int,
    height: int,
    focal_px: float | None = None,
) -> HeadFit:
    """Head, pose and camera that best explain landmarks (N, 2) px with confidence (N,).

    `width` and `height` are the photo's, whose centre is the principal point. With `focal_px` (from
    EXIF) the focal length is held; without it the distance follows its prior.
    """
    observed = landmarks - np.array([width / 2, height / 2])
    usable = np.isfinite(model.sigma) & np.isfinite(landmarks).all(axis=1) & (confidence > 0)
    model = replace(model, sigma=np.where(usable, model.sigma, np.inf))
    observed = np.where(usable[:, None], observed, 0.0)
    state = _first_guess(model, observed, focal_px)
    # The first rounds find the pose with a patient weight function; the last ones decide.
    for robust_scale, iterations in ((4 * ROBUST_SCALE, 8), (2 * ROBUST_SCALE, 8), (ROBUST_SCALE, 30)):
        state = _descend(model, observed, confidence, focal_px, state, robust_scale, iterations)
    return _report(model, observed, confidence, usable, state, width, height)


def _first_guess(model: LandmarkModel, observed: Float, focal_px: float | None) -> _State:
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
    return _State(
        np.asarray(towards.as_matrix() @ rotation),
        np.asarray(affine[:, 3] / scale),
        math.log(scale),
        math.log(distance),
        np.zeros(len(model.basis)),
    )


def _shape(model: LandmarkModel, state: _State) -> Float:
    offset = state.coefficients @ model.basis.reshape(len(model.basis), -1)
    return np.asarray(model.mean + offset.reshape(-1, 3))


def _predict(model: LandmarkModel, state: _State) -> tuple[Float, Float, Float]:
    """Turned points (N, 3) m, relative depths (N,) (1 at the origin) and image points (N, 2) px."""
    turned = _shape(model, state) @ state.rotation.T
    relative = np.maximum(1 + turned[:, 2] * math.exp(-state.log_distance), 0.05)
    image = math.exp(state.log_scale) * (turned[:, :2] + state.shift) / relative[:, None]
    return turned, relative, image


def _visibility(model: LandmarkModel, state: _State) -> Float:
    """Weight (N,) that falls from 1 to 0.1 as a landmark's skin turns away from the camera."""
    shape = _shape(model, state) @ state.rotation.T
    eye = np.array([*-state.shift, -math.exp(state.log_distance)])
    view = eye - shape
    view = view / np.linalg.norm(view, axis=1, keepdims=True)
    facing = np.einsum("nd,nd->n", model.normals @ state.rotation.T, view)
    ramp = np.clip((facing + 0.1) / 0.4, 0, 1)
    return np.asarray(0.1 + 0.9 * ramp * ramp * (3 - 2 * ramp))


def _prior(model: LandmarkModel, focal_px: float | None) -> tuple[Float, float]:
    """Precision (K,) of the coefficients, and the factor all priors are scaled by."""
    precision = np.ones(len(model.basis))
    precision[model.identities :] = EXPRESSION_SIGMA**-2
    return precision, np.isfinite(model.sigma).sum() / INDEPENDENT_LANDMARKS


def _descend(
    model: LandmarkModel,
    observed: Float,
    confidence: Float,
    focal_px: float | None,
    start: _State,
    robust_scale: float,
    iterations: int,
) -> _State:
    """Levenberg-Marquardt from `start`, with unit scale and visibility held as they are there."""
    unit = model.sigma * math.exp(start.log_scale)  # px that one sigma covers
    trust = np.where(np.isfinite(model.sigma), confidence, 0) * _visibility(model, start)
    precision, factor = _prior(model, focal_px)
    boxed = np.zeros(POSE_UNKNOWNS + len(model.basis), bool)
    boxed[POSE_UNKNOWNS + model.identities :] = True

    def distance_terms(state: _State) -> tuple[float, float, Float]:
        """Residual, precision, and gradient over (log scale, log distance) of the distance prior."""
        if focal_px is None:
            return state.log_distance - math.log(DISTANCE_M), DISTANCE_SIGMA**-2, np.array([0.0, 1.0])
        return state.log_scale + state.log_distance - math.log(focal_px), FOCAL_SIGMA**-2, np.ones(2)

    def cost(state: _State) -> float:
        error = (_predict(model, state)[2] - observed) / unit[:, None]
        squared = (error**2).sum(axis=1)
        away, stiffness, _ = distance_terms(state)
        data = (trust * squared / (1 + squared / robust_scale**2)).sum()
        return float(data + factor * (precision @ state.coefficients**2 + stiffness * away**2))

    state, damping = start, 1e-3
    now = cost(state)
    for _ in range(iterations):
        jacobian, error = _linearise(model, observed, unit, state)
        squared = (error**2).sum(axis=1)
        root = np.repeat(np.sqrt(trust) / (1 + squared / robust_scale**2), 2)
        jacobian *= root[:, None]
        hessian = jacobian.T @ jacobian
        gradient = jacobian.T @ (root * error.ravel())
        away, stiffness, slope = distance_terms(state)
        hessian[5:7, 5:7] += factor * stiffness * np.outer(slope, slope)
        gradient[5:7] += factor * stiffness * away * slope
        diagonal = np.einsum("ii->i", hessian)
        diagonal[POSE_UNKNOWNS:] += factor * precision
        gradient[POSE_UNKNOWNS:] += factor * precision * state.coefficients

        value = np.concatenate([np.full(POSE_UNKNOWNS, 0.5), state.coefficients])
        stuck = boxed & (((value <= 0) & (gradient > 0)) | ((value >= 1) & (gradient < 0)))
        free = np.flatnonzero(~stuck)
        better = False
        for _ in range(8):
            damped = hessian[np.ix_(free, free)].copy()
            np.einsum("ii->i", damped)[:] *= 1 + damping
            step = np.zeros(len(gradient))
            step[free] = -cho_solve(cho_factor(damped), gradient[free])
            proposal = _moved(model, state, step)
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


def _linearise(model: LandmarkModel, observed: Float, unit: Float, state: _State) -> tuple[Float, Float]:
    """Jacobian (2N, 7 + K) and residuals (N, 2), both in units of each landmark's sigma."""
    turned, relative, image = _predict(model, state)
    scale, nearness = math.exp(state.log_scale), math.exp(-state.log_distance)
    # d image / d turned point: rows u, v; columns x, y, z
    count = len(turned)
    by_point = np.zeros((count, 2, 3))
    by_point[:, 0, 0] = by_point[:, 1, 1] = scale / relative
    by_point[:, :, 2] = -image * (nearness / relative)[:, None]
    jacobian = np.empty((count, 2, POSE_UNKNOWNS + len(model.basis)))
    # A rotation increment w moves a turned point p by w x p.
    x, y, z = turned.T
    zero = np.zeros(count)
    spin = np.array([[zero, z, -y], [-z, zero, x], [y, -x, zero]]).transpose(2, 0, 1)
    jacobian[:, :, 0:3] = by_point @ spin
    jacobian[:, :, 3:5] = by_point[:, :, :2]
    jacobian[:, :, 5] = image
    jacobian[:, :, 6] = image * (z * nearness / relative)[:, None]
    jacobian[:, :, POSE_UNKNOWNS:] = (by_point @ state.rotation) @ model.basis.transpose(1, 2, 0)
    jacobian /= unit[:, None, None]
    return jacobian.reshape(2 * count, -1), (image - observed) / unit[:, None]


def _moved(model: LandmarkModel, state: _State, step: Float) -> _State:
    coefficients = state.coefficients + step[POSE_UNKNOWNS:]
    coefficients[model.identities :] = np.clip(coefficients[model.identities :], 0, 1)
    return _State(
        np.asarray(Rotation.from_rotvec(step[:3]).as_matrix() @ state.rotation),
        state.shift + step[3:5],
        state.log_scale + float(step[5]),
        state.log_distance + float(step[6]),
        coefficients,
    )


def _report(
    model: LandmarkModel,
    observed: Float,
    confidence: Float,
    usable: NDArray[np.bool_],
    state: _State,
    width: int,
    height: int,
) -> HeadFit:
    scale, distance = math.exp(state.log_scale), math.exp(state.log_distance)
    off = np.linalg.norm(_predict(model, state)[2] - observed, axis=1) / scale
    sigmas = np.where(usable, off / model.sigma, 0)
    believed = confidence * _visibility(model, state) / (1 + (sigmas / ROBUST_SCALE) ** 2) ** 2
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
