"""Which pixels of a picture are the mask's, the skin's around it, and the eyes' and brows'."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import binary_dilation, binary_erosion, distance_transform_edt

from benchmarks.realism.picture import Bool, Picture
from pipeline.records import Float

# MediaPipe's face mesh, each once around.
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
BROWS = ((70, 63, 105, 66, 107, 55, 65, 52, 53, 46), (300, 293, 334, 296, 336, 285, 295, 282, 283, 276))
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
NASION, CHIN = 168, 152

AWAY = 4  # px from the matte: nearer, edge and contact shadow are mixed in
NEAR = 80  # px: with 40, light from one side shows in real skin too weakly beside the masks'
FEATURE = 5  # px around eyes, brows and lips: lashes, sockets
INSIDE = 8  # px into the mask: past hem and seam


def skin_around(picture: Picture) -> Bool:
    """(H, W) skin within `NEAR` px of the mask: inside the face's outline, without eyes, brows and lips."""
    covered = (picture.matte > 0.02) | picture.fastening
    if not covered.any():
        return np.zeros(covered.shape, bool)
    distance = distance_transform_edt(~covered)
    features = grown(filled(picture, [*EYES, *BROWS, LIPS]), FEATURE)
    face = binary_erosion(filled(picture, [OVAL]), iterations=3)
    return np.asarray(face & ~features & (distance > AWAY) & (distance <= NEAR))


def mask_inside(picture: Picture, margin: int = INSIDE) -> Bool:
    """(H, W) the cloth, ``margin`` px away from whatever is not."""
    sheet = picture.cloth & (picture.matte > 0.98)
    return np.asarray(distance_transform_edt(np.pad(sheet, 1))[1:-1, 1:-1] > margin)


def eyes_and_brows(picture: Picture) -> Bool:
    """(H, W) eyes and brows with what borders on them, where nothing of the mask is near."""
    mask = grown((picture.matte > 0.02) | picture.fastening, 6)
    return grown(filled(picture, [*EYES, *BROWS]), FEATURE) & ~mask


def left_of_midline(picture: Picture) -> Bool:
    """(H, W) left, as one looks at the picture, of the line from the nasion through the chin."""
    (x, y), (chin_x, chin_y) = picture.landmarks[[NASION, CHIN]]
    rows, columns = np.indices(picture.matte.shape)
    return np.asarray((columns - x) * (chin_y - y) < (rows - y) * (chin_x - x))


def filled(picture: Picture, rings: Sequence[Sequence[int]]) -> Bool:
    """(H, W) inside any of the closed lines through these landmarks."""
    height, width = picture.matte.shape
    drawn = Image.new("1", (width, height))
    for ring in rings:
        ImageDraw.Draw(drawn).polygon(
            [(float(x), float(y)) for x, y in picture.landmarks[list(ring)]], fill=1
        )
    return np.asarray(drawn, bool)


def grown(area: Bool, by: int) -> Bool:
    """An area (H, W) and what lies within so many px of it."""
    return np.asarray(binary_dilation(area, iterations=by) if by else area)


def medians(values: Float, *areas: Bool, least: int = 60) -> list[float]:
    """Median over each area; NaN where it has fewer than ``least`` pixels."""
    return [float(np.median(values[area])) if area.sum() >= least else float("nan") for area in areas]
