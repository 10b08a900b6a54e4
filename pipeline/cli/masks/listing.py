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
from pipeline.masks.library import Library, design_names, load_design

WIDEST = 120  # columns: longer lines are hard to read


def list_designs(library: Library, as_json: bool) -> int:
    """Print every design: a table, or JSON with all that the design files say; returns the exit code."""
    designs = [load_design(name, library) for name in design_names(library)]
    if as_json:
        print(json.dumps([as_row(design) for design in designs], indent=1, ensure_ascii=False))
        return 0
    console = Console(highlight=False)
    console.print(_table(designs), width=min(console.width, WIDEST))
    console.print("A card of one design, as a picture: maskdrape masks show NAME")
    return 0


def as_row(design: Design) -> dict[str, Any]:
    """The whole design as its file says it, in the file's units; numbers in pairs are ranges."""
    row: dict[str, Any] = design.model_dump(mode="json")
    return {**row, "wearing_states": list(design.wearing), "size_names": list(design.sizes)}


def _table(designs: Iterable[Design]) -> Table:
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for design in designs:
        look = design.material
        title = Text.assemble((design.title, "bold"), f" ({design.licence})")
        table.add_row(Text(design.name, style="bold not dim"), title)
        table.add_row("  sizes, mm", _listed(size_lines(design)))
        table.add_row("  worn", ", ".join(design.wearing))
        table.add_row("  fabrics", ", ".join(look.fabrics))
        table.add_row("  colours", ", ".join(look.colours))
        table.add_row("  prints", ", ".join(look.prints))
        table.add_row("  parameters", _listed(value_lines(design.model_dump(mode="json")["fabric"])))
        table.add_section()
    return table


def _listed(lines: Iterable[Line]) -> str:
    return "; ".join(f"{what} {much}" for what, much in lines)
