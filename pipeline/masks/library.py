"""Finds and reads design files: those of ``mask_library/``, and those of a folder of the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.assets import asset_folder, asset_names
from pipeline.masks.design.design import Design
from pipeline.strict_yaml import YamlError, line_of, read_yaml


class DesignError(ValueError):
    """A design file is missing or wrong; the text names the file, the key, the value and the cure."""


@dataclass(frozen=True)
class Library:
    """The designs that can be named: the built-in ones, and those of a ``folder`` beside them."""

    folder: Path | None = None


BUILT_IN = Library()


def open_library(folder: Path | None) -> Library:
    """The built-in designs and one YAML file a design in ``folder``, named like the file.

    Raises DesignError where the folder holds none, or one that has the name of a built-in design.
    """
    if folder is None:
        return BUILT_IN
    if not folder.is_dir():
        raise DesignError(f"{folder}: no such folder; a library is a folder of designs, NAME.yaml each")
    own = _files_in(folder)
    faults = [
        f"{path}: {path.stem} is a built-in design; give the file another name"
        for path in own
        if path.stem in asset_names("mask_library")
    ]
    faults += [f"{path}: a design's file ends in .yaml" for path in sorted(folder.glob("*.yml"))]
    if not own and not faults:
        faults.append(f"{folder}: no design in it; a design is a file NAME.yaml")
    if faults:
        raise DesignError("\n".join(faults))
    return Library(folder.resolve())


def design_names(library: Library = BUILT_IN) -> tuple[str, ...]:
    """Names that `load_design` accepts: sorted, the user's own after the built-in ones."""
    own = _files_in(library.folder) if library.folder else ()
    return (*asset_names("mask_library"), *(path.stem for path in own))


def design_file(name: str, library: Library = BUILT_IN) -> Path:
    """The file of a design. Raises DesignError for a name that is none's."""
    if name in asset_names("mask_library"):
        return asset_folder("mask_library") / f"{name}.yaml"
    if name not in design_names(library):
        known = ", ".join(design_names(library))
        raise DesignError(f"no mask design is called {name!r}; there are: {known}")
    assert library.folder is not None
    return library.folder / f"{name}.yaml"


def library_files(library: Library = BUILT_IN) -> tuple[Path, ...]:
    """All files that masks of the library depend on: designs, and pictures to be printed on them."""
    folders = [asset_folder("mask_library"), *([library.folder] if library.folder else [])]
    prints = [path for folder in folders for path in sorted(folder.glob("prints/*")) if path.is_file()]
    return (*(design_file(name, library) for name in design_names(library)), *prints)


def load_design(name: str, library: Library = BUILT_IN) -> Design:
    """Reads the design called ``name``.

    Raises DesignError with one line for each mistake in the file.
    """
    file = design_file(name, library)
    try:
        return _parsed(name, file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DesignError(f"{file.name}: not UTF-8 text (byte {error.start})") from error


def _files_in(folder: Path) -> tuple[Path, ...]:
    # Names that start with a dot are other programs' own: ._mask.yaml beside mask.yaml, for one.
    return tuple(sorted(path for path in folder.glob("*.yaml") if not path.name.startswith(".")))


@lru_cache(maxsize=64)
def _parsed(name: str, text: str) -> Design:
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
