"""Finds and reads the design files of ``mask_library/``."""

from __future__ import annotations

from functools import lru_cache

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.assets import asset_folder, asset_names
from pipeline.masks.design.design import Design
from pipeline.strict_yaml import YamlError, line_of, read_yaml


class DesignError(ValueError):
    """A design file is missing or wrong; the text names the file, the key, the value and the cure."""


def design_names() -> tuple[str, ...]:
    """Names that `load_design` accepts, sorted."""
    return asset_names("mask_library")


@lru_cache(maxsize=32)
def load_design(name: str) -> Design:
    """Reads ``mask_library/<name>.yaml``.

    Raises DesignError with one line for each mistake in the file.
    """
    if name not in design_names():
        raise DesignError(f"no mask design is called {name!r}; there are: {', '.join(design_names())}")
    text = (asset_folder("mask_library") / f"{name}.yaml").read_text(encoding="utf-8")
    return parse_design(name, text)


def parse_design(name: str, text: str) -> Design:
    """Checks the text of a design file called ``name``. Raises DesignError, a line for each mistake."""
    try:
        content = read_yaml(text)
    except YamlError as error:
        raise DesignError(f"{name}.yaml{error}") from error
    if not isinstance(content, dict):
        raise DesignError(f"{name}.yaml must hold keys and values")
    try:
        return Design.model_validate({**content, "name": name})
    except ValidationError as error:
        raise DesignError(
            "\n".join(_plain(name, text, content, fault) for fault in error.errors())
        ) from error


def _plain(name: str, text: str, content: object, fault: ErrorDetails) -> str:
    place = _in_file(content, fault)
    where = ".".join(str(key) for key in place) or "the whole file"
    message = _WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    given = f" (got {_short(fault['input'])})" if place and fault["type"] != "missing" else ""
    return f"{name}.yaml line {line_of(text, place)}: {where}: {message}{given}"


_WORDS = {"extra_forbidden": "unknown key", "missing": "missing"}


def _in_file(content: object, fault: ErrorDetails) -> list[int | str]:
    """Where the fault lies, without the steps that only the schema knows (which kind of a block it is)."""
    place: list[int | str] = []
    steps = [step for step in fault["loc"] if step != "[key]"]
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        known = isinstance(content, dict) and step in content
        if known or (isinstance(content, list) and isinstance(step, int) and step < len(content)):
            content = content[step]  # type: ignore[index]
        elif not (last and fault["type"] in {"missing", "extra_forbidden"}):
            continue
        place.append(step)
    return place


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
