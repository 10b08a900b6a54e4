"""One export, from the data set to the folder that is moved into place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.dataset.export.card import write_card
from pipeline.dataset.export.coco import write_coco
from pipeline.dataset.export.croissant import write_croissant
from pipeline.dataset.export.errors import ExportError
from pipeline.dataset.export.imagefolder import write_crops, write_imagefolder
from pipeline.dataset.export.index import counts_by_split, fill, licences, number_identities, open_index
from pipeline.dataset.export.insightface import write_insightface
from pipeline.dataset.export.pairs import write_pairs
from pipeline.dataset.export.parquet import write_parquet
from pipeline.dataset.export.place import check_place, workshop, write_mark
from pipeline.dataset.export.rights import NOT_STATED, SYNTHETIC
from pipeline.dataset.export.same_picture import find_same_pictures
from pipeline.dataset.export.select import Selection, chosen
from pipeline.dataset.export.split import group_identities, split
from pipeline.dataset.export.task import Counts, Options, Task
from pipeline.dataset.export.webdataset import write_webdataset
from pipeline.dataset.read import MANIFEST, rejects, rows
from pipeline.files import sha256_of

FORMATS: Mapping[str, Callable[[Task], Counts]] = {
    "imagefolder": write_imagefolder,
    "crops": write_crops,
    "coco": write_coco,
    "webdataset": write_webdataset,
    "parquet": write_parquet,
    "pairs": write_pairs,
    "insightface": write_insightface,
    "croissant": write_croissant,
    "card": write_card,
}


@dataclass(frozen=True)
class Exported:
    """What was written."""

    form: str
    made: Counts
    splits: Mapping[str, Mapping[str, int]]  # identities and samples; "" where there are no splits
    licences: Mapping[str, int]  # samples by licence
    left_out: int  # rows that the selection left out
    together: int  # identities kept with another one because they share near-duplicate photos


def export(data_set: Path, form: str, output: Path, selection: Selection, options: Options) -> Exported:
    """Write an export of a data set. Raises ExportError, DataSetError."""
    check_place(data_set, output, form)
    with workshop(output) as folder, closing(open_index(folder / "index.sqlite")) as index:
        left_out = fill(index, rows(data_set), rejects(data_set), chosen(selection), options.seed)
        splits = counts_by_split(index)
        if not splits:
            raise ExportError("no sample is left to export" if left_out else "the data set has no sample")
        find_same_pictures(index, data_set)
        together = group_identities(index)
        if options.shares:
            split(index, options.shares)
            splits = counts_by_split(index)
        number_identities(index)
        made = FORMATS[form](Task(data_set, folder / "export", index, options))
        by_licence = {name or NOT_STATED: number for name, number in licences(index).items()}
        done = Exported(form, made, splits, by_licence, left_out, together)
        write_mark(folder / "export", _mark(done, data_set, selection, options))
    return done


def _mark(done: Exported, data_set: Path, selection: Selection, options: Options) -> dict[str, Any]:
    return {
        "version": __version__,
        "format": done.form,
        "manifest_sha256": sha256_of(data_set / MANIFEST),
        "seed": options.seed,
        "split": list(options.shares) or None,
        "splits": done.splits,
        "exclude_licence": list(selection.exclude_licence),
        "only_verdict": list(selection.only_verdict),
        "left_out": done.left_out,
        "kept_together": done.together,
        "made": done.made,
        "licences": done.licences,
        "synthetic": SYNTHETIC["masked"],
    }
