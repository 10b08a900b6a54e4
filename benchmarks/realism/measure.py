"""How believable the composites of a run are, beside photos of real masks and what other tools reach.

    PYTHONPATH=. python benchmarks/realism/measure.py out/run
    PYTHONPATH=. python benchmarks/realism/measure.py out/run --least-px 150 --json measures.jsonl

Every picture is brought to 200 px from ear to ear and stored once as JPEG of quality 92; luminance is
log2 throughout. Real masks were light-coloured: ours of that kind are set against the aims, all designs
stand beside them. An enlarged picture has no fine grain of its own: --least-px leaves small faces out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.realism.edge_width import edge_rel
from benchmarks.realism.halo import halo
from benchmarks.realism.left_right import left_minus_right, slope_over_photos
from benchmarks.realism.life import AIMS, Aim
from benchmarks.realism.run_folder import Sample, samples
from benchmarks.realism.texture import noise, spec, tex4
from pipeline.records import Float

EACH = {"edge_rel": edge_rel, "halo": halo, "noise": noise, "tex4": tex4, "spec": spec}

Row = Mapping[str, Any]


def main() -> None:
    """Measure, print the table, keep the numbers of each sample."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("folder", type=Path, help="a run's output folder")
    options.add_argument("--least-px", type=float, default=0.0, help="ear to ear in the photo, at least")
    options.add_argument("--json", type=Path, help="where to write one line a sample")
    given = options.parse_args()
    rows = [measured(sample) for sample in samples(given.folder, given.least_px)]
    if not rows:
        sys.exit("nothing to measure: no sample with a face that large")
    if given.json:
        given.json.write_text("".join(json.dumps(row) + "\n" for row in rows))
    light = [row for row in rows if row["light"]]
    enlarged = sum(row["width_px"] < 200 for row in rows)
    print(f"{len(rows)} samples, {len(light)} of light plain masks; {enlarged} enlarged to 200 px")
    print_table(light, rows)


def measured(sample: Sample) -> Row:
    """The numbers of one sample; NaN where a measure finds too little."""
    skin, mask = left_minus_right(sample.picture)
    row: dict[str, Any] = {
        "sample_id": sample.name,
        "identity": sample.identity,
        "design": sample.design,
        "colour": sample.colour,
        "light": sample.light,
        "width_px": round(sample.width_px, 1),
        "yaw": sample.picture.yaw,
        "skin_left_right": skin,
        "mask_left_right": mask,
        "blocks": sample.blocks,
        "untouched": sample.untouched,
    }
    return row | {name: measure(sample.picture) for name, measure in EACH.items()}


def print_table(light: Sequence[Row], every: Sequence[Row]) -> None:
    """Medians and quartiles; a star marks a missed aim, "out" counts pictures past the limit for each."""
    print(f"{'':9} {'real masks':22} {'tools':14} {'aim':14} {'light plain masks':34} all")
    for name, aim in AIMS.items():
        real = f"{aim.real:6.2f}" + (
            f" ({aim.quartiles[0]:.2f} .. {aim.quartiles[1]:.2f})" if aim.quartiles else ""
        )
        tools = "" if np.isnan(aim.tools[0]) else f"{aim.tools[0]:.2f} .. {aim.tools[1]:.2f}"
        wanted = f"{aim.median[0]:.2f} .. {aim.median[1]:.2f}"
        ours, beside = (cell(name, aim, rows) for rows in (light, every))
        print(f"{name:9} {real:22} {tools:14} {wanted:14} {ours:34} {beside}")
    for name in ("blocks", "untouched"):
        values = column(every, name)
        if np.isfinite(values).any():
            low, middle, high = np.nanquantile(values, (0.25, 0.5, 0.75))
            print(f"{name:9} {middle:6.2f} ({low:.2f} .. {high:.2f}) n {np.isfinite(values).sum()}")


def cell(name: str, aim: Aim, rows: Sequence[Row]) -> str:
    """What some samples show of one measure."""
    if name in EACH:
        values = column(rows, name)
        values = values[np.isfinite(values)]
        if not len(values):
            return "-"
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
        outside = int(((values < aim.each[0]) | (values > aim.each[1])).sum())
        beyond = f" {outside} out" if outside else ""
        return f"{star(middle, aim)}{middle:6.2f} ({low:.2f} .. {high:.2f}) n {len(values)}{beyond}"
    line = slope_over_photos(column(rows, "skin_left_right"), column(rows, "mask_left_right"))
    if name == "LR slope":
        return f"{star(line.slope, aim)}{line.slope:6.2f} ({line.low:.2f} .. {line.high:.2f}) n {line.photos}"
    if name == "LR r":
        return f"{star(line.r, aim)}{line.r:6.2f} n {line.photos}"
    return f"{star(line.sign, aim)}{line.sign:6.2f} n {line.clear}"


def star(value: float, aim: Aim) -> str:
    """The mark of a missed aim."""
    return " " if np.isnan(value) or aim.median[0] <= value <= aim.median[1] else "*"


def column(rows: Sequence[Row], name: str) -> Float:
    """One measure of all samples."""
    return np.array([row[name] for row in rows], float)


if __name__ == "__main__":
    main()
