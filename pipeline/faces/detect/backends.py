"""The landmark detectors by name."""

from __future__ import annotations

from pathlib import Path

from pipeline.config import FacesConfig
from pipeline.faces.detect.detection import Backend


def load_backend(config: FacesConfig) -> Backend:
    """The landmark detector `config.backend`.

    Raises BackendError when it lacks a package or a file, and ValueError for an unknown name.
    """
    # Imported on use: a model runtime takes a second to load and other stages do not need it.
    if config.backend == "mediapipe":
        from pipeline.faces.detect.mediapipe import detect

        return detect
    if config.backend == "face_alignment":
        from pipeline.faces.detect.face_alignment import fan_backend
        from pipeline.faces.detect.mediapipe import detect

        return fan_backend(detect, config.fan, Path(config.weights) if config.weights else None)
    if config.backend == "file":
        from pipeline.faces.detect.landmark_files import landmarks_from

        return landmarks_from(str(config.landmarks))
    raise ValueError(f"unknown landmark backend {config.backend!r}; known: mediapipe, face_alignment, file")
