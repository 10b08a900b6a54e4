"""From a photo to its faces: detect, fit, judge, read the light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.config import FacesConfig
from pipeline.faces.camera import euler, project
from pipeline.faces.detect.backends import load_backend
from pipeline.faces.detect.detection import Detection
from pipeline.faces.ears.find import Ear, find_ears
from pipeline.faces.ears.settle import settle_ears
from pipeline.faces.fit.head_fit import HeadFit, fit_head
from pipeline.faces.fit.landmark_model import LandmarkModel, landmark_model, with_vertices
from pipeline.faces.fit.outline import ROUNDS, on_outline
from pipeline.faces.light.estimate import estimate_light, even_light
from pipeline.faces.light.skin import PosedHead
from pipeline.faces.occluders.features import bare_skin
from pipeline.faces.occluders.find import find_front
from pipeline.faces.verdict import judge
from pipeline.head.ibug68 import FOLLOWS_OUTLINE
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Face, Float, Photo, Rejected

EARS_COST = 1.25  # factor by which ears may worsen the landmarks' residual


def find_faces(photo: Photo, config: FacesConfig) -> tuple[Face, ...]:
    """Every face of a photo, left to right; the largest `config.max_faces` of them.

    Faces that cannot be used are returned with verdict "rejected" and a reason, so that they can be
    counted. Raises Rejected when there is no face at all.
    """
    return tuple(_face(photo, config, index, found) for index, found in enumerate(detect(photo, config)))


def detect(photo: Photo, config: FacesConfig) -> list[Detection]:
    """What `find_faces` fits heads to, in its order. Raises Rejected when there is no face at all."""
    detections = load_backend(config)(photo)
    detections = sorted(detections, key=lambda d: -float(np.ptp(d.landmarks, axis=0).prod()))
    detections = detections[: config.max_faces]
    if not detections:
        raise Rejected("faces", "no face found")
    detections.sort(key=lambda d: float(d.landmarks[:, 0].mean()))
    return detections


def _face(photo: Photo, config: FacesConfig, index: int, detection: Detection) -> Face:
    head = load_head()
    fit, vertices, ears = _fit(photo, detection)
    face_skin = bare_skin()
    image_points = project(vertices[np.unique(head.faces[face_skin])], fit.camera)
    bare_ears = [ear.side for ear in ears]
    front = find_front(photo.pixels, vertices, fit.rotation, fit.translation, fit.camera, bare_ears)
    verdict, reason = judge(fit, image_points, detection, config.min_face_px, front)
    light, light_fit = even_light(), None
    if verdict != "rejected":
        normals = vertex_normals(vertices, head.faces)
        light, light_fit = estimate_light(
            photo.pixels, PosedHead(vertices, normals, fit.rotation, fit.camera)
        )
    return Face(
        index=index,
        box=np.concatenate([detection.landmarks.min(axis=0), detection.landmarks.max(axis=0)]),
        backend=config.backend,
        landmarks=detection.landmarks,
        confidence=detection.confidence,
        identity_coefficients=fit.identity_coefficients,
        expression_coefficients=fit.expression_coefficients,
        camera=fit.camera,
        rotation=fit.rotation,
        translation=fit.translation,
        yaw_pitch_roll=euler(fit.rotation),
        vertices=vertices,
        residual_mm=fit.residual_mm,
        residual_px=fit.residual_px,
        light=light,
        occluder=front.occluder,
        verdict=verdict,
        reason=reason,
        residuals_mm=fit.residuals_mm[: len(detection.landmarks)],
        light_fit=light_fit,
    )


def refit(photo: Photo, face: Face, detection: Detection) -> Face:
    """The face with its head fitted to other landmarks; light, occluder and verdict are as they were. For
    landmarks that are being moved."""
    fit, vertices, _ = _fit(photo, detection)
    return replace(
        face,
        landmarks=detection.landmarks,
        confidence=detection.confidence,
        box=np.concatenate([detection.landmarks.min(axis=0), detection.landmarks.max(axis=0)]),
        identity_coefficients=fit.identity_coefficients,
        expression_coefficients=fit.expression_coefficients,
        camera=fit.camera,
        rotation=fit.rotation,
        translation=fit.translation,
        yaw_pitch_roll=euler(fit.rotation),
        vertices=vertices,
        residual_mm=fit.residual_mm,
        residual_px=fit.residual_px,
        residuals_mm=fit.residuals_mm[: len(detection.landmarks)],
    )


def _first_fit(photo: Photo, detection: Detection) -> tuple[HeadFit, LandmarkModel]:
    """The head by its landmarks, and the model that they were fitted with."""
    height, width = photo.pixels.shape[:2]
    model = landmark_model(detection.points)
    points, trust, held = detection.landmarks, detection.confidence, _held(detection)
    first = fit_head(model, points, trust, width, height, photo.focal_px, held)
    for _ in range(ROUNDS if detection.points in FOLLOWS_OUTLINE else 0):
        model = on_outline(model, detection.points, first)
        first = fit_head(model, points, trust, width, height, photo.focal_px, held)
    return first, model


def _held(detection: Detection) -> Float | None:
    """(K,) what is known of the head's coefficients, NaN elsewhere; None where nothing is."""
    if detection.identity is None and detection.expression is None:
        return None
    head = load_head()
    identity, expression = (
        np.full(len(basis), np.nan) if known is None else known
        for known, basis in (
            (detection.identity, head.identity_basis),
            (detection.expression, head.expression_basis),
        )
    )
    return np.asarray(np.concatenate([identity, expression]))


def _fit(photo: Photo, detection: Detection) -> tuple[HeadFit, Float, tuple[Ear, ...]]:
    """The head by its landmarks, then by its ears too; its vertices (V, 3); the ears that were found."""
    height, width = photo.pixels.shape[:2]
    points, trust = detection.landmarks, detection.confidence
    first, model = _first_fit(photo, detection)
    vertices = _vertices(first)
    ears = find_ears(photo.pixels, vertices, first.camera)
    if not ears:
        return first, vertices, ()
    more = np.concatenate([ear.vertices for ear in ears])
    second = fit_head(
        with_vertices(model, more, np.concatenate([ear.sigma for ear in ears])),
        np.concatenate([points, *(ear.points for ear in ears)]),
        np.concatenate([trust, np.ones(len(more))]),
        width,
        height,
        photo.focal_px,
        _held(detection),
    )
    # Ears that can only be had by bending the face were no ears.
    off = float(np.nanmedian(second.residuals_mm[: len(points)]))
    if off > EARS_COST * first.residual_mm:
        return first, vertices, ()
    px = off * second.camera.focal_px / second.translation[2] / 1e3
    fit = replace(second, residual_mm=off, residual_px=float(px))
    return fit, settle_ears(_vertices(fit), fit.rotation, fit.camera, ears), ears


def _vertices(fit: HeadFit) -> Float:
    """Vertices (V, 3) m of the fitted head in the camera frame."""
    shape = load_head().shape(fit.identity_coefficients, fit.expression_coefficients)
    return np.asarray(shape @ fit.rotation.T + fit.translation)
