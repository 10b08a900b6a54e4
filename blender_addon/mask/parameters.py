"""The parameters of designs: what ``parameters.json`` says of each, which a tool writes from the models that
check design files."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

GROUPS = ("construction", "edges", "wire", "valve", "fasteners", "fabric", "wearing", "material")
"""Sub-panels, in their order."""
OPTIONAL_PARTS = ("wire", "valve", "construction.window", "material.hem.sides", "material.hem.binding")
"""Parts of a mask that a design may do without."""
MOST_ELEMENTS = 8  # of a list that has a slider each
_BEYOND = 3.0e38
_SIGNS = {"mm": "mm", "g/m2": "g/m²", "degrees": "°", "fraction": ""}
_WORDS = {"srgb": "Colour"}
_ELSEWHERE = {"title", "licence", "author", "construction.drawn_for", "material.prints.*.file"}
"""What has its place in another panel, or is no property of the cloth."""


class Parameter(NamedTuple):
    """One value of a design. ``least`` and ``most`` bound it, ``low`` and ``high`` its slider."""

    path: str
    kind: str  # float, int, bool, range, vector, choice, colour, colours, text, texts
    unit: str
    least: float
    most: float
    low: float
    high: float
    default: object
    optional: bool  # None: what is usual
    shortest: int  # elements of a list
    longest: int
    choices: tuple[str, ...]
    whole: bool  # choices are numbers
    label: str
    tip: str
    group: str

    @property
    def key(self) -> str:
        """What it is called among Blender's properties."""
        return self.path.replace(".*", "_any").replace(".", "_")

    @property
    def block(self) -> str:
        """The path of what it is a part of."""
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Label with unit."""
        sign = _SIGNS.get(self.unit, self.unit if self.unit != "none" else "")
        return f"{self.label} ({sign})" if sign else self.label

    @property
    def digits(self) -> int:
        """Decimals that its slider shows: a hundredth of its way can be told."""
        span = self.high - self.low
        return min(max(2 - math.floor(math.log10(span)), 0), 5) if span > 0 else 3


@cache
def parameters() -> dict[str, tuple[Parameter, ...]]:
    """By kind of construction, and "common" for those of every design."""
    said = json.loads((Path(__file__).parent / "parameters.json").read_text(encoding="utf-8"))
    by_kind = {**said["kinds"], "common": said["common"]}
    return {
        kind: tuple(_read(one) for one in listed if one["path"] not in _ELSEWHERE)
        for kind, listed in by_kind.items()
    }


def of_kind(kind: str) -> tuple[Parameter, ...]:
    """Those of a design whose construction is of this kind."""
    return (*parameters().get(kind, ()), *parameters()["common"])


def _read(said: dict) -> Parameter:
    low, high = said.get("soft_min", 0.0), said.get("soft_max", 1.0)
    least = -_BEYOND if said.get("min") is None else said["min"]
    most = _BEYOND if said.get("max") is None else said["max"]
    if said.get("above_min"):
        least += max(abs(high - low), 1.0) * 1e-4
    longest = said.get("max_length")
    return Parameter(
        path=said["path"],
        kind=said["type"],
        unit=said["unit"],
        least=least,
        most=most,
        low=max(low, least),
        high=high if high > low else low + 1.0,
        default=said["default"],
        optional=said.get("optional", False),
        shortest=said.get("min_length", 0),
        longest=min(MOST_ELEMENTS if longest is None else longest, MOST_ELEMENTS),
        choices=tuple(said.get("choices", ())),
        whole=said.get("whole", False),
        label=_WORDS.get(said["path"].rpartition(".")[2], said["label"]),
        tip=said["tip"].removesuffix("."),  # Blender sets one of its own
        group=said["group"],
    )
