"""Gives the objects of a mask their materials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.records import PARTS, ClothLook
from pipeline.studio.fabric_mesh import CORD_SLOTS, SHEET_SLOTS
from pipeline.studio.materials import cords, hard
from pipeline.studio.materials.cloth import cloth

PLAIN = ClothLook()


def dress_mask(
    sheet: Any, ties: Any, material: Mapping[str, Any], look: ClothLook, pixel: float
) -> list[Any]:
    """Materials of `pipeline.studio.fabric_mesh.add_mask`'s objects, either of which may be None.

    ``material`` is what `pipeline.masks.material` draws, ``look`` its cloth close up, and ``pixel`` how many
    metres a pixel covers. Returns them for `pipeline.studio.materials.labels.show_labels`.
    """
    made = []
    for thing, slots in ((sheet, SHEET_SLOTS), (ties, CORD_SLOTS)):
        if thing is None:
            continue
        index = np.empty(len(thing.data.polygons), np.int32)
        thing.data.polygons.foreach_get("material_index", index)
        used = set(np.unique(index).tolist())
        for number, slot in enumerate(slots):
            if number not in used:
                thing.data.materials.append(None)
                continue
            made.append(_make(slot, thing, material, look, pixel))
            thing.data.materials.append(made[-1])
        if thing is sheet and material.get("wire_is") == "metal":
            made.append(_clip(thing, index))
    return made


def _clip(sheet: Any, slots: Any) -> Any:
    """Metal on the outside of the faces over the wire; ``slots`` (P,) are the polygons' slots."""
    part = np.empty(len(sheet.data.polygons), np.float32)
    sheet.data.attributes["part"].data.foreach_get("value", part)
    metal = hard.metal()
    over = (part == PARTS.index("wire")) & (slots == SHEET_SLOTS.index("outer"))
    sheet.data.materials.append(metal)
    sheet.data.polygons.foreach_set(
        "material_index", np.where(over, len(sheet.data.materials) - 1, slots).astype(np.int32)
    )
    return metal


def _make(slot: str, thing: Any, material: Mapping[str, Any], look: ClothLook, pixel: float) -> Any:
    if slot in ("outer", "inner"):
        return cloth(material, look, slot, pixel, bool(thing.data["seams"]))
    if slot == "valve":
        return hard.valve(material)
    if slot == "window":
        return hard.window(material)
    return cords.loop(material, pixel) if slot == "loop" else cords.strap(material, pixel)
