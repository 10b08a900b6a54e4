"""The panel Light and the configuration."""

from __future__ import annotations


def to_config(group) -> dict:
    return {}


def from_config(group, config: dict) -> None:
    return
