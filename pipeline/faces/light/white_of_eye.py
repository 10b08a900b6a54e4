"""The white of the eyes: the one thing in every face whose reflectance hardly differs between people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.colour import LUMINANCE
from pipeline.faces.light.closeup import close_up
from pipeline.faces.light.lamps import Shading
from pipeline.faces.light.skin import PosedHead, surface_seen
from pipeline.head.model import load_head

GRID = 32  # cells along an eye
NARROW = 12.0  # px: in smaller eyes the white is blended with lids and iris
BRIGHTEST = 0.93  # quantile: above lies the lamp's glint
PALER = 0.12  # of log red over green: what is as red as skin is a lid


@dataclass(frozen=True)
class WhiteOfEye:
    contrast: float  # log of its luminance over that of the skin's model in the same light
    width_px: float  # of the eye it was seen in


def white_of_eye(pixels: NDArray[np.uint8], head: PosedHead, shading: Shading) -> WhiteOfEye | None:
    """The brighter of both eyes' whites; None where eyes are too small, shut or not to be seen.

    Lids and lashes shade it, which the reflectance that it is compared with accounts for.
    """
    found = [_of_one(pixels, head, shading, eye) for eye in _eyeballs()]
    return max((eye for eye in found if eye is not None), key=lambda eye: eye.contrast, default=None)


def _of_one(
    pixels: NDArray[np.uint8], head: PosedHead, shading: Shading, eye: NDArray[np.bool_]
) -> WhiteOfEye | None:
    view = close_up(pixels, head.vertices, load_head().faces, eye, head.camera, GRID)
    if view is None:
        return None
    triangle = view.raster.triangle
    seen = np.flatnonzero(((triangle >= 0) & eye[triangle]).any(axis=0))
    surface, _ = surface_seen(view, head, eye)
    width = np.ptp(seen) * (view.box[2] - view.box[0]) / triangle.shape[1] if len(seen) else 0.0
    if width < NARROW or len(surface.colours) < 10:
        return None
    luminance = surface.colours @ LUMINANCE
    white = np.median(surface.colours[luminance >= np.quantile(luminance, 0.8)], axis=0)
    open_to_all = replace(surface, seen=np.ones_like(surface.seen), sky=np.ones_like(surface.sky))
    skin = np.median(shading.of(open_to_all, head.lamps), axis=0)
    redness = np.log(white[0] / white[1]) - np.log(skin[0] / skin[1])
    if not redness < -PALER:
        return None
    contrast = np.log(np.quantile(luminance, BRIGHTEST) / (skin @ LUMINANCE))
    return WhiteOfEye(float(contrast), float(width))


@cache
def _eyeballs() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    head = load_head()
    left, right = (head.regions[name][head.faces].all(axis=1) for name in ("eye_left", "eye_right"))
    return np.asarray(left), np.asarray(right)
