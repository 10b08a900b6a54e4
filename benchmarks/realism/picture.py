"""A masked face at the size all measures are taken at: 200 px from ear to ear, and once through JPEG.

Without one size and one JPEG history a large photo and a small one could not be compared.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.colour import LUMINANCE, to_linear
from pipeline.records import Float

EAR_TO_EAR = 200.0  # px
QUALITY = 92
AROUND = 0.5  # of the head's width kept around face and mask: for the widest filter
DARKEST = 2.0**-9  # of white: below it 8 bits hold nothing but steps

Bool = NDArray[np.bool_]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """One face and its mask, cut out and brought to size; the maps are (H, W)."""

    pixels: Pixels  # (H, W, 3) sRGB
    matte: Float  # how much the mask's sheet covers, 0..1, without what holds it
    fastening: Bool  # loops and straps
    cloth: Bool  # the sheet itself: no valve, no window
    landmarks: Float  # (468, 2) px of MediaPipe's mesh, pixel centres at whole numbers
    yaw: float  # degrees

    @property
    def stops(self) -> Float:
        """(H, W) log2 of linear luminance."""
        return stops(self.pixels)


def stops(pixels: Pixels) -> Float:
    """log2 of the linear luminance of 8-bit sRGB (..., 3), and never less than that of `DARKEST`."""
    return np.asarray(np.log2(np.maximum(to_linear(pixels) @ LUMINANCE, DARKEST)))


def brought_to_size(
    pixels: Pixels,
    matte: Float,
    fastening: Bool,
    cloth: Bool,
    landmarks: Float,
    *,
    width: float,
    yaw: float = 0.0,
    quality: int | None = QUALITY,
) -> Picture:
    """The face cut out of a photo and scaled to `EAR_TO_EAR`; ``width`` px is from ear to ear in the photo.

    ``pixels`` (H, W, 3) sRGB, maps (H, W), ``matte`` in 0..1, ``landmarks`` (468, 2) px, ``yaw`` in degrees.
    ``quality`` None leaves JPEG out. Lanczos for pixels, as photo software does; a box filter for the maps.
    """
    rows, columns = np.nonzero(matte > 0.5)
    points = np.concatenate([landmarks, np.stack([columns, rows], axis=1)])
    last = np.array(matte.shape[::-1])
    low = np.clip(np.floor(points.min(0) - AROUND * width), 0, last - 2).astype(int)
    high = np.clip(np.ceil(points.max(0) + AROUND * width), low + 2, last).astype(int)
    size = np.maximum(np.rint((high - low) * EAR_TO_EAR / width), 2).astype(int)
    box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))

    def scaled(map_: NDArray[np.generic]) -> Float:
        image = Image.fromarray(np.asarray(map_, np.float32)).crop(box)
        smooth = Image.Resampling.BOX if size[0] < high[0] - low[0] else Image.Resampling.BILINEAR
        return np.asarray(image.resize((int(size[0]), int(size[1])), smooth), np.float64)

    small = Image.fromarray(pixels).crop(box).resize((int(size[0]), int(size[1])), Image.Resampling.LANCZOS)
    held = scaled(fastening) > 0.25
    return Picture(
        pixels=np.asarray(small) if quality is None else through_jpeg(np.asarray(small), quality),
        matte=np.where(held, 0.0, np.clip(scaled(matte), 0.0, 1.0)),
        fastening=held,
        cloth=scaled(cloth) > 0.75,
        landmarks=(landmarks + 0.5 - low) * (size / (high - low)) - 0.5,
        yaw=yaw,
    )


def through_jpeg(pixels: Pixels, quality: int) -> Pixels:
    """(H, W, 3) as a JPEG of that quality, with Pillow's own chroma subsampling, gives it back."""
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "JPEG", quality=quality)
    return np.asarray(Image.open(stored).convert("RGB"))
