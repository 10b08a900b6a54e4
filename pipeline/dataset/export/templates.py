"""Templates as in NIST's IJB: several pictures of a person as one, a gallery of them and probes.

B. Maze et al., "IARPA Janus Benchmark - C: Face Dataset and Protocol", ICB 2018.
"""

from __future__ import annotations

import csv
import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from pipeline.dataset.export.draw_pairs import Known, faces_of
from pipeline.dataset.export.numbered import file_name, name_and_number
from pipeline.dataset.export.rights import MASKED, UNMASKED
from pipeline.dataset.export.task import Task, split_folder
from pipeline.dataset.labels.crop import SIDE

GALLERY, PROBE = "gallery", "probe"
_HEADER = (
    "TEMPLATE_ID",
    "SUBJECT_ID",
    "FILENAME",
    "SIGHTING_ID",
    "FACE_X",
    "FACE_Y",
    "FACE_WIDTH",
    "FACE_HEIGHT",
)
_AT_ONCE = 100_000  # templates among which impostors are drawn
_TRIES = 20
_KINDS = ((GALLERY, UNMASKED), (GALLERY, MASKED), (PROBE, UNMASKED), (PROBE, MASKED))


def write_templates(task: Task, split: str, protocols: Mapping[str, tuple[str, str]]) -> int:
    """``ijb/`` of one split; returns the number of templates.

    Half of a person's photos are for the gallery, half for the probe, near-duplicates in the same half; of
    each half a template without masks and one with. ``<gallery|probe>_<kind>.csv`` have IJB's columns
    (sightings are photos). ``face_tid_mid.txt`` (picture, template, photo) and
    ``template_pair_label_<protocol>.txt`` (gallery, probe, 1 if one person) are as InsightFace reads them;
    for every genuine pair of templates there is one of two people, each gallery in one of either.
    """
    folder = split_folder(task, split) / "ijb"
    folder.mkdir()
    task.index.executescript(
        "DROP TABLE IF EXISTS templates; CREATE TABLE templates ("
        "id INTEGER PRIMARY KEY, identity INTEGER, role TEXT, kind TEXT, UNIQUE (role, kind, identity));"
    )
    with ExitStack() as opened:
        tables = {}
        for role, kind in _KINDS:
            file = (folder / f"{role}_{kind}.csv").open("w", newline="", encoding="utf-8")
            tables[role, kind] = csv.writer(opened.enter_context(file), lineterminator="\n")
            tables[role, kind].writerow(_HEADER)
        path = folder / "face_tid_mid.txt"
        faces = opened.enter_context(path.open("w", encoding="utf-8", newline="\n"))
        for template, person, role, kind, pictures in _templates(task, split):
            for name, photo in pictures:
                tables[role, kind].writerow((template, person, f"images/{name}", photo, 0, 0, SIDE, SIDE))
                faces.write(f"{name} {template} {photo}\n")
    for protocol, kinds in protocols.items():
        with (folder / f"template_pair_label_{protocol}.txt").open("w", newline="\n") as file:
            for pair in _compared(task.index, kinds, task.options.seed):
                file.write("{} {} {}\n".format(*pair))
    return int(task.index.execute("SELECT count(*) FROM templates").fetchone()[0])


def _templates(task: Task, split: str) -> Iterator[tuple[int, int, str, str, list[tuple[str, int]]]]:
    """Number, person, role, kind and pictures (file, photo) of every template."""
    people = task.index.execute("SELECT id FROM identities WHERE split = ? ORDER BY number", (split,))
    for (person,) in people:
        for role, half in zip((GALLERY, PROBE), _halves(task, person), strict=True):
            for kind in (UNMASKED, MASKED):
                if half:
                    made = task.index.execute(
                        "INSERT INTO templates (identity, role, kind) VALUES (?, ?, ?)", (person, role, kind)
                    )
                    yield made.lastrowid or 0, person, role, kind, _pictures(task, half, kind)


def _halves(task: Task, person: int) -> tuple[list[Known], list[Known]]:
    """A person's photos for the gallery and for the probe; the gallery has the more."""
    halves: tuple[list[Known], list[Known]] = ([], [])
    half_of: dict[int, list[Known]] = {}
    for known in faces_of(task.index, person):
        fewer = halves[len(halves[1]) < len(halves[0])]
        half_of.setdefault(known.picture, fewer).append(known)
    return halves


def _pictures(task: Task, half: Sequence[Known], kind: str) -> list[tuple[str, int]]:
    return [
        (file_name(*name_and_number(task.index, kind, known.face, sample)), known.face)
        for known in half
        for sample in (known.samples if kind == MASKED else known.samples[:1])
    ]


def _compared(index: sqlite3.Connection, kinds: tuple[str, str], seed: int) -> Iterator[tuple[int, int, int]]:
    """Gallery, probe, and 1 for one person or 0 for two: all that are genuine, and an impostor for each."""
    found = index.execute(
        "SELECT g.id, p.id, leader FROM templates g JOIN templates p USING (identity) "
        "JOIN identities ON identities.id = g.identity "
        "WHERE g.role = 'gallery' AND p.role = 'probe' AND g.kind = ? AND p.kind = ? "
        "ORDER BY identities.draw",
        kinds,
    )
    rng = random.Random(f"{seed}/templates")
    while genuine := found.fetchmany(_AT_ONCE):
        for gallery, probe, group in genuine:
            yield gallery, probe, 1
            others = (rng.choice(genuine) for _ in range(_TRIES))
            other = next((theirs for _, theirs, their_group in others if their_group != group), None)
            if other is not None:
                yield gallery, other, 0
