"""The panel Light and the configuration: the photo's own light needs no word."""

from __future__ import annotations

from ..decimals import shortest
from ..photo.show import middle_of_head
from ..viewport import lamps
from .properties import SIDES


def to_config(group) -> dict:
    if not group.override:
        return {}
    light = {"ambient": _plain(group.ambient), "lamps": lamps.read_lamps(group.id_data)}
    if group.surrounded:
        light["around"] = [_plain(getattr(group, side)) for side in SIDES]
    return {"light": light}


def from_config(group, config: dict) -> None:
    light = config.get("light")
    group.override = light is not None
    if light is not None:
        group.take_ambient(light)
        lamps.show_lamps(group.id_data, light["lamps"], middle_of_head(group.id_data), movable=True)


def _plain(colour) -> list[float]:
    return [shortest(one) for one in colour]
