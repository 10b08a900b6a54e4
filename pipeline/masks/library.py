"""Finds and reads the design files of ``mask_library/``."""

from __future__ import annotations

from functools import lru_cache

import yaml
from pydantic import ValidationError

from pipeline.assets import asset_folder, asset_names
from pipeline.masks.design.design import Design


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
    """Checks the text of a design file called ``name``. Raises DesignError."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DesignError(f"{name}.yaml is not readable YAML: {error}") from error
    if not isinstance(content, dict):
        raise DesignError(f"{name}.yaml must hold keys and values")
    try:
        return Design.model_validate({**content, "name": name})
    except ValidationError as error:
        raise DesignError("\n".join(_plain(name, content, mistake) for mistake in error.errors())) from error


def _plain(name: str, content: object, mistake: object) -> str:
    assert isinstance(mistake, dict)
    where = ".".join(str(key) for key in mistake["loc"]) or "the whole file"
    given = "" if mistake["type"] in ("missing",) or not mistake["loc"] else f" (got {mistake['input']!r})"
    return f"{name}.yaml: {where}: {mistake['msg'].removeprefix('Value error, ')}{given}"
