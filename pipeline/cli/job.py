"""``maskdrape run`` and ``maskdrape demo``: from arguments to a data set and an exit code."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipeline.dataset.forget.elsewhere import remember_cache
from pipeline.photos.listing import Entry, TableError, list_folder, list_table
from pipeline.recipe import WRITTEN, ConfigError, Job, settings_yaml

ALL_DONE, CRASH, BAD_CONFIGURATION, WITH_REJECTS = 0, 1, 2, 3


LOGS = ("auto", "text", "json")


def make(job: Job, log: str = "auto") -> int:
    """Make one shard's share of the data set; returns the exit code. Raises ConfigError, Busy.

    Progress for people goes to standard error, the summary to standard output. With the ``log`` json, or auto
    where that is no terminal, standard output has a line of JSON for every event instead.
    """
    from pipeline.cli.log import told
    from pipeline.cli.progress import show, summary
    from pipeline.cli.quiet import native_output_in, warnings_on

    noise = job.output / ".maskdrape" / f"log-{job.shard[0]}-of-{job.shard[1]}.txt"
    as_json = log == "json" or (log == "auto" and not sys.stdout.isatty())
    entries = () if job.config.photos.demo else find_photos(job)
    with native_output_in(noise) as (out, err), warnings_on(err):
        from pipeline.farm.local import run
        from pipeline.masks.library import open_library
        from pipeline.masks.prints.picture import find_pictures
        from pipeline.photos.demo import write_demo_photos
        from pipeline.stages import real_stages, source_digest

        pictures = find_pictures(job.config.masks.pictures, job.folder)
        stages = real_stages(job.config.faces, job.folder, open_library(job.designs), pictures)
        if job.config.photos.demo:
            made_by = source_digest("studio", "head") + stages.versions["blender"]
            entries = list_table(write_demo_photos(job.output / "inputs", stages.portrait, made_by))
            _check_only(job, entries)
        remember_cache(job.output / ".maskdrape", job.cache)
        events = run(job, entries, stages)
        finished = show(told(events, out, _near(job.output), job.shard) if as_json else events, err)
        words = "\n".join(summary(finished, _near(job.output)))
        print(words, file=err if as_json else out, flush=True)
    return WITH_REJECTS if finished.rejected_here else ALL_DONE


def describe(job: Job) -> int:
    """What `make` would do, on standard output, without doing any of it."""
    print(settings_yaml(job.config), end="")
    print(f"# output: {_near(job.output)}")
    for line in mask_shares(job):
        print(f"# {line}")
    if job.config.photos.demo:
        print("# photos: the embedded example")
        return ALL_DONE
    from pipeline.cli.plan import plan
    from pipeline.farm.left_out import without_forgotten
    from pipeline.farm.local import share

    entries = without_forgotten(find_photos(job), job.output)
    mine = share(entries, job)
    usable = [entry for entry in mine if not entry.problem]
    identities = Counter(entry.source.identity for entry in usable)
    print(f"# photos: {len(mine)} of {len(entries)}, identities: {len(identities)}")
    for line in plan(job, mine):
        print(f"# {line}")
    for entry in mine:
        if entry.problem:
            print(f"# rejected: {entry.source.name}: {entry.problem}")
    return ALL_DONE


def mask_shares(job: Job) -> list[str]:
    """What masks will be drawn, a line for every kind; names that no chosen design knows are missing."""
    from pipeline.masks.balance import offer_of, shares
    from pipeline.masks.library import load_design, open_library

    library = open_library(job.designs)
    masks = job.config.masks
    expected = shares(masks, {name: offer_of(load_design(name, library)) for name in masks.designs})
    return [
        f"masks, expected {kind}: {', '.join(f'{name} {100 * share:.0f} %' for name, share in names.items())}"
        for kind, names in expected.items()
        if names
    ]


def find_photos(job: Job) -> tuple[Entry, ...]:
    """The job's photos in order. Raises ConfigError when there are none, or the table is unusable."""
    photos = job.config.photos
    try:
        if photos.folder is not None:
            entries = list_folder(job.folder / photos.folder)
        else:
            entries = list_table(job.folder / str(photos.table))
    except TableError as error:
        raise ConfigError(str(error)) from error
    if not entries:
        place = f"photos.folder = {photos.folder}" if photos.folder else f"photos.table = {photos.table}"
        raise ConfigError(f"{place}: no photos in it (PNG, JPEG or WebP)")
    _check_only(job, entries)
    _check_outside(job, entries)
    return entries


def _check_outside(job: Job, entries: Sequence[Entry]) -> None:
    """Raises ConfigError for photos of a table that lie where the output's own pictures do."""
    here = Path.cwd()
    own = tuple(os.path.normpath(here / job.output / name) + os.sep for name in WRITTEN)
    for entry in entries:
        if not entry.problem and os.path.normpath(here / entry.source.path).startswith(own):
            raise ConfigError(
                f"photos.table = {job.config.photos.table}: {entry.source.name} is inside the output's own "
                f"folders (output = {job.config.output}); allowed: photos outside its {', '.join(WRITTEN)}"
            )


def _check_only(job: Job, entries: Sequence[Entry]) -> None:
    from pipeline.farm.local import share

    if job.only is not None and not share(entries, Job(job.config, job.folder, only=job.only)):
        raise ConfigError(
            f"--only {job.only}: no photo has such a name; the first is {entries[0].source.name}"
        )


def _near(path: Path) -> Path:
    """A path as a person in the current folder would write it."""
    near = Path(os.path.relpath(path))
    return near if ".." not in near.parts else path.resolve()


def report(error: ConfigError) -> int:
    """Print a configuration's problems, a line each."""
    for problem in error.problems[:12]:
        print(problem, file=sys.stderr)
    if len(error.problems) > 12:
        print(f"... and {len(error.problems) - 12} more", file=sys.stderr)
    return BAD_CONFIGURATION
