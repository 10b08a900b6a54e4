"""The photos that a data set was made from, looked for where its configuration says and where a user says."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image, ImageOps

Row = Mapping[str, Any]
_LEVELS = 5  # folders above the data set that a relative path may be relative to


def photo_of(folder: Path, given: Path | None) -> Callable[[Row], NDArray[np.uint8] | None]:
    """A function from a row of the manifest or of rejects.jsonl to the pixels (H, W, 3 sRGB, upright) of its
    photo; None where no file with that very content is found, or it cannot be read.

    ``given`` is a folder that the photos' names are relative to. Without it they are looked for where
    config.resolved.yaml says.
    """
    places = [given] if given is not None else list(_places(folder))

    @lru_cache(maxsize=1)  # the variants of one photo follow each other
    def pixels(name: str, sha256: str) -> NDArray[np.uint8] | None:
        for place in places:
            try:
                data = (place / name).read_bytes()
            except (OSError, ValueError):
                continue
            if hashlib.sha256(data).hexdigest() == sha256:
                return _upright(data)
        return None

    return lambda row: pixels(str(row["photo"]), str(row["sha256"])) if row.get("sha256") else None


def _upright(data: bytes) -> NDArray[np.uint8] | None:
    from pipeline.photos.load import FORMATS, as_srgb

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return np.asarray(as_srgb(ImageOps.exif_transpose(image)), dtype=np.uint8)
    except Exception:  # decoders raise nearly anything on broken bytes
        return None


def _places(folder: Path) -> Iterator[Path]:
    """Folders that the photos' names may be relative to, the likeliest first."""
    try:
        values = yaml.safe_load((folder / "config.resolved.yaml").read_text(encoding="utf-8"))
        photos = values["photos"]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return
    if photos.get("demo"):
        yield folder / "inputs"
        return
    named = photos.get("folder") or str(Path(str(photos.get("table"))).parent)
    for above in (Path.cwd(), *folder.resolve().parents[:_LEVELS]):
        place = above / named
        if place.is_dir():
            yield place
