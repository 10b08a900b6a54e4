"""Verification protocols as others' code reads them: pairs.txt as in LFW, and templates as in IJB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from pipeline.dataset.export.draw_pairs import Pair, draw_pairs
from pipeline.dataset.export.numbered import name_and_number, number_pictures, write_pictures
from pipeline.dataset.export.rights import MASKED, UNMASKED
from pipeline.dataset.export.task import Counts, Task, split_folder
from pipeline.dataset.export.templates import write_templates

PROTOCOLS: Mapping[str, tuple[str, str]] = {
    "unmasked-unmasked": (UNMASKED, UNMASKED),
    "unmasked-masked": (UNMASKED, MASKED),
    "masked-masked": (MASKED, MASKED),
}


def write_pairs(task: Task) -> Counts:
    """``images/``, ``pairs_<protocol>.txt`` and ``ijb/``, below each split.

    LFW's format: folds and pairs of a kind in each on the first line; then, fold by fold, genuine pairs
    (name, number, number) and impostors (name, number, name, number), with tabs. In ``unmasked-masked`` the
    picture named first has no mask.
    """
    number_pictures(task.index)
    made = {"pictures": write_pictures(task), "pairs": 0, "templates": 0}
    for split in splits(task):
        pairs = pairs_of(task, split)
        for protocol in protocols(task):
            _write_list(task, split, protocol, pairs)
            made["pairs"] += len(pairs)
        made["templates"] += write_templates(task, split, PROTOCOLS)
    return made


def splits(task: Task) -> list[str]:
    """Names of the splits, or one empty one."""
    return [name for (name,) in task.index.execute("SELECT DISTINCT split FROM identities ORDER BY split")]


def protocols(task: Task) -> tuple[str, ...]:
    """What is compared with what. Photos paired with themselves tell nothing where neither wears a mask."""
    return tuple(PROTOCOLS)[1:] if task.options.same_photo else tuple(PROTOCOLS)


def pairs_of(task: Task, split: str) -> list[Pair]:
    """`draw_pairs` as the options say."""
    options = task.options
    return draw_pairs(task.index, split, options.pairs, options.same_photo, options.seed)


def _write_list(task: Task, split: str, protocol: str, pairs: Sequence[Pair]) -> None:
    folds = len(list(groupby(pairs, lambda pair: pair.fold)))
    left, right = PROTOCOLS[protocol]
    path = split_folder(task, split) / f"pairs_{protocol}.txt"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{folds}\t{len(pairs) // folds // 2}\n")
        for pair in pairs:
            name, first = name_and_number(task.index, left, pair.left.face, pair.left.sample)
            other, second = name_and_number(task.index, right, pair.right.face, pair.right.sample)
            words = (name, first, second) if pair.genuine else (name, first, other, second)
            file.write("\t".join(map(str, words)) + "\n")
