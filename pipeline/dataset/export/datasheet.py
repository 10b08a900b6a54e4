"""DATASHEET.md: the questions of T. Gebru et al., "Datasheets for Datasets", CACM 64(12), 2021."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.dataset.export.facts import Facts
from pipeline.dataset.export.statements import (
    UNSAID,
    counted,
    how_annotated,
    how_collected,
    how_manipulated,
    how_personal,
    known_limits,
    rights_lines,
    what_it_is,
)

_UNKNOWN = UNSAID.capitalize() + "."


def datasheet(facts: Facts) -> str:
    """The page. Only what the run knows is answered; the rest is the maker's to say."""
    lines = [f"# Datasheet of {facts.name}", ""]
    for title, answers in _sections(facts).items():
        lines += [f"## {title}", ""]
        for question, answer in answers.items():
            lines += [f"**{question}**", "", answer or _UNKNOWN, ""]
    return "\n".join(lines)


def _sections(facts: Facts) -> Mapping[str, Mapping[str, str]]:
    """Answers by question; an empty one is not known to the run."""
    return {
        "Motivation": {
            "For what purpose was the dataset created?": "",
            "Who created the dataset and on behalf of which entity?": "",
            "Who funded its creation?": "",
        },
        "Composition": {
            "What do the instances represent?": what_it_is(facts),
            "How many instances are there?": f"{facts.samples} samples; by design: {counted(facts.designs)}; "
            f"by way of wearing: {counted(facts.wearing)}.",
            "Does it contain all possible instances or is it a sample?": "",
            "What data does each instance consist of?": "A masked photograph and its labels: matte, shadow, "
            "depth, normals, parts, landmarks, pose, camera, mask, material and light.",
            "Is there a label or target associated with each instance?": how_annotated(),
            "Is any information missing from individual instances?": _missing(facts),
            "Are relationships between instances made explicit?": "Samples of one identity, one photograph "
            "and one face say so in every row.",
            "Are there recommended data splits?": _splits(facts),
            "Are there any errors, sources of noise, or redundancies?": " ".join(known_limits(facts)),
            "Is it self-contained, or does it rely on external resources?": "The photographs without masks "
            "are not in it, but for aligned faces of 112 x 112 pixels.",
            "Might it contain confidential or offensive data?": "",
            "Does it identify subpopulations?": "Not by itself. What names of identities tell is "
            + UNSAID
            + ".",
            "Is it possible to identify individuals?": how_personal(facts),
        },
        "Collection process": {
            "How was the data acquired?": how_collected(facts),
            "Who was involved, and how were they compensated?": "",
            "Over what timeframe was the data collected?": "",
            "Were any ethical review processes conducted?": "",
            "Were the individuals notified, and did they consent?": "Consent, as stated by photograph: "
            f"{counted(facts.consents)}.",
            "Can consent be revoked?": "How to ask for it is " + UNSAID + ". `maskdrape forget` removes a "
            "person or a photograph from the data set; exports are then to be made again.",
        },
        "Preprocessing, cleaning, labelling": {
            "Was any preprocessing, cleaning or labelling done?": how_manipulated(facts)
            + " "
            + how_annotated(),
            "Was the raw data saved?": "",
            "Is the software available?": "MaskDrape, GPL-3.0-or-later; all its settings are in the card.",
        },
        "Uses": {
            "Has the dataset been used for any tasks already?": "",
            "What tasks could it be used for?": "",
            "What might impact future uses?": " ".join(known_limits(facts)),
            "Are there tasks for which it should not be used?": "",
        },
        "Distribution": {
            "How, when and to whom will it be distributed?": "",
            "Under which copyright licence or terms of use?": "; ".join(rights_lines(facts)) + ".",
        },
        "Maintenance": {
            "Who maintains it, and how can they be contacted?": "",
            "Will it be updated?": "",
            "Will older versions be kept?": "",
        },
    }


def _missing(facts: Facts) -> str:
    if not facts.rejects:
        return "No photo, face or variant was rejected."
    return f"What could not be used has a row with its reason; by stage of the run: {counted(facts.rejects)}."


def _splits(facts: Facts) -> str:
    if not facts.splits:
        return ""
    return (
        "By identity, with people who share near-duplicate photographs on one side: "
        + "; ".join(
            f"{name}: {held['identities']} identities, {held['samples']} samples"
            for name, held in facts.splits.items()
        )
        + "."
    )
