"""The landmark detectors by name."""

from __future__ import annotations

from pipeline.config import FacesConfig
from pipeline.faces.detect.detection import Backend


def load_backend(config: FacesConfig) -> Backend:
    """The landmark detector `config.backend`. Raises ValueError for an unknown name."""
    if config.backend == "mediapipe":
        # Imported on use: the model runtime takes a second to load and other stages do not need it.
        from pipeline.faces.detect.mediapipe import detect

        return detect
    raise ValueError(f"unknown landmark backend {config.backend!r}; known: mediapipe")
