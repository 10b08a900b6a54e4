"""``maskdrape fit``: the head, pose and camera behind every face of photos."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.cli.quiet import native_output_in
from pipeline.cli.survey import Names, Surveyed, Tally, survey
from pipeline.config import FacesConfig
from pipeline.files import write_whole

STYLES = {"ok": "green", "flagged": "yellow", "rejected": "red"}
WIDTH = 120  # columns, where there is no terminal to ask


def fit_photos(paths: Sequence[Path], config: FacesConfig, as_json: bool, objects: Path | None) -> int:
    """Print what was found, and write OBJ files; returns 0, or 3 when something was rejected."""
    tally = Tally()
    with native_output_in(Path(os.devnull)) as (out, _):
        done: Iterable[Surveyed] = _counted(survey(paths, config), tally)
        if objects is not None:
            done = _with_objects(done, objects)
        if as_json:
            _lines(done, out)
        else:
            _table(done, out, tally)
    return 3 if tally.refused else 0


def _counted(done: Iterable[Surveyed], tally: Tally) -> Iterator[Surveyed]:
    for one in done:
        tally.add(one)
        yield one


def _with_objects(done: Iterable[Surveyed], folder: Path) -> Iterator[Surveyed]:
    from pipeline.cli.wavefront import obj_text

    names = Names()
    for one in done:
        name = names.new(one.name)
        for face in one.faces:
            if face.verdict != "rejected":
                text = obj_text(face, f"{one.name} face {face.index}, fitted by maskdrape")
                write_whole(folder / f"{name}.{face.index}.obj", text.encode())
        yield one


def _lines(done: Iterable[Surveyed], out: TextIO) -> None:
    """A JSON object a line: one a face, and one for every photo in which there is none to be had."""
    from pipeline.cli.face_row import face_row

    for one in done:
        if one.photo is None or one.reason:
            row = {"photo": one.name, "face": None, "verdict": "rejected", "reason": one.reason}
            print(json.dumps({**row, "stage": one.stage}, ensure_ascii=False), file=out, flush=True)
        else:
            for face in one.faces:
                row = {"photo": one.name, **face_row(one.photo, face)}
                print(json.dumps(row, ensure_ascii=False), file=out, flush=True)


def _table(done: Iterable[Surveyed], out: TextIO, tally: Tally) -> None:
    console = Console(file=out, highlight=False, width=None if out.isatty() else WIDTH)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("photo", overflow="fold")
    for name in ("face", "yaw°", "pitch°", "roll°", "off mm", "at m", "focal px"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    with console.status("looking at photos ..."):
        for one in done:
            if one.reason:
                table.add_row(one.name, *[""] * 7, Text(f"no face: {one.reason}", style="red"))
            for face in one.faces:
                angles = (f"{angle:.0f}" for angle in np.degrees(face.yaw_pitch_roll))
                words = f"{face.verdict}: {face.reason}" if face.reason else face.verdict
                table.add_row(
                    one.name,
                    str(face.index),
                    *angles,
                    f"{face.residual_mm:.2f}",
                    f"{face.translation[2]:.2f}",
                    f"{face.camera.focal_px:.0f}",
                    Text(words, style=STYLES[face.verdict]),
                )
    console.print(table)
    for line in tally.lines():
        console.print(line, markup=False, soft_wrap=True)
