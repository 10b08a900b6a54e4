"""Every reason is told to the face it is meant for, and to no other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.faces import verdict
from pipeline.faces.camera import from_euler
from pipeline.faces.detect.detection import Detection
from pipeline.faces.fit.head_fit import HeadFit
from pipeline.faces.occluders.find import NOTHING
from pipeline.records import Camera

POINTS = np.array([[200.0, 150.0], [300.0, 150.0], [250.0, 280.0]])


def evidence(
    yaw: float = 0, residual: float = 1.0, distance: float = 1.0, sure: float = 0.9, aside: float = 0
) -> verdict.Evidence:
    fit = HeadFit(
        np.zeros(80), np.zeros(43), from_euler(np.radians(yaw), 0, 0), np.array([0, 0, distance]),
        Camera(800.0, 500, 400), np.ones(68), np.ones(68), residual, residual,
    )  # fmt: skip
    box = np.array([200.0 + aside, 150, 300 + aside, 280])
    return verdict.Evidence(fit, POINTS, Detection(POINTS, np.full(3, sure), 0.9, box), 48.0)


def judged(face: verdict.Evidence) -> tuple[str, str]:
    return verdict.judge(face.fit, face.image_points, face.detection, face.min_face_px, face.front)


DOUBTED = replace(evidence().detection, doubt="turned too far")
CASES = {
    verdict.doubted: (replace(evidence(), detection=DOUBTED), "rejected", "turned too far"),
    verdict.too_small: (evidence(distance=4.0), "rejected", "29 px between the ears, 48 needed"),
    verdict.like_no_head: (evidence(residual=3.0), "rejected", "3.0 mm off any head"),
    verdict.behind_the_camera: (
        replace(evidence(), image_points=np.full((3, 2), np.nan)), "rejected", "behind the camera"),
    verdict.unsteady: (evidence(sure=0.4), "rejected", "move when the photo is mirrored"),
    verdict.cut_off: (
        replace(evidence(), image_points=POINTS - [260, 0]), "rejected", "only 33% of the face"),
    verdict.misplaced: (evidence(aside=120), "rejected", "disagree on where it is"),
    verdict.turned_away: (evidence(yaw=120), "rejected", "looks away"),
    verdict.masked: (
        replace(evidence(), front=replace(NOTHING, masked=0.8)), "rejected", "wears a mask already"),
    verdict.hidden: (
        replace(evidence(), front=replace(NOTHING, hidden=0.5)), "flagged", "50% of where a mask"),
    verdict.behind_a_hand: (
        replace(evidence(), front=replace(NOTHING, hand=0.05)), "flagged", "a hand may be before"),
    verdict.unclear: (
        replace(evidence(), front=replace(NOTHING, unsure=0.3)), "flagged", "cannot tell what is before"),
    verdict.sideways: (evidence(yaw=-60), "flagged", "turned 60 degrees"),
    verdict.loose: (evidence(residual=2.0), "flagged", "2.0 mm off the fitted head"),
}  # fmt: skip


def test_a_clear_face_is_ok() -> None:
    assert judged(evidence()) == ("ok", "")


@pytest.mark.parametrize("rule", CASES, ids=lambda rule: rule.__name__)
def test_each_rule_gives_its_reason(rule: verdict.Rule) -> None:
    face, expected, words = CASES[rule]
    found, reason = judged(face)
    assert found == expected and words in reason
    assert rule(face) == reason and rule(evidence()) == ""


def test_no_rule_is_left_out() -> None:
    assert set(CASES) <= {*verdict.REJECTING, *verdict.FLAGGING}


def test_what_rejects_is_told_before_what_flags() -> None:
    assert judged(evidence(yaw=60, distance=4.0))[0] == "rejected"


def test_landmarks_whose_habits_are_unknown_may_lie_farther_off() -> None:
    measured = evidence(residual=2.0)
    supplied = replace(measured, detection=replace(measured.detection, points="ibug68"))
    assert judged(measured)[0] == "flagged"
    assert judged(supplied) == ("ok", "")
