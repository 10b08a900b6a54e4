"""Hair that hangs over the ears, and so over the loops of a mask.

Only whole ears are judged: sideburns and stubble lie under a loop as skin does, long hair over it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from pipeline.colour import LUMINANCE, to_linear
from pipeline.faces.light.closeup import close_up
from pipeline.faces.light.lamps import irradiance
from pipeline.faces.raster import Raster
from pipeline.records import Camera, Float, Int, Light, Occluder

GRID = 240  # cells along the head's longer side
ENOUGH_CELLS = 12  # of an ear, to judge it
BARE = 0.45  # part of an ear's cells that look like skin when no hair hangs over it
DARK = 0.45  # of the luminance that skin would show there
HUE = 3.0  # robust deviations of hue within the face
SMALLEST_DEVIATION = 0.07  # of log hue
REACH = 1.3  # of an ear's height: how far around it the hair is followed
INWARD = 0.6  # of an ear's height: how far onto the cheek
MISFIT = 0.2  # of an ear's height: how far an ear may lie from where the fit has it

NO_HAIR = Occluder((0, 0, 0, 0), np.zeros((0, 0), np.uint8))


def hair_over_ears(
    pixels: NDArray[np.uint8],
    vertices: Float,
    normals: Float,
    faces: Int,
    skin: NDArray[np.bool_],
    ears: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    camera: Camera,
    light: Light,
) -> Occluder:
    """Hair in front of where loops run; empty where both ears are bare, turned away or out of the photo.

    pixels (H, W, 3) sRGB; vertices (V, 3) m and unit normals (V, 3) in the camera frame; faces (F, 3);
    skin (F,) triangles of bare skin; ears: two (F,) sets of triangles.
    """
    view = close_up(pixels, vertices, faces, skin | ears[0] | ears[1], camera, GRID, margin=0.1)
    if view is None:
        return NO_HAIR
    raster, box, small = view.raster, view.box, to_linear(view.pixels)
    seen = raster.triangle >= 0
    bare = _like_face(small, seen & skin[raster.triangle], _expected(raster, normals, faces, light))

    middle_of_face = np.argwhere(seen).mean(axis=0)
    hair = np.zeros(seen.shape, bool)
    row, column = np.indices(seen.shape)
    for ear in ears:
        where = np.argwhere(seen & ear[raster.triangle])
        if len(where) < ENOUGH_CELLS:
            continue
        middle, height = where.mean(axis=0), float(np.ptp(where[:, 0]))
        outward = float(np.sign(middle[1] - middle_of_face[1]))
        if _bare_part(bare, where, height, outward) > BARE:
            continue
        near = np.hypot(row - middle[0], column - middle[1]) < REACH * height
        hair |= ~bare & near & ((column - middle[1]) * outward > -INWARD * height)
    hair = ndimage.binary_opening(hair, iterations=1)
    if not hair.any():
        return NO_HAIR
    soft = ndimage.gaussian_filter(hair.astype(np.float64), 1.0)
    full = Image.fromarray((soft * 255 + 0.5).astype(np.uint8)).resize(
        (box[2] - box[0], box[3] - box[1]), Image.Resampling.BICUBIC
    )
    return Occluder(box, np.asarray(full))


def _bare_part(bare: NDArray[np.bool_], where: Int, height: float, outward: float) -> float:
    """Largest part of the ear's cells ``where`` (n, 2: row, column) that are bare, moved about a little.

    Moved outward only: inward there is always the skin of the cheek.
    """
    steps = np.linspace(0, MISFIT * height, 4)
    best = 0.0
    for down in np.concatenate([-steps[1:], steps]):
        for out in steps:
            moved = np.round(where + np.array([down, out * outward])).astype(int)
            inside = ((moved >= 0) & (moved < bare.shape)).all(axis=1)
            best = max(best, float(bare[tuple(moved[inside].T)].sum()) / len(where))
    return best


def _expected(raster: Raster, normals: Float, faces: Int, light: Light) -> Float:
    """Luminance (h, w) that skin would show; the face's average where the head is not seen."""
    seen = raster.triangle >= 0
    corners = faces[raster.triangle[seen]]
    towards = np.einsum("pcd,pc->pd", normals[corners], raster.barycentric[seen])
    towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-9)
    shown = (irradiance(light, towards) * light.skin_albedo) @ LUMINANCE
    expected = np.full(seen.shape, np.median(shown))
    expected[seen] = shown
    return expected


def _like_face(colours: Float, skin: NDArray[np.bool_], expected: Float) -> NDArray[np.bool_]:
    """Cells (h, w) of linear ``colours`` (h, w, 3) with the hue of the face, and not much darker."""
    logs = np.log(np.maximum(colours, 2e-3))
    hue = np.stack([logs[..., 0] - logs[..., 1], logs[..., 2] - logs[..., 1]], axis=-1)
    middle = np.median(hue[skin], axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(hue[skin] - middle), axis=0), SMALLEST_DEVIATION)
    brightness = colours @ LUMINANCE / np.maximum(expected, 1e-3)
    usual = np.median(brightness[skin])
    like = (np.abs(hue - middle) < HUE * spread).all(axis=-1)
    return np.asarray(like & (brightness > DARK * usual))
