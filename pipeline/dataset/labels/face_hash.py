"""A perceptual hash by which the same picture of a face is known again, however it was stored."""

from __future__ import annotations

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def face_hash(crop: NDArray[np.uint8]) -> str:
    """16 hex digits: the 64 bits of imagehash's ``phash`` of an aligned face (112, 112, 3 sRGB).

    Near duplicates differ in few of them (Hamming distance); two photos of one person differ like any two.
    """
    return str(imagehash.phash(Image.fromarray(crop)))
