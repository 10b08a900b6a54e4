"""From a configuration file and the command line to one checked `Job`."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.assets import asset_folder, asset_names
from pipeline.config import Config
from pipeline.strict_yaml import YamlError, read_yaml


class ConfigError(Exception):
    """The configuration cannot be used; ``problems`` names key, value and what is allowed, a line each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Job:
    """A configuration together with what the command line says about this one process."""

    config: Config
    folder: Path  # what the configuration's relative paths are relative to
    shard: tuple[int, int] = (1, 1)  # i of n, i from 1
    only: str | None = None  # glob on the photos' names

    @property
    def output(self) -> Path:
        return self.folder / self.config.output

    @property
    def cache(self) -> Path:
        if self.config.cache is not None:
            return self.folder / self.config.cache
        return self.output / ".maskdrape" / "cache"

    @property
    def designs(self) -> Path | None:
        """The folder of the user's own designs."""
        return self.folder / self.config.masks.library if self.config.masks.library else None


def read_job(
    path: str, overrides: Mapping[str, Any], shard: str | None = None, only: str | None = None
) -> Job:
    """Read a YAML file (or a scene that travels with the package: ``demo``, ``scenes/demo.yaml``).

    ``overrides`` replaces top-level keys before anything is checked; None values are ignored.
    Relative paths are relative to the file; in the package's own scenes, to the current folder.
    Raises ConfigError.
    """
    file = _find(path)
    values = {**read_values(file), **{key: value for key, value in overrides.items() if value is not None}}
    config = read_config(values, f"{file.name}: ")
    packaged = file.resolve().parent == asset_folder("scenes").resolve()
    job = Job(config, Path.cwd() if packaged else file.resolve().parent, read_shard(shard), only)
    check_paths(job)
    check_masks(job)
    return job


def read_config(values: Mapping[str, Any], where: str = "") -> Config:
    """The configuration of a file's keys and values, so far as it can be checked by itself.

    Raises ConfigError, ``where`` before each of its lines.
    """
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(*(f"{where}{_explain(detail)}" for detail in error.errors())) from error


def resolved_yaml(config: Config) -> str:
    """Every value the data set depends on, as YAML: where it was written and by which engine is not."""
    values = _settings(config) | {"output": "."}
    return _as_yaml({key: value for key, value in values.items() if key not in {"engine", "cache"}})


def settings_yaml(config: Config) -> str:
    """Every key of a configuration, as YAML."""
    return _as_yaml(_settings(config))


def _as_yaml(values: dict[str, Any]) -> str:
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)


def _settings(config: Config) -> dict[str, Any]:
    values = config.model_dump()
    values["photos"] = {key: value for key, value in values["photos"].items() if value is not None}
    if not values["photos"]["demo"]:
        del values["photos"]["demo"]
    return values


def _find(path: str) -> Path:
    file = Path(path)
    if file.exists() and not file.is_dir():
        return file
    scene = re.fullmatch(r"(?:scenes/)?([\w-]+)(?:\.yaml)?", path.replace("\\", "/"))
    if scene:
        packaged = asset_folder("scenes") / f"{scene[1]}.yaml"
        if packaged.exists():
            return packaged
    if file.is_dir():
        raise ConfigError(f"{path}: a folder; give the YAML file in it")
    raise ConfigError(
        f"{path}: no such file (scenes that come with MaskDrape: {', '.join(asset_names('scenes'))})"
    )


def read_values(file: Path) -> dict[str, Any]:
    """The keys and values of a YAML file, unchecked. Raises ConfigError."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file.name}: not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise ConfigError(f"{file.name}: cannot be read: {error.strerror or error}") from error
    try:
        values = read_yaml(text)
    except YamlError as error:
        raise ConfigError(f"{file.name}{error}") from error
    if values is None:
        raise ConfigError(f"{file.name}: empty; needed at least: photos: {{folder: PATH}} and output: PATH")
    if not isinstance(values, dict):
        raise ConfigError(
            f"{file.name}: {_shown(values)} is not a configuration; needed: lines of the form key: value"
        )
    return values


def _explain(error: ErrorDetails) -> str:
    """One of pydantic's findings in the user's words."""
    place = tuple(part for part in error["loc"] if part != "[key]")
    key = ".".join(str(part) for part in place) or "configuration"
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "extra_forbidden":
        allowed = _keys_at(place[:-1])
        near = difflib.get_close_matches(str(place[-1]), allowed, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        return f"{key}: unknown key; {hint}allowed: {', '.join(allowed)}"
    if kind == "missing":
        return f"{key}: missing; {_NEEDED.get(key, 'needed')}"
    if kind == "value_error":
        return f"{key} = {_shown(value)}: {context.get('error', error['msg'])}"
    if kind == "literal_error":
        return f"{key} = {_shown(value)}: allowed: {context['expected']}"
    if kind in {"greater_than_equal", "greater_than", "less_than_equal", "less_than"}:
        limits = _range(place) or error["msg"].removeprefix("Input should be ")
        return f"{key} = {_shown(value)}: allowed: {limits}"
    wanted = _TYPES.get(kind)
    return f"{key} = {_shown(value)}: {'allowed: ' + wanted if wanted else error['msg']}"


_NEEDED = {
    "photos": "needed: photos: {folder: PATH}, {table: FILE.csv} or {demo: true}",
    "output": "needed: output: PATH, the folder to write",
}
_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "a text (put it in quotes)",
    "string_too_short": "a text that is not empty",
    "bool_type": "true or false",
    "dict_type": "a mapping {name: weight}",
    "list_type": "a list [a, b, ...]",
    "too_short": "a mapping with at least one entry",
    "model_type": "a block of keys",
    "model_attributes_type": "a block of keys",
}


def _keys_at(place: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Config
    for part in place:
        if isinstance(part, int):  # in a list of what its key names
            continue
        field = model.model_fields[str(part)].annotation
        field = next(iter(get_args(field)), field)
        if not (isinstance(field, type) and issubclass(field, BaseModel)):
            return []
        model = field
    return list(model.model_fields)


def _range(place: tuple[int | str, ...]) -> str:
    """The bounds of one number of the schema, in words; empty for a number inside a list."""
    model: type[BaseModel] = Config
    for part in place[:-1]:
        annotation = model.model_fields[str(part)].annotation
        inner = next((one for one in (annotation, *get_args(annotation)) if _is_block(one)), None)
        if inner is None:
            return "" if get_origin(annotation) is list else "a weight from 0 to 1000000"
        if get_origin(annotation) is list:
            return ""
        model = inner
    if isinstance(place[-1], int):
        return ""
    marks = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
    limits = model.model_fields[str(place[-1])].metadata
    return " ".join(
        f"{word} {getattr(limit, name):g}" if name != "le" or limit.le < 1e9 else f"{word} {limit.le}"
        for limit in limits
        for name, word in marks.items()
        if getattr(limit, name, None) is not None
    )


def _is_block(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def read_shard(text: str | None) -> tuple[int, int]:
    """``i/n`` as numbers, (1, 1) for nothing. Raises ConfigError."""
    if text is None:
        return (1, 1)
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise ConfigError(f"--shard {text}: allowed: i/n with i from 1 to n, as in 1/2 and 2/2")
    return int(found[1]), int(found[2])


def check_masks(job: Job) -> None:
    """Raises ConfigError for masks that no design of the job's can be."""
    from pipeline.masks.balance import offer_of, problems
    from pipeline.masks.library import DesignError, design_names, load_design, open_library
    from pipeline.masks.prints.picture import PrintError, find_pictures

    masks = job.config.masks
    try:
        library = open_library(job.designs)
        known = design_names(library)
        if unknown := [name for name in masks.designs if name not in known]:
            raise ConfigError(*(_unknown_design(name, known) for name in unknown))
        offers = {name: offer_of(load_design(name, library)) for name in masks.designs}
        find_pictures(masks.pictures, job.folder)
    except DesignError as error:
        raise ConfigError(*str(error).splitlines()) from error
    except PrintError as error:
        raise ConfigError(str(error)) from error
    if found := problems(masks, offers):
        raise ConfigError(*found)


def _unknown_design(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"masks.designs: no design {name!r} in the mask library; {hint}allowed: {', '.join(known)}"


def check_paths(job: Job) -> None:
    """Raises ConfigError for what is not there, and an output that cannot be written."""
    photos = job.config.photos
    problems = []
    if photos.folder is not None and not (job.folder / photos.folder).is_dir():
        problems.append(
            f"photos.folder = {photos.folder}: no such folder ({job.folder / photos.folder}); "
            "--photos FOLDER takes them from elsewhere"
        )
    if photos.table is not None and not (job.folder / photos.table).is_file():
        problems.append(f"photos.table = {photos.table}: no such file ({job.folder / photos.table})")
    faces = job.config.faces
    if faces.landmarks is not None and not (job.folder / faces.landmarks).exists():
        problems.append(
            f"faces.landmarks = {faces.landmarks}: nothing there ({job.folder / faces.landmarks})"
        )
    if job.designs is not None and not job.designs.is_dir():
        problems.append(f"masks.library = {job.config.masks.library}: no such folder ({job.designs})")
    if faces.weights is not None and not (job.folder / faces.weights).is_dir():
        problems.append(f"faces.weights = {faces.weights}: no such folder ({job.folder / faces.weights})")
    for place in (job.output / ".maskdrape", job.output, *job.output.parents):
        if place.exists():
            if not place.is_dir():
                problems.append(f"output = {job.config.output}: {place} is a file, not a folder")
            elif not os.access(place, os.W_OK | os.X_OK):
                problems.append(f"output = {job.config.output}: {place} cannot be written (read-only?)")
            break
    problems += _apart(job)
    if job.config.also_jpeg and find_spec("jpeglib") is None:
        problems.append("also_jpeg: needs a package; install it with: pip install 'maskdrape[jpeg]'")
    if problems:
        raise ConfigError(*problems)


WRITTEN = ("images", "jpeg", "labels", ".maskdrape")
"""Folders of an output that a run writes into, and deletes from."""


def _apart(job: Job) -> list[str]:
    """Photos and output that lie in one another: what was made would be taken for photos, or the reverse."""
    output, said, photos = job.output.resolve(), f"output = {job.config.output}", job.config.photos
    if photos.folder is not None:
        folder = (job.folder / photos.folder).resolve()
        key = f"photos.folder = {photos.folder}"
        if output == folder:
            return [f"{said}: the folder of the photos ({key}); allowed: any folder outside it"]
        if output.is_relative_to(folder) and not any(
            part.startswith(".") for part in output.relative_to(folder).parts
        ):
            return [
                f"{said}: inside the folder of the photos ({key}), so that the next run would take its "
                "pictures for photos; allowed: any folder outside it"
            ]
    elif photos.table is not None:
        folder, key = (job.folder / photos.table).resolve(), f"photos.table = {photos.table}"
    else:
        return []
    inside = [name for name in WRITTEN if folder.is_relative_to(output / name)]
    return [
        f"{key}: inside {name}/ of the output ({said}), which runs write into and delete from; allowed: any "
        f"place outside the output's {', '.join(WRITTEN)}"
        for name in inside
    ]
