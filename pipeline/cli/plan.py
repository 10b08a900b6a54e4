"""What a run will come to: samples, disk and time, before any of it is made."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

from PIL import Image

from pipeline.dataset.preview.choose import evenly
from pipeline.dataset.read import DataSetError, rows
from pipeline.dataset.rows import Row
from pipeline.photos.listing import Entry
from pipeline.recipe import Job

LOOKED_AT = 200
"""Photos, and finished samples, that are looked at."""

# Measured with benchmarks/cost.py on 512-px portraits (docs/figures.md), seconds of one core of a virtual
# machine without a GPU: finding and fitting a face, one drape, one render with all that follows it.
FIT_S, DRAPE_S, RENDER_S = 0.5, 7.4, 4.0
# Measured on six photographs of 0.1 to 2 megapixels: bytes of a sample's files, less those that do not grow.
BYTES_PER_PIXEL, BYTES_PER_SAMPLE = 1.1, 75_000
_PAUSE = 20.0  # times the usual time between two samples: the run was stopped in between


@dataclass(frozen=True)
class Measured:
    """What samples that are finished already came to: of how many, bytes and seconds each."""

    samples: int
    size: float
    seconds: float | None  # None where too few were made one after the other


def plan(job: Job, entries: Sequence[Entry]) -> list[str]:
    """Lines on how many samples, how much disk and how long, and where these figures are from."""
    photos = [entry for entry in entries if not entry.problem]
    samples = len(photos) * job.config.variants
    done = finished(job.output)
    lines = [
        f"samples: {samples:,} if every photo holds one face ({_times(job.config.variants, len(photos))})"
    ]
    if not samples:
        return lines
    if done is not None:
        lines[0] += f"; this output has {done.samples:,} already"
        size, source = done.size, "as the finished ones have"
    else:
        size = BYTES_PER_SAMPLE + BYTES_PER_PIXEL * _pixels(photos)
        source = "from the photos' sizes"
    free = shutil.disk_usage(_existing(job.output)).free
    short = "; NOT ENOUGH" if samples * size > free else ""
    lines.append(
        f"disk: about {_bytes(samples * size)}, {_bytes(size)} a sample {source}; free: {_bytes(free)}{short}"
    )
    if done is not None and done.seconds is not None:
        left = max(samples - done.samples, 0) * done.seconds
        lines.append(f"time: about {_time(left)} for the rest, {done.seconds:.1f} s a sample as up to now")
    else:
        drapes = min(job.config.variants, drapes_of_a_face(job))
        each = FIT_S + drapes * DRAPE_S + job.config.variants * RENDER_S
        one = each / job.config.variants
        lines.append(
            f"time: about {_time(each * len(photos))} of one core, {one:.0f} s a sample as on 512-px "
            "portraits (docs/figures.md); large faces take longer"
        )
    return lines


def finished(output: Path) -> Measured | None:
    """What the samples in an output have come to; None without any."""
    try:
        total = sum(1 for _ in rows(output))
        looked = list(evenly(rows(output), total, LOOKED_AT))
    except DataSetError:
        return None
    sizes = [size for row in looked if (size := _size(output, row))]
    if not sizes:
        return None
    return Measured(total, mean(sizes), _seconds(output, total))


def drapes_of_a_face(job: Job) -> int:
    """How many different drapes the variants of one face can have."""
    masks = job.config.masks

    def some(weights: dict[str, float]) -> int:
        return max(sum(weight > 0 for weight in weights.values()), 1)

    coverage = {str(name): weight for name, weight in masks.coverage.items()}
    return some(masks.designs) * some(masks.wearing) * some(coverage) * masks.drapes


def _size(output: Path, row: Row) -> int:
    labels = output / str(row["labels"])
    jpeg = output / str(row["image"]).replace("images/", "jpeg/", 1).replace(".png", ".jpg")
    files = [output / str(row["image"]), jpeg, *(labels.iterdir() if labels.is_dir() else ())]
    return sum(file.stat().st_size for file in files if file.is_file())


def _seconds(output: Path, total: int) -> float | None:
    """Mean time between samples that follow each other in the manifest, without pauses; of all processes that
    were at work."""
    times = sorted(
        (output / str(row["image"])).stat().st_mtime
        for number, row in enumerate(rows(output))
        if number >= total - LOOKED_AT and (output / str(row["image"])).exists()
    )
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if len(gaps) < 5:
        return None
    usual = max(median(gaps), 0.01)
    return mean(gap for gap in gaps if gap <= _PAUSE * usual)


def _pixels(photos: Sequence[Entry]) -> float:
    """Mean number of pixels, from the headers of some."""
    sizes = []
    for entry in evenly(photos, len(photos), LOOKED_AT):
        try:
            with Image.open(entry.source.path) as image:
                sizes.append(image.width * image.height)
        except (OSError, ValueError, Image.DecompressionBombError):
            continue
    return mean(sizes) if sizes else 0.0


def _times(variants: int, photos: int) -> str:
    return f"{photos:,} photo{'s' * (photos != 1)}" + (f" x {variants} variants" if variants > 1 else "")


def _existing(place: Path) -> Path:
    return next(above for above in (place, *place.absolute().parents) if above.exists())


def _bytes(size: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.3g} TB"


def _time(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:.0f} s"
