"""From a photo to its faces: detect, fit, judge, read the light."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.config import FacesConfig
from pipeline.faces.camera import euler, project
from pipeline.faces.fit import fit_head, landmark_model, vertex_normals
from pipeline.faces.landmarks import Detection, load_backend
from pipeline.faces.light import estimate_light, even_light
from pipeline.faces.verdict import judge
from pipeline.head.model import load_head
from pipeline.records import Face, Photo, Rejected


def find_faces(photo: Photo, config: FacesConfig) -> tuple[Face, ...]:
    """Every face of a photo, left to right; the largest `config.max_faces` of them.

    Faces that cannot be used are returned with verdict "rejected" and a reason, so that they can be
    counted. Raises Rejected when there is no face at all.
    """
    detections = load_backend(config.backend)(photo.pixels)
    detections = sorted(detections, key=lambda d: -float(np.ptp(d.landmarks, axis=0).prod()))
    detections = detections[: config.max_faces]
    if not detections:
        raise Rejected("faces", "no face found")
    detections.sort(key=lambda d: float(d.landmarks[:, 0].mean()))
    return tuple(_face(photo, config, index, detection) for index, detection in enumerate(detections))


def _face(photo: Photo, config: FacesConfig, index: int, detection: Detection) -> Face:
    head = load_head()
    height, width = photo.pixels.shape[:2]
    fit = fit_head(
        landmark_model(config.backend),
        detection.landmarks,
        detection.confidence,
        width,
        height,
        photo.focal_px,
    )
    shape = head.shape(fit.identity_coefficients, fit.expression_coefficients)
    vertices = shape @ fit.rotation.T + fit.translation
    face_skin = _bare_skin()
    image_points = project(vertices[np.unique(head.faces[face_skin])], fit.camera)
    verdict, reason = judge(fit, image_points, detection, config.min_face_px)
    light = even_light()
    if verdict != "rejected":
        normals = vertex_normals(vertices, head.faces)
        light = estimate_light(photo.pixels, vertices, normals, head.faces, face_skin, fit.camera)
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
        verdict=verdict,
        reason=reason,
    )


@cache
def _bare_skin() -> NDArray[np.bool_]:
    """Triangles (F,) of the face that show skin in most photos: no lips, eyes, brows, hair, neck."""
    head = load_head()
    bare = head.regions["skin"].copy()
    for other in ("lips", "eyelids", "brows", "scalp", "neck", "ear_left", "ear_right", "mouth_cavity"):
        bare &= ~head.regions[other]
    return np.asarray(bare[head.faces].all(axis=1))
