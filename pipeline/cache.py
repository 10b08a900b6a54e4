"""Results of slow stages kept on disk under the hash of everything they depend on."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
import typing
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from pipeline.files import write_whole
from pipeline.records import Rejected

Record = TypeVar("Record")
_OF_PHOTO = re.compile(r"([0-9a-f]{2})/\.?(?P<photo>\1[0-9a-f]{62})-[0-9a-f]{64}\.npz(\.[^/]+\.part)?")


def content_key(*parts: object) -> str:
    """SHA-256 hex of JSON-able parts: upstream key, configuration block, digests, versions."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def key_of_photo(sha256: str, *parts: object) -> str:
    """Key of what is made of one photo: begins with its hash, so that `photo_of_entry` knows it again."""
    return f"{sha256}-{content_key(*parts)}"


def photo_of_entry(path: Path) -> str | None:
    """SHA-256 of the photo that a file of a cache, perhaps half-written, was made of; None for others."""
    found = _OF_PHOTO.fullmatch(f"{path.parent.name}/{path.name}")
    return found["photo"] if found else None


def cached(
    folder: Path, key: str, kind: type[Record], make: Callable[[], tuple[Record, ...]]
) -> tuple[Record, ...]:
    """Records of the dataclass ``kind`` stored under ``key``, made and stored when absent or damaged.

    A `Rejected` from ``make`` is stored as well and raised again: a refusal is a result.
    """
    path = _path(folder, key)
    try:
        return _load(path, kind)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, AttributeError):
        path.unlink(missing_ok=True)
    try:
        records = make()
    except Rejected as refusal:
        _store(path, {"rejected": [refusal.stage, refusal.reason]}, {})
        raise
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    _store(path, {"records": [_flatten(record, f"{n}", arrays) for n, record in enumerate(records)]}, arrays)
    return records


def is_cached(folder: Path, key: str) -> bool:
    """Whether something, a refusal perhaps, is stored under ``key``."""
    return _path(folder, key).exists()


def is_of_a_face(path: Path) -> bool:
    """Whether a file of the cache holds a fit or a drape on somebody's face; also where it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            head = json.loads(str(archive["head"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return True
    return any({"landmarks", "wearing"} & set(record) for record in head.get("records", ()))


def _path(folder: Path, key: str) -> Path:
    return folder / key[:2] / f"{key}.npz"


def _load(path: Path, kind: type[Record]) -> tuple[Record, ...]:
    with np.load(path, allow_pickle=False) as archive:
        head = json.loads(str(archive["head"]))
        if "rejected" in head:
            raise Rejected(*head["rejected"])
        return tuple(_build(kind, values, archive) for values in head["records"])


def _store(path: Path, head: Mapping[str, Any], arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
    data = io.BytesIO()
    np.savez(data, head=np.array(json.dumps(head, default=_plain)), **arrays)
    write_whole(path, data.getvalue())


def _flatten(record: Any, name: str, arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, Any]:
    """Split a dataclass into JSON values and named arrays."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(record):
        value, path = getattr(record, field.name), f"{name}.{field.name}"
        if isinstance(value, np.ndarray):
            arrays[path] = value
            values[field.name] = {"array": path}
        elif dataclasses.is_dataclass(value):
            values[field.name] = {"record": _flatten(value, path, arrays)}
        else:
            values[field.name] = {"value": dict(value) if isinstance(value, Mapping) else value}
    return values


def _build(kind: Any, values: Mapping[str, Any], archive: Mapping[str, Any]) -> Any:
    types = typing.get_type_hints(kind)
    made: dict[str, Any] = {}
    for name, value in values.items():
        if "array" in value:
            made[name] = archive[value["array"]]
        elif "record" in value:
            made[name] = _build(_record_of(types[name]), value["record"], archive)
        else:
            made[name] = value["value"]
    return kind(**made)


def _record_of(hint: Any) -> Any:
    """The dataclass that a field holds, or may hold besides None."""
    return next(kind for kind in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(kind))


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")
