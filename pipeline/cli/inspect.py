"""``maskdrape inspect``: one picture a photo that shows what the fit made of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.cli.page import page
from pipeline.cli.quiet import native_output_in
from pipeline.cli.survey import Names, Tally, survey
from pipeline.config import FacesConfig


def inspect_photos(paths: Sequence[Path], config: FacesConfig, folder: Path) -> int:
    """Write a PNG for every photo that can be read; returns 0, or 3 when something was rejected."""
    names, tally = Names(), Tally()
    with native_output_in(Path(os.devnull)) as (out, _):
        folder.mkdir(parents=True, exist_ok=True)
        for one in survey(paths, config):
            name = names.new(one.name)
            if one.photo is None:
                print(f"{one.name}: {one.reason}", file=out, flush=True)
            else:
                target = folder / f"{name}.png"
                page(one.photo, one.name, one.faces, one.reason).save(target)
                print(f"{one.name}: {target}", file=out, flush=True)
            tally.add(one)
        print("\n".join(tally.lines()), file=out, flush=True)
    return 3 if tally.refused else 0
