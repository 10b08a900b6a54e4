"""What many rows cost: tables and checks of a data set of small drawn pictures, nothing rendered.

``python benchmarks/rows.py --rows 100000 --folder FOLDER`` puts that many samples there, each with all its
files (links to those of a few, but for sample.json), then runs start-up, tables, ``verify --fast``,
``verify`` and whatever ``--also`` says (a shell command, {data} standing for the data set), each in a process
of its own: CPU seconds and peak memory of each are printed. 100,000 rows take 1.1 million names and 3 GB.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIDE, VARIANTS, PHOTOS = 32, 4, 5
LINKS = 20_000  # of one file: file systems have a limit
MARKS = ("<sample>", "<identity>", "<photo>", "<sha256>")  # in the pattern of a sample.json


def write_rows(folder: Path, count: int) -> None:
    """Samples, photos, table and one journal of ``count`` rows: 4 variants a photo, 5 photos an identity."""
    sys.path.insert(0, str(ROOT / "tests" / "unit"))
    from tiny_data_set import tiny_data_set, tiny_job, tiny_stages

    from pipeline.dataset.finalise import sample_id
    from pipeline.dataset.journal.journal import given, journals_of, stat_of, state_of
    from pipeline.dataset.read import labels, rows
    from pipeline.dataset.rows import json_line, readable_json
    from pipeline.dataset.write import image_name, labels_name
    from pipeline.flow import recipe_key
    from pipeline.records import PhotoSource

    pattern = tiny_data_set(folder / "pattern", 3, 2, 2, faceless=0, side=SIDE)
    kinds = [(row, labels(pattern, row)) for row in rows(pattern)]
    texts = [readable_json(_with_marks(said)) for _, said in kinds]
    output = folder / "data"
    job = tiny_job(folder / "pattern", 3, 2, VARIANTS, faceless=0, side=SIDE)
    journals = journals_of(output / ".maskdrape", recipe_key(job.config, tiny_stages()))
    journals.mkdir(parents=True)
    (folder / "photos").mkdir()
    files: dict[Path, Path] = {}

    def link(source: Path, target: Path, number: int) -> None:
        """A link to ``source``, or after many of them to a copy of it."""
        if number % LINKS == 0 or source not in files:
            files[source] = folder / "pattern" / f"{number}-{len(files)}-{source.name}"
            shutil.copy(source, files[source])
        os.link(files[source], target)

    with (journals / "1-of-1.jsonl").open("w") as journal, (folder / "people.csv").open("w") as table:
        table.write("path,identity,source,licence,consent\n")
        for photo in range(-(-count // VARIANTS)):
            identity, name = f"person_{photo // PHOTOS:06d}", f"photos/{photo:07d}.txt"
            (folder / name).write_text(f"{photo:07d}")  # stands for a photo: only its bytes count here
            os.utime(folder / name, (1e9, 1e9))
            sha256 = hashlib.sha256(f"{photo:07d}".encode()).hexdigest()
            source = PhotoSource(str(folder / name), name, identity, "drawn", "CC0-1.0", "not needed")
            table.write(f"{name},{identity},drawn,CC0-1.0,not needed\n")
            base = {"name": name, "identity": identity}
            for variant in range(min(VARIANTS, count - photo * VARIANTS)):
                number = photo * VARIANTS + variant
                row, said = kinds[number % len(kinds)]
                key = sample_id(sha256, 0, variant)
                image, inside = image_name(identity, key), labels_name(identity, key)
                for place in (output / image).parent, output / inside:
                    place.mkdir(parents=True, exist_ok=True)
                link(pattern / row["image"], output / image, number)
                sums = {image: said["files"]["image.png"]}
                for label, hashed in said["files"].items():
                    if label != "image.png":
                        link(pattern / row["labels"] / label, output / inside / label, number)
                        sums[f"{inside}/{label}"] = hashed
                own = {"sha256": sha256, "source": "drawn", "licence": "CC0-1.0"}
                text = texts[number % len(kinds)]
                for mark, value in zip(MARKS, (key, identity, name, sha256), strict=True):
                    text = text.replace(mark, value)
                text = text.replace(f'"variant": {said["variant"]}', f'"variant": {variant}')
                (output / inside / "sample.json").write_text(text)
                sums[f"{inside}/sample.json"] = hashlib.sha256(text.encode()).hexdigest()
                line = {**row, **own, "sample_id": key, "identity": identity, "photo": name}
                line |= {"consent": "not needed", "variant": variant, "image": image, "labels": inside}
                entry = base | {"kind": "sample", "take": 0, "face": 0, "variant": variant, "sha256": sha256}
                journal.write(json_line(entry | {"given": given(source), "row": line, "files": sums}) + "\n")
            state = state_of(source, sha256, stat_of(source)) | {"settled": True}
            done = {"kind": "photo", "take": 0, "given": given(source), "variants": VARIANTS}
            journal.write(
                json_line(base | done | state | {"sha256": sha256, "faces": 1, "flagged": 0}) + "\n"
            )


def _with_marks(said: dict[str, Any]) -> dict[str, Any]:
    key, identity, name, sha256 = MARKS
    own = {"name": name, "sha256": sha256, "source": "drawn", "licence": "CC0-1.0", "consent": "not needed"}
    return {**said, "sample_id": key, "identity": identity, "photo": said["photo"] | own}


def start_up_and_tables(folder: Path) -> None:
    """What a run does where nothing is left to make."""
    sys.path.insert(0, str(ROOT / "tests" / "unit"))
    from dataclasses import replace

    import numpy as np
    from tiny_data_set import tiny_stages

    from pipeline.config import Config
    from pipeline.farm.local import Finished, Started, run
    from pipeline.photos.listing import list_table
    from pipeline.recipe import Job
    from pipeline.records import Photo

    values = {"photos": {"table": "people.csv"}, "output": "data", "variants": VARIANTS}
    job = Job(Config.model_validate(values), folder)
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    stages = replace(tiny_stages(), load_photo=lambda source, config: Photo("", "", "", picture, None))
    began = time.process_time()
    entries = list_table(folder / "people.csv")
    print(f"  listing the photos: {time.process_time() - began:.1f} CPU-s")
    began = time.process_time()
    for event in run(job, entries, stages):
        if isinstance(event, Started):
            print(f"  start-up: {time.process_time() - began:.1f} CPU-s, {event.done} of {event.photos} done")
            began = time.process_time()
        if isinstance(event, Finished):
            assert event.tables is not None
            spent = time.process_time() - began
            print(f"  tables: {spent:.1f} CPU-s, {len(event.tables.samples)} samples")


def timed(words: str, command: list[str]) -> None:
    """Run a command, and print what it took with its children."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    _, status, usage = os.wait4(process.pid, 0)
    spent, most = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    print(
        f"{words}: exit {os.waitstatus_to_exitcode(status)}, {spent:.1f} CPU-s, {most:.0f} MB at most",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--no-pixels", action="store_true", help="leave the whole verify out")
    parser.add_argument("--also", action="append", default=[])
    parser.add_argument("--step", choices=("write", "tables"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder = given.folder.absolute()
    if given.step == "write":
        return write_rows(folder, given.rows)
    if given.step == "tables":
        return start_up_and_tables(folder)
    own = [sys.executable, __file__, "--folder", str(folder), "--rows", str(given.rows), "--step"]
    verify = [sys.executable, "-c", "from pipeline.run import main; main()", "verify", str(folder / "data")]
    if not (folder / "data").exists():
        timed("writing the rows (not part of it)", [*own, "write"])
    timed("start-up and tables", [*own, "tables"])
    timed("verify --fast", [*verify, "--fast"])
    if not given.no_pixels:
        timed("verify", verify)
    for command in given.also:
        timed(command, ["sh", "-c", command.replace("{data}", str(folder / "data"))])
    return None


if __name__ == "__main__":
    main()
