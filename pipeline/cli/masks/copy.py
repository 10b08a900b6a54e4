"""``maskdrape masks copy``: a design file to start one's own from."""

from __future__ import annotations

from pathlib import Path

from pipeline.files import write_whole
from pipeline.masks.library import Library, design_file, design_names
from pipeline.recipe import ConfigError


def copy_design(library: Library, name: str, file: Path) -> int:
    """Write the file of the design ``name`` to ``file``; returns the exit code. Raises ConfigError."""
    known = design_names(library)
    if name not in known:
        raise ConfigError(f"NAME {name}: no such design; allowed: {', '.join(known)}")
    if file.suffix != ".yaml":
        raise ConfigError(f"FILE {file}: allowed: a file that ends in .yaml")
    if file.stem in design_names():
        raise ConfigError(f"FILE {file}: {file.stem} is a built-in design; give the file another name")
    if file.exists():
        raise ConfigError(f"FILE {file}: is there already")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, design_file(name, library).read_bytes())
    print(
        f"{file}: change it, then look at it with: maskdrape masks show {file.stem} --library {file.parent}"
    )
    return 0
