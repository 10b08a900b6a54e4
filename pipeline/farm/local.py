"""The in-process engine: one shard of the photos, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pipeline.dataset.distribution import kinds_of
from pipeline.dataset.finalise import Tables, finalise, reject_row, valid_rows
from pipeline.dataset.journal.earlier import earlier_recipe, remember_recipe, what_changes
from pipeline.dataset.journal.journal import (
    Journal,
    given,
    journals_of,
    stat_of,
    state_of,
    sweep_others,
)
from pipeline.dataset.journal.locks import gate, others_at_work, shard_held
from pipeline.dataset.journal.stopped import stopped_in_words
from pipeline.dataset.labels.face_hash import face_hash
from pipeline.dataset.write import image_name, labels_name, write_sample
from pipeline.farm.left_out import without_forgotten
from pipeline.files import write_whole
from pipeline.flow import Made, Opened, Refused, make_photo, recipe, recipe_key
from pipeline.photos.listing import Entry
from pipeline.recipe import Job, resolved_yaml
from pipeline.records import PhotoSource
from pipeline.stages import Stages


@dataclass(frozen=True)
class Started:
    """How much this process has to do: photos of its shard, and how many of them are done already.

    ``note`` says, in lines, what of an earlier run is kept and what is made again.
    """

    photos: int
    done: int
    note: str = ""


@dataclass(frozen=True)
class PhotoDone:
    """One photo is finished (or was before, then ``samples`` is 0)."""

    name: str
    samples: int
    faces: int
    flagged: int
    rejects: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Finished:
    """The last event: what stands in the data set, and what this process's photos came to.

    No tables where other processes are still at work in this output: the last of them writes them.
    """

    tables: Tables | None
    made_here: int
    rejected_here: int


Event = Started | PhotoDone | Finished


def share(entries: Sequence[Entry], job: Job) -> list[Entry]:
    """The photos that this process works on: those that --only names, every n-th of them."""
    number, shards = job.shard
    named = [entry for entry in entries if job.only is None or fnmatchcase(entry.source.name, job.only)]
    return named[number - 1 :: shards]


def run(job: Job, entries: Sequence[Entry], stages: Stages) -> Iterator[Event]:
    """Make this process's share of the data set and write its tables, but for who was forgotten in it.

    Raises Busy, Stopped, ConfigError where the list of the forgotten cannot be read.
    """
    with stopped_in_words(job.output):
        yield from _run(job, entries, stages)


def _run(job: Job, entries: Sequence[Entry], stages: Stages) -> Iterator[Event]:
    state = job.output / ".maskdrape"
    write_whole(state / ".gitignore", b"*\n")
    wanted, journals = recipe(job.config, stages), journals_of(state, recipe_key(job.config, stages))
    with ExitStack() as held:
        workshop = held.enter_context(shard_held(journals, job.shard))
        with gate(state):
            before = earlier_recipe(journals)
            swept = sweep_others(journals)
            remember_recipe(journals, wanted)
        # Read only now: whoever forgets somebody was waited for, and who comes later waits for this run.
        entries = without_forgotten(entries, job.output)
        mine = share(entries, job)
        everything = job.only is None and job.shard[1] == 1
        sources = None if everything else (entry.source for entry in mine)
        made = rejected = 0
        with closing(Journal(journals, sources, job.shard)) as journal:
            waiting, again, rejected = _waiting(mine, job, journal)
            note = what_changes(before, wanted) if swept else []
            if again:
                lacking = "photos that changed, or lack a file or a variant, since they were made"
                note.append(f"{lacking}: {again}")
            yield Started(len(mine), len(mine) - len(waiting), "\n".join(note))
            for entry in waiting:
                done = _make(entry, job, stages, journal, workshop)
                made += done.samples
                rejected += len(done.rejects)
                yield done
        with gate(state):
            if others_at_work(journals, job.shard):  # the last of them writes the tables
                tables = None
                held.close()  # before anybody else asks
            else:
                tables = _tables(entries, job, stages, journals)
    yield Finished(tables, made, rejected)


def _waiting(mine: Sequence[Entry], job: Job, journal: Journal) -> tuple[list[Entry], int, int]:
    """Photos with something left to do; how many of them were made before; rejects of all others."""
    waiting, again, rejected = [], 0, 0
    for entry in mine:
        if not entry.problem and _complete(entry.source, job, journal):
            rows = valid_rows(journal, entry.source, job.config.variants)
            rejected += sum(row["kind"] == "reject" for row in rows)
            continue
        waiting.append(entry)
        again += not entry.problem and journal.photo(entry.source) is not None
    return waiting, again, rejected


def _tables(entries: Sequence[Entry], job: Job, stages: Stages, journals: Path) -> Tables:
    return finalise(
        job.output,
        [(entry.source, entry.problem) for entry in entries],
        journals,
        job.config.variants,
        resolved_yaml(job.config),
        stages.shares(job.config.masks),
        lambda source: stages.load_photo(source, job.config.photos).pixels,
    )


def _make(entry: Entry, job: Job, stages: Stages, journal: Journal, workshop: Path) -> PhotoDone:
    """Make what is missing of one photo, writing a journal row for everything that is whole."""
    source = entry.source
    if entry.problem:
        row = reject_row(source, "photos", entry.problem, None, None, None)
        return PhotoDone(source.name, 0, 0, 0, (row,))
    stat = stat_of(source)
    earlier = journal.photo(source)
    take = 0 if earlier is None else earlier["take"] + 1
    base = {"name": source.name, "identity": source.identity}
    photo_row: dict[str, Any] = {"sha256": None, "faces": 0, "flagged": 0}
    rejects: list[dict[str, Any]] = []
    samples = 0
    for outcome in make_photo(
        source, job.config, stages, job.cache, lambda sample_id: _made(sample_id, source, job, journal)
    ):
        if isinstance(outcome, Opened):
            photo_row["sha256"] = outcome.photo.sha256
            photo_row["faces"] = len(outcome.faces)
            photo_row["flagged"] = sum(face.verdict == "flagged" for face in outcome.faces)
            continue
        sha256 = photo_row["sha256"]
        if isinstance(outcome, Refused):
            row = reject_row(source, outcome.stage, outcome.reason, sha256, outcome.face, outcome.variant)
            rejects.append(row)
            files = {}
            kind, face, variant = "reject", outcome.face, outcome.variant
        else:
            files = write_sample(job.output, workshop, source.identity, outcome.sample)
            row = manifest_row(source, sha256, outcome)
            samples += 1
            kind, face, variant = "sample", outcome.face.index, outcome.variant
        journal.add(
            base
            | {"kind": kind, "take": take, "face": face, "variant": variant, "sha256": sha256}
            | {"given": given(source), "row": row}
            | ({"files": files} if files else {})
        )
    journal.add(
        base
        | {"kind": "photo", "take": take, "given": given(source), "variants": job.config.variants}
        | state_of(source, photo_row["sha256"], stat)
        | photo_row
    )
    return PhotoDone(source.name, samples, photo_row["faces"], photo_row["flagged"], tuple(rejects))


def manifest_row(source: PhotoSource, sha256: str, made: Made) -> dict[str, Any]:
    """A row of manifest.jsonl."""
    name = made.sample.sample_id
    return {
        "sample_id": name,
        "identity": source.identity,
        "photo": source.name,
        "sha256": sha256,
        "source": source.source,
        "licence": source.licence,
        "consent": source.consent,
        "face": made.face.index,
        "face_hash": face_hash(made.sample.crops[1]),
        "variant": made.variant,
        **kinds_of(made.sample.labels),
        "image": image_name(source.identity, name),
        "labels": labels_name(source.identity, name),
        "verdict": made.face.verdict,
        "reason": made.face.reason,
    }


def _made(sample_id: str, source: PhotoSource, job: Job, journal: Journal) -> bool:
    for row in journal.of_photo(source):
        if row["kind"] == "sample" and row["row"]["sample_id"] == sample_id:
            return bool(row["given"] == given(source)) and _present(row["row"], job)
    return False


def _complete(source: PhotoSource, job: Job, journal: Journal) -> bool:
    stat = stat_of(source)
    if not journal.finished(source, job.config.variants):
        return False
    rows = valid_rows(journal, source, job.config.variants)
    if not all(row["kind"] != "sample" or _present(row["row"], job) for row in rows):
        return False
    photo = journal.photo(source)
    assert photo is not None
    state = state_of(source, photo["content"], stat)
    if any(photo[name] != state[name] for name in ("stat", "settled")):
        # known by its content, which need not be read again
        journal.add({**photo, "take": photo["take"] + 1, **state})
    return True


def _present(row: Mapping[str, Any], job: Job) -> bool:
    image, labels = job.output / str(row["image"]), job.output / str(row["labels"])
    return image.exists() and (labels / "sample.json").exists()
