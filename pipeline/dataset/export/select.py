"""Which rows of the manifest an export holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pipeline.dataset.export.rights import NOT_STATED
from pipeline.dataset.rows import Row


@dataclass(frozen=True)
class Selection:
    """Rows that are left out. Patterns are those of a shell, in which case does not matter."""

    exclude_licence: tuple[str, ...] = ()  # "not stated" stands for none
    only_verdict: tuple[str, ...] = ()  # empty: any


def chosen(selection: Selection) -> Callable[[Row], bool]:
    """Whether a row of the manifest belongs to the export."""
    patterns = [pattern.casefold() for pattern in selection.exclude_licence]
    verdicts = frozenset(selection.only_verdict)

    def belongs(row: Row) -> bool:
        licence = (row.get("licence") or NOT_STATED).casefold()
        if any(fnmatchcase(licence, pattern) for pattern in patterns):
            return False
        return not verdicts or row["verdict"] in verdicts

    return belongs
