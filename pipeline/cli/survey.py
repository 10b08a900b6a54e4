"""Photos named on the command line, and the faces in them: what ``fit`` and ``inspect`` have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.config import FacesConfig, PhotosConfig
from pipeline.photos.listing import Entry, list_folder
from pipeline.recipe import ConfigError
from pipeline.records import Face, Photo, PhotoSource, Rejected


@dataclass(frozen=True)
class Surveyed:
    """One photo: its faces, or the reason why there are none."""

    name: str  # as given on the command line; in a folder, that and the path below it
    photo: Photo | None  # None when it could not be read
    faces: tuple[Face, ...] = ()
    stage: str = ""  # that gave the reason: photos or faces
    reason: str = ""


def faces_config(**options: Any) -> FacesConfig:
    """The block of the options that are given (not None), with their defaults. Raises ConfigError."""
    try:
        return FacesConfig.model_validate({k: v for k, v in options.items() if v is not None})
    except ValidationError as error:
        problems = []
        for detail in error.errors():
            option = "--" + str(detail["loc"][0]).replace("_", "-") + ": " if detail["loc"] else ""
            problems.append(option + detail["msg"].removeprefix("Value error, "))
        raise ConfigError(*problems) from error


def survey(paths: Sequence[Path], config: FacesConfig) -> Iterator[Surveyed]:
    """Every photo of ``paths``, files and folders, in their order. What goes wrong is a result as well.

    Raises BackendError when the landmark detector cannot work at all.
    """
    from pipeline.faces.find import find_faces
    from pipeline.flow import guarded
    from pipeline.photos.load import load_photo

    for name, entry in _entries(paths):
        if entry.problem:
            yield Surveyed(name, None, (), "photos", entry.problem)
            continue
        photo = None
        try:
            photo = guarded("photos", partial(load_photo, entry.source, PhotosConfig(folder=".")))
            faces = guarded("faces", partial(find_faces, photo, config))
        except Rejected as refusal:
            yield Surveyed(name, photo, (), refusal.stage, refusal.reason)
            continue
        yield Surveyed(name, photo, faces)


def _entries(paths: Iterable[Path]) -> Iterator[tuple[str, Entry]]:
    for path in paths:
        if path.is_dir():
            entries = list_folder(path)
            for entry in entries:
                yield (path / entry.source.name).as_posix(), entry
            if not entries:
                source = PhotoSource(str(path), path.name, path.name)
                yield path.as_posix(), Entry(source, "no photos in this folder")
        else:
            yield path.as_posix(), Entry(PhotoSource(str(path), path.name, path.stem))


def summary(done: Iterable[Surveyed]) -> list[str]:
    """The last words: how many of what, and every photo or face that cannot be used, with its reason."""
    photos, verdicts, refused = 0, Counter[str](), []
    for one in done:
        photos += 1
        verdicts.update(face.verdict for face in one.faces)
        if one.reason:
            refused.append(f"{one.name}: {one.reason}")
        refused += [
            f"{one.name} face {face.index}: {face.reason}" for face in one.faces if face.verdict == "rejected"
        ]
    faces = sum(verdicts.values())
    counts = ", ".join(f"{verdicts[v]} {v}" for v in ("ok", "flagged", "rejected"))
    lines = [f"{_many(photos, 'photo')}, {_many(faces, 'face')}: {counts}"]
    if refused:
        lines += [f"not usable ({len(refused)}):", *(f"  {line}" for line in refused)]
    return lines


def any_rejected(one: Surveyed) -> bool:
    return bool(one.reason) or any(face.verdict == "rejected" for face in one.faces)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


class Names:
    """Names of output files, one a photo: its own, with a number where another photo has the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, name: str) -> str:
        """The name's stem, or the first of stem-2, stem-3 ... that is not taken."""
        stem = Path(name).stem
        free = next(one for one in chain([stem], (f"{stem}-{n}" for n in count(2))) if one not in self._taken)
        self._taken.add(free)
        return free
