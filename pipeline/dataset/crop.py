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

_MOST = 16  # times larger in the photo than in the crop: beyond that, samples are left out


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

    Bicubic at the photo's own resolution or above, then Lanczos: a large face does not alias, as it would
    sampled at 112 x 112 at once.
    """
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    finer = min(max(math.ceil(1 / max(scale, 1e-6)), 1), _MOST)
    linear = np.linalg.inv(matrix[:, :2])
    inverse = np.column_stack([linear / finer, -linear @ matrix[:, 2]])
    size = (SIDE * finer, SIDE * finer)
    image = Image.fromarray(pixels).transform(
        size, Image.Transform.AFFINE, tuple(inverse.ravel()), Image.Resampling.BICUBIC
    )
    if finer > 1:
        image = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(image)
