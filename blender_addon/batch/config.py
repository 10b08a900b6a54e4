"""The panel Batch and the configuration: the masks and settings of the job, on other photos.

What belongs to the one photo of the bench stays there: its landmarks, and its light unless it is wished for.
"""

from __future__ import annotations

import json
from pathlib import Path

import bpy

from .. import job
from ..head import config as head_config
from ..mask import config as mask_config
from .properties import plain_path

OWN = ("photos", "output", "variants", "engine", "faces", "cache")
"""Top-level keys that are this panel's."""
_SOURCES = {"FOLDER": "folder", "TABLE": "table"}


def to_config(scene: bpy.types.Scene, place: Path) -> dict:
    """The batch's whole configuration for a file in the folder ``place``."""
    batch = scene.maskdrape.batch
    kept = json.loads(batch.kept or "{}")
    whole = {key: value for key, value in job.config(scene).items() if key not in OWN}
    if not batch.same_light:
        whole.pop("light", None)
    masks = dict(whole["masks"])
    masks["pictures"] = [{**one, "path": near(one["path"], place)} for one in masks["pictures"]]
    if masks["library"]:
        masks["library"] = near(masks["library"], place)
    photos = {
        key: value for key, value in kept.pop("photos", {}).items() if key not in ("folder", "table", "demo")
    }
    if batch.source == "DEMO":
        photos["demo"] = True
    else:
        key = _SOURCES[batch.source]
        photos[key] = near(plain_path(getattr(batch, key)), place)
    own = {
        "photos": photos,
        "output": near(plain_path(batch.output), place),
        "variants": batch.variants,
        "engine": batch.engine,
    }
    return {**own, **kept, **whole, "masks": masks}


def from_config(scene: bpy.types.Scene, config: dict, file: Path) -> None:
    """Set this panel and those of masks, light and render to the configuration of ``file``."""
    batch, place = scene.maskdrape.batch, file.parent
    photos = config["photos"]
    batch.file = str(file)
    batch.source = "FOLDER" if photos.get("folder") else "TABLE" if photos.get("table") else "DEMO"
    for key in _SOURCES.values():
        setattr(batch, key, str(place / photos[key]) if photos.get(key) else "")
    batch.output = config["output"]
    batch.variants = config.get("variants", 1)
    batch.engine = config.get("engine", "local")
    batch.same_light = config.get("light") is not None
    batch.kept = json.dumps(
        {key: config[key] for key in ("photos", "faces", "cache") if config.get(key) is not None}
    )
    rest = {key: value for key, value in mask_config.absolute(config, place).items() if key not in OWN}
    # The landmarks of the photo on the bench are none of the batch's.
    job.apply(scene, {**rest, **head_config.to_config(scene.maskdrape.head)})


def files(scene: bpy.types.Scene) -> dict[str, bytes]:
    """What the configuration names besides photos, by its path below the folder."""
    return mask_config.files(scene.maskdrape.mask)


def near(path: str, place: Path) -> str:
    """``path`` with forward slashes, relative where it lies below ``place``: the folder can be moved."""
    try:
        return Path(path).relative_to(place).as_posix() if Path(path).is_absolute() else Path(path).as_posix()
    except ValueError:
        return Path(path).as_posix()
