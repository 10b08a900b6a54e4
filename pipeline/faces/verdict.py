"""Whether a fitted face can be used, and why not, in one plain sentence."""

from __future__ import annotations

import math

import numpy as np

from pipeline.faces.camera import euler
from pipeline.faces.detect.detection import Detection
from pipeline.faces.fit.head_fit import HeadFit
from pipeline.records import Float, Verdict

SIDEWAYS = math.radians(45)
LOOSE_MM = 2.2
ABSURD_MM = 4.5
UNSTEADY = 0.55  # mean confidence of the landmarks of a clear face is above 0.7
MISPLACED = 0.6  # of the detector's box: how far the fitted face may lie from it
INSIDE = 0.65  # part of the face that must be in the photo
HEAD_BREADTH_M = 0.145  # between the ears


def face_size_px(fit: HeadFit) -> float:
    """Distance between the ears of a head of usual size at the face's distance, px."""
    return float(fit.camera.focal_px / fit.translation[2] * HEAD_BREADTH_M)


def judge(fit: HeadFit, image_points: Float, detection: Detection, min_face_px: float) -> tuple[Verdict, str]:
    """Verdict and reason ("" when ok).

    image_points (n, 2) px: vertices of the fitted face's skin, projected. The detection's box is what a
    face detector, which knows nothing of the fit, took for the face.
    """
    size = face_size_px(fit)
    if size < min_face_px:
        return "rejected", f"face too small: {size:.0f} px between the ears, {min_face_px:g} needed"
    if not np.isfinite(fit.residual_mm) or fit.residual_mm > ABSURD_MM:
        return "rejected", f"not a face, or hidden: landmarks lie {fit.residual_mm:.1f} mm off any head"
    if not np.isfinite(image_points).all():
        return "rejected", "not a face: the fitted head reaches behind the camera"
    steadiness = float(detection.confidence.mean())
    if steadiness < UNSTEADY:
        return "rejected", "not a face, or hidden: its landmarks move when the photo is mirrored"
    width, height = fit.camera.width, fit.camera.height
    within = ((image_points >= 0) & (image_points <= [width, height])).all(axis=1).mean()
    if within < INSIDE:
        return "rejected", f"only {within:.0%} of the face is in the photo"
    centre = (image_points.min(axis=0) + image_points.max(axis=0)) / 2
    box = detection.box
    away = np.linalg.norm(centre - (box[:2] + box[2:]) / 2) / (box[2:] - box[:2]).max()
    if away > MISPLACED:
        return "rejected", "not a face, or hidden: detector and fit disagree on where it is"
    yaw = float(euler(fit.rotation)[0])
    if abs(yaw) > math.radians(100):
        return "rejected", "not a face: the fitted head looks away from the camera"
    if abs(yaw) > SIDEWAYS:
        return "flagged", f"turned {abs(math.degrees(yaw)):.0f} degrees sideways, where the fit is less exact"
    if fit.residual_mm > LOOSE_MM:
        return (
            "flagged",
            f"landmarks lie {fit.residual_mm:.1f} mm off the fitted head: hidden or unusual face",
        )
    return "ok", ""
