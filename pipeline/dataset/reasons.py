"""Rejects by reason: many rows, few reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]

_NUMBER = re.compile(r"(?<![^\W\d])\d+(?:\.\d+)?")  # not the one in kn95
_OF_WHAT = re.compile(r"^[\w ]+, [\w ]+: ")  # a design and how it was worn
_NAMED = re.compile(r"the same file as .*")


@dataclass
class Group:
    """Rejects that differ in nothing but numbers and names; ``rows`` are the first of ``count``."""

    stage: str
    reason: str
    count: int = 0
    rows: list[Row] = field(default_factory=list)


def reason_in_general(reason: str) -> str:
    """A reason without the numbers and names of one photo or mask: what many have in common."""
    bare = _OF_WHAT.sub("", _NAMED.sub("the same file as another photo", reason))
    return _NUMBER.sub("…", bare)


def grouped(rejects: Iterable[Row], most: int) -> list[Group]:
    """Groups by stage and reason, the largest first, each with at most ``most`` rows. ``rejects`` are read
    once."""
    groups: dict[tuple[str, str], Group] = {}
    for row in rejects:
        place = (str(row["stage"]), reason_in_general(str(row["reason"])))
        group = groups.setdefault(place, Group(*place))
        group.count += 1
        if len(group.rows) < most:
            group.rows.append(row)
    return sorted(groups.values(), key=lambda group: (-group.count, group.stage, group.reason))
