"""What a run knows about its data set: all that the card, the datasheet and Croissant may say."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.dataset.export.index import counts_by_split
from pipeline.dataset.export.rights import NOT_STATED
from pipeline.dataset.export.task import Task
from pipeline.dataset.read import labels, rejects

Counted = Mapping[str, int]
_NAMED = 20  # licences, sources ... each; the rest is summed up


@dataclass(frozen=True)
class Facts:
    name: str
    samples: int
    identities: int
    photos: int
    faces: int
    splits: Mapping[str, Counted]  # identities and samples; empty where there are none
    licences: Counted  # of photos, by what is said of them
    sources: Counted
    consents: Counted
    designs: Counted  # of samples
    wearing: Counted
    verdicts: Counted
    rejects: Counted  # by stage of the run
    versions: Mapping[str, str]  # of what made it
    config: str  # every setting, YAML


def collect_facts(task: Task) -> Facts:
    """Count what the index and the data set's own files say."""
    index = task.index
    (samples,) = index.execute("SELECT count(*) FROM samples").fetchone()
    (identities,) = index.execute("SELECT count(*) FROM identities").fetchone()
    photos, faces = index.execute("SELECT count(DISTINCT photo), count(*) FROM faces").fetchone()
    (first,) = index.execute("SELECT row FROM samples ORDER BY position LIMIT 1").fetchone()
    splits = counts_by_split(index)
    return Facts(
        name=task.options.name,
        samples=samples,
        identities=identities,
        photos=photos,
        faces=faces,
        splits={} if set(splits) == {""} else splits,
        licences=_of_photos(index, "licence"),
        sources=_of_photos(index, "source"),
        consents=_of_photos(index, "consent"),
        designs=_of_samples(index, "design"),
        wearing=_of_samples(index, "wearing"),
        verdicts=_of_samples(index, "verdict"),
        rejects=dict(sorted(Counter(str(row["stage"]) for row in rejects(task.data_set)).items())),
        versions=labels(task.data_set, json.loads(first)).get("versions", {}),
        config=_text(task.data_set / "config.resolved.yaml"),
    )


def _of_photos(index: sqlite3.Connection, column: str) -> Counted:
    found = index.execute(
        "SELECT json_extract(row, ?) AS value, count(DISTINCT faces.photo) AS number FROM samples "
        "JOIN faces ON faces.id = samples.face WHERE first GROUP BY value ORDER BY number DESC, value",
        (f"$.{column}",),
    )
    return _most(found)


def _of_samples(index: sqlite3.Connection, column: str) -> Counted:
    found = index.execute(
        "SELECT json_extract(row, ?) AS value, count(*) AS number FROM samples "
        "GROUP BY value ORDER BY number DESC, value",
        (f"$.{column}",),
    )
    return _most(found)


def _most(found: Iterator[tuple[str | None, int]]) -> Counted:
    """The most frequent by name; all others, of which there may be one a photo, as one."""
    counts = {str(value or NOT_STATED): number for value, number in islice(found, _NAMED)}
    others = [number for _, number in found]
    return counts | ({f"{len(others)} others": sum(others)} if others else {})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
