"""Where the files that travel with the package lie: ``mask_library/`` and ``scenes/``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path


def asset_folder(name: str) -> Path:
    """Folder ``mask_library`` or ``scenes``: inside the installed package, or beside it in a checkout.

    Raises FileNotFoundError when neither exists (a broken installation).
    """
    package = Path(str(files("pipeline")))
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{name}/ is missing from the installation at {package.parent}")


def asset_names(folder: str) -> tuple[str, ...]:
    """Stems of the YAML files in one asset folder, sorted: the designs or scenes a user can name."""
    return tuple(sorted(path.stem for path in asset_folder(folder).glob("*.yaml")))


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 hex over names and bytes of the given files, in sorted order."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
