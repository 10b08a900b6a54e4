"""What landmark backends read from outside the package: where it lies, and whether it has changed."""

from __future__ import annotations

from pathlib import Path

from pipeline.assets import digest
from pipeline.config import FacesConfig


def placed(config: FacesConfig, folder: Path) -> FacesConfig:
    """The block with its paths, which are relative to ``folder``, made absolute."""
    paths = {"weights": config.weights, "landmarks": config.landmarks}
    full = {key: str((folder / path).absolute()) for key, path in paths.items() if path is not None}
    return config.model_copy(update=full)


def outside_digest(config: FacesConfig) -> str:
    """Hash of the files that a block with absolute paths reads; "" for the default backend.

    Raises BackendError when weights are missing.
    """
    if config.backend == "face_alignment":
        from pipeline.faces.detect.face_alignment import weights_file

        return digest([weights_file(config.fan, Path(config.weights) if config.weights else None)])
    if config.backend == "file":
        from pipeline.faces.detect.landmark_files import READERS

        place = Path(str(config.landmarks))
        files = [place] if place.is_file() else [p for p in place.rglob("*") if p.suffix in READERS]
        return digest(file for file in files if file.is_file())
    return ""
