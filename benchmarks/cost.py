"""CPU-seconds (user + system, all threads) and peak memory of a finished sample, by stage.

    python benchmarks/cost.py --photos 4 --variants 3

The photos are 512-pixel portraits rendered by the project, made beforehand by another process. All
masks of a photo share one drape, so that its first variant pays for fit and cloth simulation and the
further ones do not. "cold" is the first photo of the process, with every import and start-up cost;
"warm" is the median over the others.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

STEPS = (
    "load_photo find_faces place drape check draw_material render composite".split()  # noqa: SIM905
)


def main() -> None:
    """Make the photos if they are not there, measure, print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--photos", type=int, default=4)
    options.add_argument("--variants", type=int, default=3)
    options.add_argument("--samples", type=int, default=None, help="instead of render.samples")
    options.add_argument("--folder", type=Path, default=ROOT / "out" / "benchmark")
    options.add_argument("--make-photos", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.make_photos:
        make_photos(given.folder / "photos", given.photos)
        return
    command = [sys.executable, __file__, "--make-photos", "--photos", str(given.photos)]
    subprocess.run([*command, "--folder", str(given.folder)], check=True)
    shutil.rmtree(given.folder / "run", ignore_errors=True)
    measure(given.folder, given.photos, given.variants, given.samples)
    sys.stdout.flush()
    os._exit(0)


def make_photos(folder: Path, count: int) -> None:
    """512 x 512 portraits of heads that do not exist."""
    import numpy as np
    from PIL import Image

    from pipeline.studio.portrait import Sitting, render_portrait

    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"{number:03d}.png"
        if not path.exists():
            rng = np.random.default_rng(1000 + number)
            portrait = render_portrait(rng, Sitting(width=512, height=512, samples=24))
            Image.fromarray(portrait.pixels).save(path)
    sys.stdout.flush()
    os._exit(0)


def measure(folder: Path, count: int, variants: int, samples: int | None) -> None:
    """Run the corridor on the photos and print what each step cost."""
    began = time.process_time()
    from pipeline.cli.quiet import native_output_in
    from pipeline.config import Config
    from pipeline.dataset.write import write_sample
    from pipeline.flow import Made, make_photo
    from pipeline.photos.listing import list_folder
    from pipeline.stages import real_stages

    settings: dict[str, Any] = {"photos": {"folder": "photos"}, "output": "run", "variants": variants}
    if samples is not None:
        settings["render"] = {"samples": samples}
    config = Config.model_validate(settings)
    output = folder / "run"
    spent: dict[str, float] = defaultdict(float)
    rows: list[tuple[int, int, dict[str, float]]] = []
    with native_output_in(output / "log.txt") as (out, _):
        real = real_stages()
        started = time.process_time() - began
        stages = dataclasses.replace(
            real, **{name: timed(name, getattr(real, name), spent) for name in STEPS}
        )
        for number, entry in enumerate(list_folder(folder / "photos")[:count]):
            spent.clear()
            mark = time.process_time()
            for outcome in make_photo(entry.source, config, stages, output / "cache", lambda _: False):
                if isinstance(outcome, Made):
                    write_sample(output, output / "workshop", entry.source.identity, outcome.sample)
                    now = time.process_time()
                    rest = now - mark - sum(spent.values())
                    rows.append((number, outcome.variant, dict(spent) | {"labels, files": rest}))
                    spent.clear()
                    mark = now
                elif hasattr(outcome, "reason"):
                    print(f"{entry.source.name}: {outcome.stage}: {outcome.reason}", file=out)
        table(rows, started, config.render.samples, out)


def timed(name: str, call: Any, spent: dict[str, float]) -> Any:
    """``call``, adding the CPU-seconds of this process to ``spent[name]``."""

    def wrapper(*arguments: Any) -> Any:
        mark = time.process_time()
        try:
            return call(*arguments)
        finally:
            spent[name] += time.process_time() - mark

    return wrapper


def table(rows: list[tuple[int, int, dict[str, float]]], started: float, samples: int, out: Any) -> None:
    """Print cold and warm costs by step."""
    kinds = {
        "cold, first variant": [row for number, variant, row in rows if number == 0 and variant == 0],
        "warm, first variant": [row for number, variant, row in rows if number > 0 and variant == 0],
        "warm, further variant": [row for number, variant, row in rows if number > 0 and variant > 0],
    }
    print(f"\n{samples} samples a pixel, {len(rows)} samples made; CPU-seconds, median", file=out)
    print(f"{'':16}" + "".join(f"{kind:>24}" for kind in kinds), file=out)
    print(f"{'imports':16}{started:24.2f}", file=out)
    for step in (*STEPS, "labels, files"):
        cells = [_median([row.get(step, 0.0) for row in found]) for found in kinds.values()]
        print(f"{step:16}" + "".join(f"{cell:24.3f}" for cell in cells), file=out)
    totals = [_median([sum(row.values()) for row in found]) for found in kinds.values()]
    totals[0] += started
    print(f"{'total':16}" + "".join(f"{total:24.2f}" for total in totals), file=out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.2f} GiB", file=out)


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


if __name__ == "__main__":
    main()
