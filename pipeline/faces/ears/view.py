"""The upright close-up in which an ear is looked for: every ear comes as a left one, the same size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.faces.camera import project
from pipeline.head.model import load_head
from pipeline.records import Camera, Float

Side = Literal["left", "right"]

WIDTH = 64  # px of a close-up
SPAN = 104.0  # mm it shows: an ear is 65 mm high, and may lie 20 mm from where the fit has it

# Vertices of the left ear, from its front root up, over the rim and down behind, and its folds within.
_RIM = (4403, 4088, 4079, 4082, 4070, 4068, 4071, 4072, 4074, 4073, 4085, 4086, 4062, 4083, 4384, 4412)
_FOLDS = (4235, 4134, 4160, 4194)


@dataclass(frozen=True)
class EarView:
    """Where a close-up lies in the photo."""

    side: Side
    centre: Float  # (2,) px
    down: Float  # (2,) unit vector along which the head's chin lies
    px_per_mm: float  # of the photo, at the ear

    def axes(self) -> Float:
        """(2, 2) rows: px of the photo for one mm to the right and one mm down in the close-up."""
        right = np.array([self.down[1], -self.down[0]])
        return np.asarray(np.stack([right if self.side == "left" else -right, self.down]) * self.px_per_mm)

    def to_photo(self, points: Float) -> Float:
        """Pixels (..., 2) of the photo of points (..., 2) mm from the close-up's middle."""
        return np.asarray(points @ self.axes() + self.centre)

    def from_photo(self, pixels: Float) -> Float:
        """The inverse of `to_photo`."""
        return np.asarray((pixels - self.centre) @ np.linalg.inv(self.axes()))


def ear_vertices(side: Side) -> NDArray[np.int64]:
    """The vertices (P,) of an ear that are looked for, in the same order on both sides."""
    left = np.array(_RIM + _FOLDS)
    return left if side == "left" else load_head().mirror[left].astype(np.int64)


def ear_view(vertices: Float, camera: Camera, side: Side) -> EarView | None:
    """The close-up around an ear of head vertices (V, 3) m, camera frame. None: behind the pinhole."""
    head = load_head()
    ear = vertices[ear_vertices(side)]
    if ear[:, 2].min() < 0.02:
        return None
    chin, brow = project(vertices[[head.points["menton"], head.points["sellion"]]], camera)
    down = chin - brow
    return EarView(
        side,
        project(ear, camera).mean(axis=0),
        down / max(float(np.linalg.norm(down)), 1e-9),
        camera.focal_px / float(ear[:, 2].mean()) / 1e3,
    )


def cut(
    pixels: NDArray[np.uint8], view: EarView, width: int = WIDTH, span: float = SPAN
) -> NDArray[np.uint8]:
    """The close-up (width, width, 3), `span` mm wide, of a photo (H, W, 3); black beyond the photo."""
    half = span / 2
    corners = view.to_photo(np.array([[-half, -half], [half, -half], [-half, half], [half, half]]))
    step = max(1, int(span * view.px_per_mm / width))  # px of the photo averaged into one first
    first = np.maximum(np.floor(corners.min(axis=0)).astype(int) - step, 0)
    last = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + step, [pixels.shape[1], pixels.shape[0]])
    if (last <= first).any():
        return np.zeros((width, width, 3), np.uint8)
    part = Image.fromarray(pixels[first[1] : last[1], first[0] : last[0]]).reduce(step)
    across, along = view.axes() * span / width / step
    start = (corners[0] - first) / step
    # Pillow maps the middle of each output pixel to the input.
    turned = part.transform(
        (width, width),
        Image.Transform.AFFINE,
        (across[0], along[0], start[0], across[1], along[1], start[1]),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(turned)
