"""``maskdrape masks``: what the library holds, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.cli.masks.words import size_lines, value_lines
from pipeline.cli.words import Line
from pipeline.masks.design.design import Design
from pipeline.masks.library import design_names, load_design

NARROWEST = 100  # columns: narrower terminals and files get long lines rather than words in pieces


def list_designs(as_json: bool) -> int:
    """Print every design: a table, or JSON with all that the design files say; returns the exit code."""
    designs = [load_design(name) for name in design_names()]
    if as_json:
        print(json.dumps([as_row(design) for design in designs], indent=1, ensure_ascii=False))
        return 0
    console = Console(highlight=False)
    if console.width < NARROWEST:
        console = Console(highlight=False, width=NARROWEST)
    console.print(_table(designs))
    console.print("A card of one design, as a picture: maskdrape masks show NAME")
    return 0


def as_row(design: Design) -> dict[str, Any]:
    """The whole design as its file says it, in the file's units; numbers in pairs are ranges."""
    row: dict[str, Any] = design.model_dump(mode="json")
    return {**row, "wearing_states": list(design.wearing), "size_names": list(design.sizes)}


def _table(designs: list[Design]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("design", max_width=26)
    for heading in ("sizes, mm", "worn", "looks", "parameters"):
        table.add_column(heading, overflow="fold")
    for design in designs:
        table.add_row(
            Text.assemble((design.name, "bold"), "\n", (design.title, "dim")),
            _lines(size_lines(design)),
            "\n".join(design.wearing),
            ", ".join(design.material.colours),
            _lines(value_lines(design.model_dump(mode="json")["fabric"])),
            end_section=True,
        )
    return table


def _lines(lines: Iterable[Line]) -> str:
    return "\n".join(f"{what} {much}" for what, much in lines)
