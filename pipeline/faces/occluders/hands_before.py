"""Which hands near a face are before the place of a mask, and which of them it can be told of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter, maximum_filter

from pipeline.faces.detect.crop import Square
from pipeline.faces.occluders.hand_shape import hand_outline
from pipeline.faces.occluders.hands import POINTS, Hand, find_hands
from pipeline.faces.occluders.view import SIDE, Frame, View
from pipeline.records import Float

Cells = NDArray[np.bool_]

AROUND = 0.45  # m at the face's distance: side of the square in which palms are looked for
LOWER = 0.033  # m: how far below the middle of the view that square lies; hands come from below
POSSIBLE, SURE = 0.65, 0.9  # score of what may be a hand, and of what is
STILL = 0.006  # m: the points of a hand that is seen clearly move less at the last look
NEARER = (0.6, 2.5)  # scale of a hand by the face's: what looks smaller is behind, or no hand
REACH = 3  # cells: how far beside the face a hand still meets the mask, which stands off it
ENOUGH = 12  # cells of the mask's place; 2.7 square millimetres each
STRONG = 3.0  # an edge, by the median slope of the face beside the hand
EDGED = 0.25  # part of the outline over a face that shows such edges; 0.05 of a hand that is behind it
DARKEST = 8  # sRGB: what lies below is noise


@dataclass(frozen=True)
class Hands:
    cover: Float  # (n, n) how much of each cell a hand hides
    doubt: Float  # (n, n) the same for what may be a hand, or may be before the face


def hands_before(pixels: NDArray[np.uint8], view: View, zone: Cells) -> Hands:
    """Hands over the ``zone`` (n, n) of a mask in the ``view`` of a face in the photo (H, W, 3) sRGB."""
    cells = len(zone)
    near = binary_dilation(zone, iterations=REACH)
    cover, doubt = np.zeros((cells, cells)), np.zeros((cells, cells))
    to_cells = np.linalg.inv(np.vstack([view.frame.to_photo, [0, 0, 1]]))[:2]
    face_px_per_m = view.frame.cell_px * cells / SIDE
    for hand in find_hands(pixels, _around(view.frame, cells)):
        nearer = hand.px_per_m / face_px_per_m
        if hand.score < POSSIBLE or not NEARER[0] < nearer < NEARER[1]:
            continue
        points = np.column_stack([hand.points, np.ones(POINTS)]) @ to_cells.T
        outline = hand_outline(points, hand.px_per_m / view.frame.cell_px, cells)
        if ((outline > 0.5) & near).sum() < ENOUGH:
            continue
        if _clear(hand) and edged(view.pixels, outline, zone) >= EDGED:
            cover = np.maximum(cover, outline)
        else:
            doubt = np.maximum(doubt, outline)
    return Hands(cover, np.minimum(doubt, 1 - cover))


def edged(pixels: NDArray[np.uint8], outline: Float, zone: Cells) -> float:
    """Part of an outline's border within the zone where the picture has edges too, along it.

    All (n, n), pixels sRGB. A hand behind the head, whose fingers the network makes up, has none there.
    1 where the border hardly runs within the zone.
    """
    logs = np.log2(np.maximum(pixels, DARKEST) / 255.0)
    slopes = np.stack(np.gradient(gaussian_filter(logs, (1, 1, 0)), axis=(0, 1)))
    across = np.stack(np.gradient(gaussian_filter(outline, 1.0)))
    steep = np.linalg.norm(across, axis=0)
    border = (steep > 0.15) & zone
    if border.sum() < ENOUGH:
        return 1.0
    along = np.linalg.norm((slopes * (across / np.maximum(steep, 1e-9))[..., None]).sum(axis=0), axis=-1)
    beside = zone & ~binary_dilation(outline > 0, iterations=2)
    usual = np.median(np.linalg.norm(slopes, axis=(0, 3))[beside if beside.sum() >= ENOUGH else zone])
    return float((maximum_filter(along, 3)[border] > STRONG * usual).mean())


def _clear(hand: Hand) -> bool:
    return hand.score >= SURE and hand.moved <= STILL


def _around(frame: Frame, cells: int) -> Square:
    low = cells * (0.5 + LOWER / SIDE)
    centre = frame.to_photo @ [cells / 2, low, 1]
    angle = float(np.arctan2(frame.turn[0, 1], frame.turn[0, 0]))
    return Square(centre, frame.cell_px * cells / SIDE * AROUND, angle)
