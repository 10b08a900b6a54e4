"""How the photo's camera ends at white, so that white cloth greys and clips as white things in it do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline import colour
from pipeline.records import Float

_KNEE = 0.9  # of white; below it the curve of a camera is sRGB's, more or less
_LOWEST_WHITE = 225 / 255  # a picture whose brightest parts are darker has nothing white in it
_CLIPPED = 0.002  # of all pixels: fewer may be glints
_BEYOND = 1.12  # where the shoulder of a camera that clips would end, had it room


@dataclass(frozen=True)
class Shoulder:
    """Encoded values (1 = the file's white) up to ``knee`` stay; brighter ones approach ``white``."""

    knee: float
    white: float


def measure_shoulder(pixels: NDArray[np.uint8]) -> Shoulder:
    """The shoulder of a photo (H, W, 3 sRGB), from its brightest pixels.

    Where they crowd below a value that none exceeds, as in what was once a video signal, that is its white.
    Where many are at the file's own white, highlights clip. Else they approach it.
    """
    if float((pixels.min(axis=-1) >= 253).mean()) > _CLIPPED:
        return Shoulder(_KNEE, _BEYOND)
    bright, brighter, brightest = np.percentile(pixels @ colour.LUMA, (99.0, 99.9, 99.99)) / 255.0
    crowded = brightest - brighter < 0.5 * (brighter - bright)
    white = brightest if crowded and brightest >= _LOWEST_WHITE else 1.0
    return Shoulder(_KNEE * float(white), float(white))


def respond(linear: Float, shoulder: Shoulder) -> Float:
    """Linear light (..., 3), of any brightness, as a camera with that shoulder shows it; in [0, 1].

    Only the largest and the smallest channel are bent, and the middle one stays in proportion between them,
    as in Adobe's DNG SDK 1.7 (RefBaselineRGBTone): bright blue turns pale, and not green. In 21 photos of
    light blue masks the middle one's place moves by 0.01 of the way up to 0.98 of white.
    """
    encoded = colour.encode_beyond(linear)
    least, most = encoded.min(axis=-1, keepdims=True), encoded.max(axis=-1, keepdims=True)
    low, high = (np.minimum(_bent(value, shoulder), 1.0) for value in (least, most))
    place = (encoded - least) / np.maximum(most - least, 1e-9)
    return np.where(most <= shoulder.knee, linear, colour.decode(low + place * (high - low)))


def _bent(encoded: Float, shoulder: Shoulder) -> Float:
    room = shoulder.white - shoulder.knee
    bent = shoulder.white - room * np.exp(-np.maximum(encoded - shoulder.knee, 0.0) / room)
    return np.where(encoded <= shoulder.knee, encoded, bent)


def respond_premultiplied(rgb: Float, alpha: Float, shoulder: Shoulder) -> Float:
    """`respond` on colours (h, w, 3) that were multiplied by their coverage (h, w)."""
    cover = np.maximum(alpha, 1e-6)[..., None]
    return np.where(alpha[..., None] > 1 / 512, respond(rgb / cover, shoulder) * cover, rgb)
