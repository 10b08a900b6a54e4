"""Where the landmarks of a posed head come to lie in the picture, and how that changes with the unknowns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from pipeline.faces.fit.landmark_model import LandmarkModel
from pipeline.faces.fit.view import features, view_of
from pipeline.records import Float

POSE_UNKNOWNS = 7  # rotation 3, shift 2, log scale, log distance
_STEP = 1e-4  # rad, m and log m, of the differences by which habits are differentiated


@dataclass(frozen=True)
class State:
    """The unknowns of a fit."""

    rotation: Float  # (3, 3) head to camera
    shift: Float  # (2,) m
    log_scale: float  # px per m at the head's origin
    log_distance: float
    coefficients: Float  # (K,)

    def translation(self) -> Float:
        return np.array([*self.shift, math.exp(self.log_distance)])


def shape(model: LandmarkModel, state: State) -> Float:
    """Landmarks (N, 3) m of the head, head frame."""
    offset = state.coefficients @ model.basis.reshape(len(model.basis), -1)
    return np.asarray(model.mean + offset.reshape(-1, 3))


def predict(model: LandmarkModel, state: State) -> Float:
    """Image points (N, 2) px, from the principal point."""
    turned = shape(model, state) @ state.rotation.T
    relative = _relative_depth(turned, state)
    straight = (turned[:, :2] + state.shift) / relative[:, None]
    return np.asarray(math.exp(state.log_scale) * (straight + _stray(model, state)))


def linearise(model: LandmarkModel, state: State) -> tuple[Float, Float]:
    """Jacobian (N, 2, 7 + K) of the image points, and the points (N, 2) px."""
    turned = shape(model, state) @ state.rotation.T
    relative = _relative_depth(turned, state)
    scale, nearness = math.exp(state.log_scale), math.exp(-state.log_distance)
    straight = scale * (turned[:, :2] + state.shift) / relative[:, None]
    image = straight + scale * _stray(model, state)
    # d image / d turned point: rows u, v; columns x, y, z
    count = len(turned)
    by_point = np.zeros((count, 2, 3))
    by_point[:, 0, 0] = by_point[:, 1, 1] = scale / relative
    by_point[:, :, 2] = -straight * (nearness / relative)[:, None]
    jacobian = np.empty((count, 2, POSE_UNKNOWNS + len(model.basis)))
    # A rotation increment w moves a turned point p by w x p.
    x, y, z = turned.T
    zero = np.zeros(count)
    spin = np.array([[zero, z, -y], [-z, zero, x], [y, -x, zero]]).transpose(2, 0, 1)
    jacobian[:, :, 0:3] = by_point @ spin
    jacobian[:, :, 3:5] = by_point[:, :, :2]
    jacobian[:, :, 5] = image
    jacobian[:, :, 6] = straight * (z * nearness / relative)[:, None]
    jacobian[:, :, POSE_UNKNOWNS:] = (by_point @ state.rotation) @ model.basis.transpose(1, 2, 0)
    if model.habits is not None:
        now = _stray(model, state)
        for unknown in (0, 1, 2, 3, 4, 6):
            step = np.zeros(jacobian.shape[2])
            step[unknown] = _STEP
            then = _stray(model, moved(model, state, step))
            jacobian[:, :, unknown] += scale * (then - now) / _STEP
    return jacobian, image


def moved(model: LandmarkModel, state: State, step: Float) -> State:
    """The state after a step (7 + K,), expression kept in its box."""
    coefficients = state.coefficients + step[POSE_UNKNOWNS:]
    coefficients[model.identities :] = np.clip(coefficients[model.identities :], 0, 1)
    return replace(
        state,
        rotation=np.asarray(Rotation.from_rotvec(step[:3]).as_matrix() @ state.rotation),
        shift=state.shift + step[3:5],
        log_scale=state.log_scale + float(step[5]),
        log_distance=state.log_distance + float(step[6]),
        coefficients=coefficients,
    )


def _relative_depth(turned: Float, state: State) -> Float:
    """Depths (N,) over the depth of the head's origin."""
    return np.asarray(np.maximum(1 + turned[:, 2] * math.exp(-state.log_distance), 0.05))


def _stray(model: LandmarkModel, state: State) -> Float:
    """How far (N, 2) m the detector puts landmarks from their places, in the image plane."""
    if model.habits is None:
        return np.zeros((len(model.mean), 2))
    view = view_of(state.rotation, state.translation())
    offsets = model.habits.offsets
    upright = features(view) @ offsets.reshape(len(offsets), -1)
    return np.asarray(upright.reshape(-1, 2) @ view.axes)
