"""The panel Head and the configuration: landmarks that were moved come from a file."""

from __future__ import annotations


def to_config(group) -> dict:
    return {"faces": {"backend": "file", "landmarks": group.landmarks}} if group.landmarks else {}


def from_config(group, config: dict) -> None:
    faces = config.get("faces", {})
    group.landmarks = faces.get("landmarks") or "" if faces.get("backend") == "file" else ""
