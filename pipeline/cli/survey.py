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


class Tally:
    """Counts of what was found, and a line for everything that cannot be used."""

    def __init__(self) -> None:
        self._photos, self._verdicts, self.refused = 0, Counter[str](), list[str]()

    def add(self, one: Surveyed) -> None:
        self._photos += 1
        self._verdicts.update(face.verdict for face in one.faces)
        if one.reason:
            self.refused.append(f"{one.name}: {one.reason}")
        for face in one.faces:
            if face.verdict == "rejected":
                self.refused.append(f"{one.name} face {face.index}: {face.reason}")

    def lines(self) -> list[str]:
        """The last words of a command."""
        counts = ", ".join(f"{self._verdicts[v]} {v}" for v in ("ok", "flagged", "rejected"))
        faces = _many(self._verdicts.total(), "face")
        lines = [f"{_many(self._photos, 'photo')}, {faces}: {counts}"]
        if self.refused:
            lines += [f"not usable ({len(self.refused)}):", *(f"  {line}" for line in self.refused)]
        return lines


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
