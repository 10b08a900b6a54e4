"""The panel Light and the configuration: the photo's own light needs no word."""

from __future__ import annotations

from ..decimals import shortest
from ..photo.show import middle_of_head
from ..viewport import lamps


def to_config(group) -> dict:
    if not group.override:
        return {}
    return {
        "light": {
            "ambient": [shortest(one) for one in group.ambient],
            "lamps": lamps.read_lamps(group.id_data),
        }
    }


def from_config(group, config: dict) -> None:
    light = config.get("light")
    group.override = light is not None
    if light is not None:
        group.ambient = light["ambient"]
        lamps.show_lamps(group.id_data, light["lamps"], middle_of_head(group.id_data), movable=True)
