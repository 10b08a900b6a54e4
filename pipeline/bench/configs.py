"""Configuration files for who cannot read YAML: Blender's Python."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline import recipe
from pipeline.bench.requests import ReadConfig
from pipeline.bench.serve import Tell


def read_config(request: ReadConfig, tell: Tell) -> Mapping[str, Any]:
    """The file's keys and values as they stand in it, once they are known to be right. Raises ConfigError."""
    file = Path(request.path)
    values = recipe.read_values(file)
    recipe.read_config(values, f"{file.name}: ")
    return {"config": values}
