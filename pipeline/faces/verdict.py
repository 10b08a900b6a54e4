"""Whether a fitted face can be used, and why not, in one plain sentence.

All of the reasons are here: a rule a reason, asked in order. The first that objects is the one told.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.faces.camera import euler
from pipeline.faces.detect.detection import Detection
from pipeline.faces.fit.head_fit import HeadFit
from pipeline.faces.occluders.find import NOTHING, Front
from pipeline.head.landmarks import load_landmarks
from pipeline.records import Float, Verdict

SIDEWAYS = math.radians(45)
AWAY = math.radians(100)
LOOSE_MM = 2.2
ABSURD_MM = 4.5
HABITUAL = 0.6  # of these, where a detector's habits are known: the residuals of all faces are so much less
UNSTEADY = 0.55  # mean confidence of the landmarks of a clear face is above 0.7
MISPLACED = 0.6  # of the detector's box: how far the fitted face may lie from it
INSIDE = 0.65  # part of the face that must be in the photo
HEAD_BREADTH_M = 0.145  # between the ears
WORN = 0.4  # part of where a mask goes that shows one; on bare faces it is below 0.1
HIDDEN = 0.35  # part of where a mask goes that is behind something: the fit there is a guess
UNCLEAR = 0.2  # part of where a mask goes of which it cannot be told whether something is before it
HAND = 0.01  # part of where a mask goes that a hand may be before


@dataclass(frozen=True)
class Evidence:
    """What is known of one face when it is judged."""

    fit: HeadFit
    image_points: Float  # (n, 2) px: vertices of the fitted face's skin, projected
    detection: Detection  # its box is from a face detector, which knows nothing of the fit
    min_face_px: float  # the least distance between the ears that is wanted
    front: Front = NOTHING  # what lies before the face


Rule = Callable[[Evidence], str]
"""The reason against a face, "" for none."""


def judge(
    fit: HeadFit, image_points: Float, detection: Detection, min_face_px: float, front: Front = NOTHING
) -> tuple[Verdict, str]:
    """Verdict and reason ("" when ok) of a face; the arguments are those of `Evidence`."""
    evidence = Evidence(fit, image_points, detection, min_face_px, front)
    rules: tuple[tuple[Verdict, tuple[Rule, ...]], ...] = (("rejected", REJECTING), ("flagged", FLAGGING))
    for verdict, several in rules:
        for rule in several:
            reason = rule(evidence)
            if reason:
                return verdict, reason
    return "ok", ""


def face_size_px(fit: HeadFit) -> float:
    """Distance between the ears of a head of usual size at the face's distance, px."""
    return float(fit.camera.focal_px / fit.translation[2] * HEAD_BREADTH_M)


def too_small(face: Evidence) -> str:
    size = face_size_px(face.fit)
    if size >= face.min_face_px:
        return ""
    return f"face too small: {size:.0f} px between the ears, {face.min_face_px:g} needed"


def masked(face: Evidence) -> str:
    return "wears a mask already" if face.front.masked > WORN else ""


def doubted(face: Evidence) -> str:
    return face.detection.doubt


def like_no_head(face: Evidence) -> str:
    off = face.fit.residual_mm
    if np.isfinite(off) and off <= _limit(face, ABSURD_MM):
        return ""
    return f"not a face, or hidden: landmarks lie {off:.1f} mm off any head"


def behind_the_camera(face: Evidence) -> str:
    if np.isfinite(face.image_points).all():
        return ""
    return "not a face: the fitted head reaches behind the camera"


def unsteady(face: Evidence) -> str:
    if float(face.detection.confidence.mean()) >= UNSTEADY:
        return ""
    return "not a face, or hidden: its landmarks move when the photo is mirrored"


def cut_off(face: Evidence) -> str:
    size = [face.fit.camera.width, face.fit.camera.height]
    within = ((face.image_points >= 0) & (face.image_points <= size)).all(axis=1).mean()
    return "" if within >= INSIDE else f"only {within:.0%} of the face is in the photo"


def misplaced(face: Evidence) -> str:
    centre = (face.image_points.min(axis=0) + face.image_points.max(axis=0)) / 2
    box = face.detection.box
    away = np.linalg.norm(centre - (box[:2] + box[2:]) / 2) / (box[2:] - box[:2]).max()
    return "" if away <= MISPLACED else "not a face, or hidden: detector and fit disagree on where it is"


def turned_away(face: Evidence) -> str:
    if abs(_yaw(face)) <= AWAY:
        return ""
    return "not a face: the fitted head looks away from the camera"


def sideways(face: Evidence) -> str:
    if abs(_yaw(face)) <= SIDEWAYS:
        return ""
    return f"turned {abs(math.degrees(_yaw(face))):.0f} degrees sideways, where the fit is less exact"


def loose(face: Evidence) -> str:
    off = face.fit.residual_mm
    if off <= _limit(face, LOOSE_MM):
        return ""
    return f"landmarks lie {off:.1f} mm off the fitted head: hidden or unusual face"


def hidden(face: Evidence) -> str:
    part = face.front.hidden
    return "" if part <= HIDDEN else f"{part:.0%} of where a mask goes is behind something"


def unclear(face: Evidence) -> str:
    part = face.front.unsure
    if part <= UNCLEAR:
        return ""
    return f"cannot tell what is before the face in {part:.0%} of where a mask goes"


def behind_a_hand(face: Evidence) -> str:
    part = face.front.hand
    return "" if part <= HAND else f"a hand may be before the face, in {part:.0%} of where a mask goes"


REJECTING: tuple[Rule, ...] = (
    masked,
    doubted,
    too_small,
    like_no_head,
    behind_the_camera,
    unsteady,
    cut_off,
    misplaced,
    turned_away,
)
FLAGGING: tuple[Rule, ...] = (sideways, hidden, behind_a_hand, unclear, loose)


def _limit(face: Evidence, millimetres: float) -> float:
    habits = load_landmarks(face.detection.points).habits
    return millimetres if habits is None else millimetres * HABITUAL


def _yaw(face: Evidence) -> float:
    return float(euler(face.fit.rotation)[0])
