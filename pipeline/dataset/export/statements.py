"""Facts of a data set as sentences, the same in its card, its datasheet and Croissant."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.dataset.export.facts import Facts
from pipeline.dataset.metadata import NOTE

UNSAID = "not stated by the maker of this data set"


def counted(counts: Mapping[str, int]) -> str:
    """``CC0-1.0 (12), not stated (3)``."""
    return ", ".join(f"{name} ({number})" for name, number in counts.items())


def what_it_is(facts: Facts) -> str:
    return (
        f"{facts.samples} pictures of {facts.identities} identities wearing face masks that are not in the "
        f"photographs: made from {facts.faces} faces in {facts.photos} photographs. {NOTE}"
    )


def how_collected(facts: Facts) -> str:
    return (
        f"{facts.photos} photographs given by the maker of this data set. Their sources, as stated: "
        f"{counted(facts.sources)}. How they were taken or collected: {UNSAID}."
    )


def how_manipulated(facts: Facts) -> str:
    made_by = ", ".join(f"{name} {number}" for name, number in facts.versions.items())
    return (
        "Into every photograph one mask was put by MaskDrape: a head model is fitted to the face, a cloth "
        "mask is simulated on it, path-traced under light estimated from the photograph, and laid over it. "
        f"Pixels that neither mask nor shadow touch are the photograph's. Made by: {made_by}."
    )


def how_annotated() -> str:
    return (
        "By machine, without a person looking on: matte, shadow, depth, normals, parts and coverage are "
        "known from the rendering; landmarks, pose, camera, head shape, light and what lies in front are "
        "estimated from the photograph. Identities are the names that the maker gave the photographs."
    )


def how_personal(facts: Facts) -> str:
    return (
        f"Photographs of faces of people, grouped by {facts.identities} identities. Consent, as stated by "
        f"photograph: {counted(facts.consents)}. Pictures keep the EXIF data of the photographs, with the "
        "place where they were taken if that is in them."
    )


def known_limits(facts: Facts) -> list[str]:
    limits = [
        "The masks are synthetic: what is measured on these pictures need not hold for worn masks.",
        "An identity is said of a photograph: where it shows several people, all its faces have that name.",
    ]
    flagged = facts.verdicts.get("flagged", 0)
    if flagged:
        limits.append(f"Of {facts.samples} samples {flagged} are flagged: the fit of the head is in doubt.")
    if facts.rejects:
        limits.append(
            f"What could not be used is left out, by stage of the run: {counted(facts.rejects)}. The "
            "reasons are in rejects.jsonl."
        )
    return limits


def rights_lines(facts: Facts) -> list[str]:
    return [
        f"licence, by photograph: {counted(facts.licences)}",
        f"source, by photograph: {counted(facts.sources)}",
        f"consent, by photograph: {counted(facts.consents)}",
    ]
