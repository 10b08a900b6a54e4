"""Faces aligned as recognisers want them: 112 x 112 pixels, eyes, nose and mouth on ArcFace's five points."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.records import Float

SIDE = 112  # px

TEMPLATE: Float = 0.5 + np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""(5, 2) px: the subject's right eye, left eye, tip of the nose, right and left corner of the mouth.

J. Deng et al., "ArcFace", CVPR 2019; the numbers of insightface's ``norm_crop``, which count from the centre
of the first pixel: half a pixel more here, where they count from its corner.
"""

_FINE = 3  # samples a pixel of the crop, at least, where the photo has as many


def alignment(five: Float) -> Float:
    """(2, 3) similarity that brings points (5, 2) px of the photo closest to the template, least squares.

    What S. Umeyama, "Least-squares estimation of transformation parameters", PAMI 1991, gives in the plane,
    where complex numbers say it in one line. ``crop = M[:, :2] @ photo + M[:, 2]``.
    """
    points, target = five @ [1, 1j], TEMPLATE @ [1, 1j]
    middle, goal = points.mean(), target.mean()
    spread = points - middle
    turn = np.vdot(spread, target - goal) / np.vdot(spread, spread).real
    shift = goal - turn * middle
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def aligned(pixels: NDArray[np.uint8], matrix: Float) -> NDArray[np.uint8]:
    """The crop (112, 112, 3 sRGB) of a photo (H, W, 3 sRGB); black where the photo ends.

    Bicubic, three times as finely or more where the photo has as many pixels, then Lanczos: a large face does
    not alias, as it would sampled at 112 x 112 at once.
    """
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    linear = np.linalg.inv(matrix[:, :2])
    origin = -linear @ matrix[:, 2]
    image, fewer = Image.fromarray(pixels), max(int(1 / max(scale * _FINE, 1e-6)), 1)
    if fewer > 1:  # means of so many pixels a side, of what the crop shows and some around it
        corners = SIDE * np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) @ linear.T + origin
        low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 4 * fewer, 0)
        high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 4 * fewer, image.size)
        if (high <= low).any():
            return np.zeros((SIDE, SIDE, 3), np.uint8)
        image = image.reduce(fewer, (int(low[0]), int(low[1]), int(high[0]), int(high[1])))
        linear, origin = linear / fewer, (origin - low) / fewer
    finer = math.ceil(1 / (scale * fewer))
    inverse = np.column_stack([linear / finer, origin])
    size = (SIDE * finer, SIDE * finer)
    image = image.transform(size, Image.Transform.AFFINE, tuple(inverse.ravel()), Image.Resampling.BICUBIC)
    if finer > 1:
        image = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(image)
