"""Journals of all shards -> the data set's tables and contact sheet."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from pipeline.dataset.contact_sheet import draw_contact_sheet
from pipeline.dataset.distribution import Distribution, Shares, distribution, distribution_json
from pipeline.dataset.journal import Journal, Row
from pipeline.dataset.rows import jsonl
from pipeline.dataset.write import jpeg_name
from pipeline.files import write_whole
from pipeline.records import PhotoSource

_SAMPLE_ID = re.compile(r"[0-9a-f]{16}-f\d+-v\d+")


@dataclass(frozen=True)
class Tables:
    """What stands in the data set after `finalise`."""

    samples: tuple[Row, ...]
    rejects: tuple[Row, ...]
    faces: int  # found in the finished photos
    flagged: int  # of these
    unfinished: int  # photos that this recipe has still to make
    removed: int  # samples of earlier recipes or photos that were deleted
    distribution: Distribution  # of the samples


def sample_id(photo_sha256: str, face: int, variant: int) -> str:
    """Name of a sample: depends on nothing but the photo's bytes, the face and the variant."""
    return f"{photo_sha256[:16]}-f{face}-v{variant:02d}"


def reject_row(
    source: PhotoSource, stage: str, reason: str, sha256: str | None, face: int | None, variant: int | None
) -> dict[str, Any]:
    """A row of rejects.jsonl."""
    return {
        "photo": source.name,
        "identity": source.identity,
        "sha256": sha256,
        "face": face,
        "variant": variant,
        "stage": stage,
        "reason": reason,
    }


def collect(
    entries: Sequence[tuple[PhotoSource, str]], journal: Journal, variants: int
) -> tuple[list[Row], list[Row], int]:
    """Samples and rejects in the order of the input, and the number of unfinished photos.

    ``entries`` are all photos of the job (not one shard's) with the problem found while listing them.
    """
    samples: list[Row] = []
    rejects: list[Row] = []
    unfinished = 0
    for source, problem in entries:
        if problem:
            rejects.append(reject_row(source, "photos", problem, None, None, None))
            continue
        if not journal.finished(source, variants):
            unfinished += 1
            continue
        sha256 = journal.photos[source.name, source.identity]["sha256"]
        for row in journal.of_photo(source):
            if row["sha256"] == sha256 and (row["variant"] or 0) < variants:
                (samples if row["kind"] == "sample" else rejects).append(row["row"])
    return samples, rejects, unfinished


def finalise(
    output: Path,
    entries: Sequence[tuple[PhotoSource, str]],
    journal: Journal,
    variants: int,
    resolved: str,
    wanted: Shares,
    open_photo: Callable[[PhotoSource], NDArray[np.uint8]],
) -> Tables:
    """Write manifest, rejects, distribution, resolved configuration and contact sheet.

    Every shard calls it when done and the last one leaves the whole. Once nothing is unfinished,
    samples that belong to no row any more are deleted. ``wanted`` are the shares that the masks are drawn
    with. ``open_photo`` gives the pixels of a photo.
    """
    with FileLock(output / ".maskdrape" / "finalise.lock"):
        journal = Journal(journal.folder)  # with what other shards have added meanwhile
        samples, rejects, unfinished = collect(entries, journal, variants)
        write_whole(output / "config.resolved.yaml", resolved.encode())
        write_whole(output / "manifest.jsonl", jsonl(samples))
        write_whole(output / "rejects.jsonl", jsonl(rejects))
        found = distribution(samples, wanted)
        write_whole(output / "distribution.json", distribution_json(found))
        sources = {(source.name, source.identity): source for source, problem in entries if not problem}
        shown = [(row, sources[row["photo"], row["identity"]]) for row in samples]
        write_whole(output / "contact_sheet.png", draw_contact_sheet(output, shown, open_photo))
        removed = 0 if unfinished else _remove_strangers(output, samples)
    finished = [
        journal.photos[source.name, source.identity]
        for source, problem in entries
        if not problem and journal.finished(source, variants)
    ]
    return Tables(
        samples=tuple(samples),
        rejects=tuple(rejects),
        faces=sum(row["faces"] for row in finished),
        flagged=sum(row["flagged"] for row in finished),
        unfinished=unfinished,
        removed=removed,
        distribution=found,
    )


def _remove_strangers(output: Path, samples: Sequence[Row]) -> int:
    """Delete samples (only what is named like one) that no row of the manifest speaks of."""
    known = {row["image"] for row in samples} | {row["labels"] for row in samples}
    known |= {jpeg_name(row["identity"], row["sample_id"]) for row in samples}
    removed = set()
    places = [*output.glob("images/*/*.png"), *output.glob("jpeg/*/*.jpg"), *output.glob("labels/*/*")]
    for place in places:
        name = place.name.removesuffix(".png").removesuffix(".jpg")
        if _SAMPLE_ID.fullmatch(name) and place.relative_to(output).as_posix() not in known:
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink()
            removed.add((place.parent.name, name))
    for folder in [*output.glob("images/*"), *output.glob("jpeg/*"), *output.glob("labels/*")]:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return len(removed)
