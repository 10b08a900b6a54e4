"""The whole job between its two forms: what the panels hold, and config.yaml with the files beside it."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import uuid
from pathlib import Path

import bpy

from .version import VERSION

PARTS = ("photo", "head", "mask", "light", "render")
"""Panels that hold a part of the configuration. In each, ``config.py`` has

``to_config(group) -> dict``
    the configuration's top-level keys that this panel decides, as in YAML; paths relative to the folder.
``from_config(group, config) -> None``
    the other way, from a whole configuration; what it does not say goes to its default.
``files(group) -> dict[str, bytes]``
    optional: small files that the configuration names, by their path below the folder.
"""


def folder(scene: bpy.types.Scene) -> Path:
    """The job's own folder: beside the .blend, or among the user's data until that has a name.

    A .blend saved under another name takes a copy of it along.
    """
    bench = scene.maskdrape
    if bpy.data.filepath:
        here = Path(bpy.data.filepath).with_suffix(".maskdrape")
    else:
        if not bench.identifier:
            bench.identifier = uuid.uuid4().hex
        here = Path(bpy.utils.user_resource("DATAFILES", path="maskdrape")) / bench.identifier
    if not bench.home:
        bench.version = VERSION
    if bench.home != str(here):
        if bench.home and Path(bench.home).is_dir() and not here.exists():
            shutil.copytree(bench.home, here)
        bench.home = str(here)
    here.mkdir(parents=True, exist_ok=True)
    return here


def below(scene: bpy.types.Scene, path: str) -> str:
    """A file's path from the job's folder on, where it lies there: both may be moved together."""
    try:
        return Path(path).relative_to(folder(scene)).as_posix()
    except ValueError:
        return path


def config(scene: bpy.types.Scene) -> dict:
    """The job as in config.yaml; writes the small files that it names where they have changed."""
    bench = scene.maskdrape
    whole = json.loads(bench.rest or "{}") | {"output": "out", "variants": 1}
    for part, translate in _translators():
        group = getattr(bench, part)
        for key, value in translate.to_config(group).items():
            whole[key] = whole.get(key, {}) | value if isinstance(value, dict) else value
        if hasattr(translate, "files"):
            for name, data in translate.files(group).items():
                write_whole(folder(scene) / name, data)
    return whole


def apply(scene: bpy.types.Scene, whole: dict) -> None:
    """Set the panels to a configuration. What no panel shows is kept, and written again by `config`."""
    bench = scene.maskdrape
    rest = json.loads(json.dumps(whole))
    for part, translate in _translators():
        group = getattr(bench, part)
        translate.from_config(group, whole)
        for key, value in translate.to_config(group).items():
            if isinstance(value, dict) and isinstance(rest.get(key), dict):
                rest[key] = {name: one for name, one in rest[key].items() if name not in value}
            else:
                rest.pop(key, None)
    bench.rest = text({key: value for key, value in rest.items() if value != {}})


def text(whole: dict) -> str:
    """As a file's text. JSON is YAML."""
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def write_whole(path: Path, data: bytes) -> None:
    """Replace ``path`` in one step; a file with these bytes already is left alone."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)


def _translators():
    # Imported here: the panels' folders need `connection`, which needs this.
    for part in PARTS:
        yield part, importlib.import_module(f".{part}.config", __package__)
