"""The panel Render and the configuration."""

from __future__ import annotations


def to_config(group) -> dict:
    return {"render": {"samples": group.samples, "denoise": group.denoise}}


def from_config(group, config: dict) -> None:
    render = config.get("render", {})
    for field in ("samples", "denoise"):
        if field in render:
            setattr(group, field, render[field])
        else:
            group.property_unset(field)
