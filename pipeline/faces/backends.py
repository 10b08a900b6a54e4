"""The landmark detectors by name."""

from __future__ import annotations

from pipeline.faces.landmarks import Backend


def load_backend(name: str) -> Backend:
    """The landmark detector of that name. Raises ValueError for an unknown name."""
    if name == "mediapipe":
        # Imported on use: the model runtime takes a second to load and other stages do not need it.
        from pipeline.faces.mediapipe_backend import detect

        return detect
    raise ValueError(f"unknown landmark backend {name!r}; known: mediapipe")
