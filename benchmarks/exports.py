"""What exports of many rows cost: CPU seconds and peak memory of each, in a process of its own.

``python benchmarks/exports.py --rows 100000 --folder FOLDER`` puts that many samples there (4 variants a
photo, 5 photos an identity; drawn hashes, small pictures that are links to a few files) and exports them in
turn. 100,000 rows take half a million names. COCO reads more of a sample: ``benchmarks/rows.py --also``.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PHOTOS, VARIANTS = 5, 4
LINKS = 20_000  # of one file: file systems have a limit
FORMATS = (
    ("parquet", "--split", "0.8/0.1/0.1"),
    ("card",),
    ("croissant",),
    ("webdataset", "--split", "0.8/0.1/0.1"),
    ("insightface", "--pairs", "300"),
    ("pairs", "--pairs", "300"),
)
SIDES = {"image.png": 32, "matte.png": 32, "masked_112.png": 112, "unmasked_112.png": 112}


def write_rows(folder: Path, count: int) -> Path:
    """A data set with what these exports read of one."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "unit")]
    from rows_only import rows_only

    from pipeline.dataset.read import rows

    (folder / "files").mkdir(parents=True)
    data = rows_only(folder / "data", -(-count // (PHOTOS * VARIANTS)), PHOTOS, VARIANTS)
    contents = {name: _png(side) for name, side in SIDES.items()} | {"sample.json": b"{}\n"}
    links = {name: (folder / "files", 0) for name in contents}

    def link(name: str, target: Path) -> None:
        source, number = links[name]
        if number % LINKS == 0:
            source = folder / "files" / f"{number}-{name}"
            source.write_bytes(contents[name])
        os.link(source, target)
        links[name] = source, number + 1

    for row in rows(data):
        (data / row["image"]).parent.mkdir(parents=True, exist_ok=True)
        (data / row["labels"]).mkdir(parents=True)
        for name in contents:
            link(name, data / (row["image"] if name == "image.png" else f"{row['labels']}/{name}"))
    return data


def measure(data: Path, output: Path, form: str, *options: str) -> None:
    """Export and print what it took."""
    began = time.monotonic()
    arguments = ["export", str(data), "--to", form, "--output", str(output), *options]
    code = f"import sys; from pipeline.cli.app import invoke; sys.exit(invoke({arguments!r}))"
    process = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", code])
    _, status, used = os.wait4(process, 0)
    if status:
        sys.exit(f"{form} failed")
    print(
        f"{form:12} {used.ru_utime + used.ru_stime:6.1f} CPU-s (of these system {used.ru_stime:.1f}), "
        f"{used.ru_maxrss / 1024:.0f} MiB, {time.monotonic() - began:.0f} s",
        flush=True,
    )
    shutil.rmtree(output)


def _png(side: int) -> bytes:
    pixels = np.random.default_rng(side).integers(0, 255, (side // 4, side // 4, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).resize((side, side), Image.Resampling.BILINEAR).save(data, format="PNG")
    return data.getvalue()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, required=True, help="a new folder; stays")
    arguments = parser.parse_args()
    data_set = arguments.folder / "data"
    if not data_set.exists():
        data_set = write_rows(arguments.folder, arguments.rows)
    for form in FORMATS:
        measure(data_set, arguments.folder / "export", *form)
