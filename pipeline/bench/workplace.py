"""From a request to what the corridor needs: the job, the photo's source, the stages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from pipeline.assets import digest
from pipeline.bench.kept import sweep
from pipeline.bench.requests import OnPhoto
from pipeline.config import FacesConfig, PhotosConfig
from pipeline.dataset.forget.forgotten import read_forgotten
from pipeline.faces.detect.outside import outside_digest, placed
from pipeline.flow import Opened, find_faces, guarded
from pipeline.masks.library import Library, library_files, open_library
from pipeline.masks.prints.picture import Picture, find_pictures
from pipeline.photos.listing import TableError, list_folder, list_table
from pipeline.photos.load import load_photo
from pipeline.recipe import ConfigError, Job, check_masks, check_paths, read_config
from pipeline.records import Face, Photo, PhotoSource, Rejected
from pipeline.stages import RealLooking, Stages, real_looking, real_stages


def job_of(request: OnPhoto) -> Job:
    """The request's configuration, as far as its photos and faces go. Raises ConfigError."""
    folder = Path(request.folder)
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder")
    job = Job(read_config(request.config), folder)
    check_paths(job)
    _swept(folder)
    return job


@lru_cache(maxsize=16)
def _swept(folder: Path) -> None:
    sweep(folder)


def source_of(job: Job, name: str | None) -> PhotoSource:
    """The photo of that name among the job's, or the only one for None. Raises ConfigError, or Rejected where
    it is not to be had."""
    photos = job.config.photos
    if photos.demo:
        raise ConfigError("photos: the demo's are made by a run; give a folder or a table")
    try:
        entries = (
            list_folder(job.folder / photos.folder)
            if photos.folder is not None
            else list_table(job.folder / str(photos.table))
        )
    except TableError as error:
        raise ConfigError(str(error)) from error
    named = entries if name is None else [entry for entry in entries if entry.source.name == name]
    place = f"photos.{_where(photos.folder, photos.table)}"
    if not named:
        raise Rejected("photos", f"no photo is called {name} in {place}" if name else f"no photo in {place}")
    if name is None and len(named) > 1:
        raise Rejected("photos", f"there are {len(named)} photos in {place}; say which")
    entry = named[0]
    if entry.problem:
        raise Rejected("photos", entry.problem)
    try:
        forgotten = read_forgotten(job.output / ".maskdrape")
    except ValueError as error:
        raise ConfigError(str(error)) from error
    if forgotten.knows(entry.source.name, entry.source.identity, Path(entry.source.path)):
        sweep(job.folder, math.inf)
        raise Rejected("photos", "this photo, or who is on it, was forgotten on request")
    return entry.source


def _where(folder: str | None, table: str | None) -> str:
    return f"folder = {folder}" if folder is not None else f"table = {table}"


def open_photo(request: OnPhoto) -> tuple[Job, Opened]:
    """The photo of a request with its faces, fitted or from the cache. Raises ConfigError, Rejected."""
    job = job_of(request)
    source = source_of(job, request.photo)
    looking = looking_of(job)
    try:
        stat = Path(source.path).stat()
    except OSError as error:
        raise Rejected("photos", f"cannot read the file: {error.strerror or error}") from error
    photo = _photo(source, job.config.photos, stat.st_mtime_ns, stat.st_size)
    return job, find_faces(photo, job.config, looking, job.cache)


@lru_cache(maxsize=2)
def _photo(source: PhotoSource, config: PhotosConfig, time: int, size: int) -> Photo:
    """Kept until the file changes."""
    return guarded("photos", partial(load_photo, source, config))


def face_of(opened: Opened, index: int) -> Face:
    """Raises Rejected where there is no such face."""
    if index >= len(opened.faces):
        raise Rejected("faces", f"there is no face {index}: {len(opened.faces)} found, counted from 0")
    return opened.faces[index]


def looking_of(job: Job) -> RealLooking:
    """The steps up to the faces, kept while nothing outside changes. Raises BackendError."""
    outside = outside_digest(placed(job.config.faces, job.folder))
    return _looking(job.config.faces, job.folder, outside)


@lru_cache(maxsize=4)
def _looking(faces: FacesConfig, folder: Path, outside: str) -> RealLooking:
    return real_looking(faces, folder)


def stages_of(job: Job) -> Stages:
    """All steps, kept while nothing outside changes. Loads Blender. Raises ConfigError, BackendError."""
    check_masks(job)
    library = open_library(job.designs)
    pictures = find_pictures(job.config.masks.pictures, job.folder)
    outside = outside_digest(placed(job.config.faces, job.folder)) + digest(library_files(library))
    return _stages(job.config.faces, job.folder, library, pictures, outside)


@lru_cache(maxsize=2)
def _stages(
    faces: FacesConfig, folder: Path, library: Library, pictures: tuple[Picture, ...], outside: str
) -> Stages:
    return real_stages(faces, folder, library, pictures)


def photo_result(photo: Photo, source: str) -> Mapping[str, Any]:
    height, width = photo.pixels.shape[:2]
    return {"path": source, "width": width, "height": height, "sha256": photo.sha256}
