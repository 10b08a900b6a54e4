"""What lies in front of the mask in the photo stays in front of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipeline.records import CORDS, Face, Float, Layers

SCRAP = 3e-5  # square metres: what is left of a loop or strap in pieces smaller than that is left out ...
SHEET_SCRAP = 1.5e-4  # ... and of the sheet, whose corners would hover beside the hair
WIDE, NARROW = 0.03, 0.008  # of the crop's longer side: where colours are looked for, first and then closely
PURE = 6  # power of coverage by which a pixel counts as an example of what covers it
NONE = 1e-8  # weight of no example at all
RIM = 1 / 255  # coverage by less is none
TOUCH = 0.004  # m: how far off a thing the cloth that it touches gets less light
SHADED = 0.35  # share of the light that is lost right under it


def behind_occluder(face: Face, layers: Layers) -> Layers:
    """``layers`` with `Layers.front` from the face's occluder, and labels that are true behind it.

    Depth, normals, parts and uv, which hold one thing a pixel, end where more than half of a pixel is
    covered; albedo gives way in proportion. Colour, which gets darker beside what lies on the mask, and
    shadow stay whole: the photo's own blur is still to be put on them, and not on what is before them.
    `Layers.hidden` says how much of the mask is hidden.
    """
    x0, y0, x1, y1 = layers.box
    left, top, right, bottom = face.occluder.box
    low_x, low_y, high_x, high_y = max(x0, left), max(y0, top), min(x1, right), min(y1, bottom)
    if low_x >= high_x or low_y >= high_y or not face.occluder.matte.any():
        return layers
    front = np.zeros(layers.parts.shape, np.float32)
    part = face.occluder.matte[low_y - top : high_y - top, low_x - left : high_x - left]
    front[low_y - y0 : high_y - y0, low_x - x0 : high_x - x0] = part / np.float32(255)
    alpha = layers.rgba[..., 3]
    front = np.where(_scraps(alpha, front, np.isin(layers.parts, CORDS), layers.pixel), np.float32(1), front)
    covered = front > 0.5
    kept = np.ones_like(layers.rgba)
    kept[..., :3] = contact(front.astype(np.float64), layers.pixel)[..., None]
    return replace(
        layers,
        rgba=layers.rgba * kept,
        albedo=layers.albedo * (1.0 - front)[..., None],
        depth=np.where(covered, np.float32(0), layers.depth),
        normals=np.where(covered[..., None], np.float32(0), layers.normals),
        uv=np.where(covered[..., None], np.float32(0), layers.uv),
        parts=np.where(covered, np.uint8(0), layers.parts),
        hidden=float((alpha * front).sum() / max(float(alpha.sum()), 1e-6)),
        front=front,
    )


def _scraps(
    alpha: NDArray[np.float32], front: NDArray[np.float32], cords: NDArray[np.bool_], pixel: float
) -> NDArray[np.bool_]:
    """Pixels (h, w) of pieces of a mask that something before it cuts off, too small to be made out.

    Where the edge of that is missed by a little, such pieces look like dirt on it. A piece is of ``cords``
    (h, w) if half of it is.
    """
    around = np.ones((3, 3), bool)
    pieces, count = ndimage.label((alpha > 0.5) & (front < 0.5), around)
    cut = np.unique(pieces[ndimage.binary_dilation((alpha > 0.5) & (front >= 0.5), around)])
    size, corded = (np.bincount(pieces.ravel(), part, count + 1) for part in (None, cords.ravel()))
    small = size * pixel**2 < np.where(corded > 0.5 * size, SCRAP, SHEET_SCRAP)
    small &= np.isin(np.arange(count + 1), cut) & (pixel > 0)
    size[0] = small[0] = 0
    small[size.argmax()] = False
    return np.asarray(ndimage.binary_dilation(small[pieces], iterations=2) & ((pieces == 0) | small[pieces]))


def with_front(
    photo: Float, front: Float, alpha: Float, shadow: Float, fabric: Float
) -> tuple[Float, Float, Float]:
    """Coverage (h, w), shadow (h, w, 3) and colours (h, w, 3) of a mask that ``front`` (h, w) of a pixel is
    before, so that ``photo * shadow * (1 - coverage) + colours`` is the picture.

    photo (h, w, 3) linear; alpha (h, w), shadow (h, w, 3) and premultiplied fabric (h, w, 3) of the whole
    mask. In the photo a pixel of the thing's rim mixes it with what is behind. Behind it now is the mask:
    only the thing's own colour may stay, or it would be seen with a rim of skin or background.
    """
    shown: Float = 1.0 - front
    dimmed: Float = 1.0 - (1.0 - shadow) * shown[..., None]
    own = foreground(photo, front)
    mixed: Float = fabric * shown[..., None] + (alpha * front)[..., None] * (own - photo * dimmed)
    return alpha * shown, dimmed, mixed


def contact(front: Float, pixel: float) -> Float:
    """Share (h, w) of the light that a mask keeps beside what lies on it and covers ``front`` (h, w) of each
    pixel of ``pixel`` m; 1 where that size is not known.

    A thing much larger than `TOUCH` takes half of `SHADED` at its rim, and nothing a finger's breadth off.
    """
    if pixel <= 0:
        return np.ones(front.shape)
    return np.asarray(1.0 - SHADED * ndimage.gaussian_filter(front, TOUCH / pixel))


def foreground(photo: Float, front: Float) -> Float:
    """Colours (h, w, 3) of what covers ``front`` (h, w) of each pixel of a linear photo (h, w, 3).

    Blurred foreground and background, twice, of which the second is closer by: M. Forte, "Approximate fast
    foreground colour estimation", ICIP 2021; the purer a pixel is, the more it counts. Where front is 1 it
    is the photo's own, bit by bit.
    """
    rim = np.argwhere((front > RIM) & (front < 1 - RIM))
    colours = photo.copy()
    if not len(rim):
        return colours
    wide, narrow = (max(least, round(part * max(front.shape))) for part, least in ((WIDE, 4), (NARROW, 1)))
    low, high = np.maximum(rim.min(axis=0) - wide, 0), rim.max(axis=0) + 1 + wide
    window = (slice(low[0], high[0]), slice(low[1], high[1]))
    crop, part = photo[window], front[window].astype(np.float64)
    found, behind = crop, crop
    for radius in (wide, narrow):
        found, behind = _closer(crop, part, found, behind, 2 * radius + 1)
    colours[window] = np.where((part < 1)[..., None], np.clip(found, 0.0, 1.0), crop)
    return colours


def _closer(photo: Float, front: Float, colours: Float, behind: Float, size: int) -> tuple[Float, Float]:
    def mean(values: Float, weight: Float) -> Float:
        top = ndimage.uniform_filter(values * weight[..., None], (size, size, 1))
        return np.asarray(top / (ndimage.uniform_filter(weight, size) + NONE)[..., None])

    ahead, after = mean(colours, front**PURE), mean(behind, (1.0 - front) ** PURE)
    part = front[..., None]
    return ahead + part * (photo - part * ahead - (1.0 - part) * after), after
