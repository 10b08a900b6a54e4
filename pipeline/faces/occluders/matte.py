"""From cells that lie in front to a soft matte over the photo's own pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from pipeline.faces.occluders.view import SIDE, Frame, into_photo
from pipeline.records import Float, Occluder

WORK_CELLS = 160  # along a view's side, where the photo has as many pixels
RADIUS = 0.022  # of the view's side: how far an edge may lie from where the cells have it
CONTRAST = 0.02**2  # of sRGB in 0..1: a weaker edge in the photo is none
LOW, HIGH = 0.2, 0.8  # what the filter leaves between is stretched to 0..1
NOISE = 0.25  # of a reduced pixel, standard deviation: lines found on those would bring out what is finer
SPECK = 8e-6  # square metres at the face's distance: smaller islands and holes are grain
FAINT = 0.2  # what shows of a thing less than that does not join two of its pieces


def soft_matte(front: Float, frame: Frame, pixels: NDArray[np.uint8]) -> Occluder:
    """The part (n, n) of each cell that is in front, following the photo's edges, strands and rims.

    A guided filter: K. He, J. Sun, X. Tang, "Guided image filtering", ECCV 2010, worked out on a reduced
    photo and applied to the full one: K. He, J. Sun, "Fast guided filter", arXiv:1505.00996. pixels
    (H, W, 3) sRGB.
    """
    height, width = pixels.shape[:2]
    laid, box = into_photo(front, frame, (height, width))
    kept = np.argwhere(laid > 0.02)
    if not len(kept):
        return Occluder((0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    border = int(np.ceil(2 * RADIUS * front.shape[0] * frame.cell_px)) + 2
    low = np.maximum(kept.min(axis=0) - border, 0)
    high = np.minimum(kept.max(axis=0) + 1 + border, laid.shape)
    laid = laid[low[0] : high[0], low[1] : high[1]]
    left, top = box[0] + int(low[1]), box[1] + int(low[0])
    box = (left, top, left + laid.shape[1], top + laid.shape[0])
    guide = pixels[box[1] : box[3], box[0] : box[2]]

    shrink = max(1.0, front.shape[0] * frame.cell_px / WORK_CELLS)
    radius = max(1, round(RADIUS * front.shape[0] * frame.cell_px / shrink))
    size = (max(1, round(laid.shape[1] / shrink)), max(1, round(laid.shape[0] / shrink)))
    small = np.asarray(Image.fromarray(guide).resize(size, Image.Resampling.BOX), np.float64) / 255
    slope, level = _local_lines(small, _resized(laid, size), radius)
    full = (laid.shape[1], laid.shape[0])
    slopes = np.stack([_resized(slope[..., c], full) for c in range(3)], axis=-1)
    calm = ndimage.gaussian_filter(guide / 255.0, (NOISE * shrink,) * 2 + (0,)) if shrink > 1 else guide / 255
    found = (slopes * calm).sum(axis=-1) + _resized(level, full)
    found = without_specks(
        np.clip((found - LOW) / (HIGH - LOW), 0, 1), SPECK * (front.shape[0] * frame.cell_px / SIDE) ** 2
    )
    return Occluder(box, (found * 255 + 0.5).astype(np.uint8))


def without_specks(matte: Float, least: float) -> Float:
    """``matte`` (h, w) without islands and holes of fewer than ``least`` pixels, which go with the rest."""
    result = matte.copy()
    for there, level in ((matte > FAINT, 0.0), (matte < 1 - FAINT, 1.0)):
        pieces, count = ndimage.label(there, np.ones((3, 3)))
        small = np.bincount(pieces.ravel(), minlength=count + 1) < least
        small[0] = False
        result[small[pieces]] = level
    return result


def _local_lines(guide: Float, wanted: Float, radius: int) -> tuple[Float, Float]:
    """Slopes (h, w, 3) and levels (h, w) by which the colours of ``guide`` best give ``wanted`` nearby."""

    def mean(values: Float) -> Float:
        window = (2 * radius + 1,) * 2 + (1,) * (values.ndim - 2)
        return np.asarray(ndimage.uniform_filter(values, window, mode="nearest"))

    colours, level = mean(guide), mean(wanted)
    products = mean(guide[..., :, None] * guide[..., None, :])
    spread = products - colours[..., :, None] * colours[..., None, :] + CONTRAST * np.eye(3)
    shared = mean(guide * wanted[..., None]) - colours * level[..., None]
    slope = np.linalg.solve(spread, shared[..., None])[..., 0]
    offset = level - (slope * colours).sum(axis=-1)
    return mean(slope), mean(offset)


def _resized(values: Float, size: tuple[int, int]) -> Float:
    picture = Image.fromarray(values.astype(np.float32))
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR), np.float64)
