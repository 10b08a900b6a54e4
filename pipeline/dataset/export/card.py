"""A card as Hugging Face shows it (README.md), and a datasheet (T. Gebru et al., CACM 2021).

Nothing in them is invented: what the run does not know is said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from pipeline.dataset.export.datasheet import datasheet
from pipeline.dataset.export.facts import Facts, collect_facts
from pipeline.dataset.export.rights import NOT_STATED
from pipeline.dataset.export.statements import (
    UNSAID,
    how_annotated,
    how_collected,
    how_manipulated,
    how_personal,
    known_limits,
    rights_lines,
    what_it_is,
)
from pipeline.dataset.export.task import Counts, Task

_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
_LARGER = ((10**7, "1M<n<10M"), (10**8, "10M<n<100M"), (10**9, "100M<n<1B"))
_LICENCES = {
    "cc0-1.0",
    "cc-by-2.0",
    "cc-by-2.5",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cc-by-nc-2.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nd-4.0",
    "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-2.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "pddl",
    "odbl",
    "odc-by",
    "mit",
    "apache-2.0",
}
"""Of Hugging Face's identifiers those that photographs may be under."""


def write_card(task: Task) -> Counts:
    """``README.md`` with its front matter, and ``DATASHEET.md``."""
    facts = collect_facts(task)
    (task.out / "README.md").write_text(card(facts), encoding="utf-8")
    (task.out / "DATASHEET.md").write_text(datasheet(facts), encoding="utf-8")
    return {"pages": 2}


def card(facts: Facts) -> str:
    """README.md."""
    front = yaml.safe_dump(front_matter(facts), sort_keys=False, allow_unicode=True)
    parts = [
        f"---\n{front}---\n\n# {facts.name}\n\n{what_it_is(facts)}\n",
        _section("Rights", "\n".join(f"- {line}" for line in rights_lines(facts)))
        + "\nEvery row of the data set has its own; they are to be kept with the pictures.\n",
        _section("What is in it", _tables(facts)),
        _section("How it was made", f"{how_collected(facts)}\n\n{how_manipulated(facts)}"),
        _section("Labels", how_annotated()),
        _section("People", how_personal(facts)),
        _section("Known limits", "\n".join(f"- {limit}" for limit in known_limits(facts))),
        _section("Intended uses", f"{UNSAID.capitalize()}."),
        _section("Citation and contact", f"{UNSAID.capitalize()}."),
        _section("Settings", f"```yaml\n{facts.config.rstrip()}\n```"),
    ]
    return "\n".join(parts)


def front_matter(facts: Facts) -> dict[str, object]:
    """The fields that Hugging Face reads, as far as they are known."""
    ids = sorted({_licence_id(name) for name in facts.licences})
    front: dict[str, object] = {"pretty_name": facts.name, "license": ids[0] if len(ids) == 1 else ids}
    if "other" in ids:
        front |= {"license_name": "stated-for-every-picture", "license_link": "DATASHEET.md"}
    return front | {
        "annotations_creators": ["machine-generated"],
        "size_categories": [_size(facts.samples)],
        "tags": ["face-mask", "synthetic-composite", "maskdrape"],
    }


def _licence_id(name: str) -> str:
    if name == NOT_STATED:
        return "unknown"
    plain = name.casefold().replace(" ", "-")
    return plain if plain in _LICENCES else "other"


def _size(samples: int) -> str:
    return next((name for most, name in (*_SIZES, *_LARGER) if samples < most), "n>1T")


def _tables(facts: Facts) -> str:
    tables = [
        _table("design", facts.designs),
        _table("wearing", facts.wearing),
        _table("verdict of the fit", facts.verdicts),
    ]
    if facts.splits:
        lines = ["| split | identities | samples |", "|---|---|---|"]
        lines += [
            f"| {name} | {held['identities']} | {held['samples']} |" for name, held in facts.splits.items()
        ]
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def _table(what: str, counts: Mapping[str, int]) -> str:
    return "\n".join(
        [f"| {what} | samples |", "|---|---|", *(f"| {n} | {held} |" for n, held in counts.items())]
    )


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}\n"
