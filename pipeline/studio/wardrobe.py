"""Puts a worn mask into a scene, dressed in its material, and below it the one it is worn over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.records import ClothLook, Float, WornMask
from pipeline.studio import fabric_mesh
from pipeline.studio.materials.dress import PLAIN, dress_mask

FINE_PIXEL = 5e-4  # m; where a pixel covers less, the cells of the sheet are halved


@dataclass(frozen=True)
class Hung:
    """What of a mask is in a scene."""

    things: tuple[Any, ...]  # objects
    dress: tuple[Any, ...]  # their materials, for `pipeline.studio.materials.labels.show_labels`


def hang_mask(
    scene: Any,
    worn: WornMask,
    to_camera: Callable[[Float], Float],
    material: Mapping[str, Any],
    look: ClothLook,
    pixel: float,
) -> Hung:
    """Adds ``worn`` to ``scene``, where a pixel covers ``pixel`` m of it.

    ``to_camera`` brings points (N, 3) m of the head frame into the camera frame. ``material`` is what
    `pipeline.masks.material` draws, that of the mask below under its key "under"; so ``look.under``.
    """
    sheet, cords = fabric_mesh.add_mask(
        scene,
        worn,
        to_camera(worn.vertices),
        float(material["thickness_m"]),
        levels=int(pixel < FINE_PIXEL),
    )
    dress = dress_mask(sheet, cords, material, look, pixel)
    things = [thing for thing in (sheet, cords) if thing is not None]
    if worn.under is None:
        return Hung(tuple(things), tuple(dress))
    below = hang_mask(scene, worn.under, to_camera, material["under"], look.under or PLAIN, pixel)
    return Hung((*things, *below.things), (*dress, *below.dress))
